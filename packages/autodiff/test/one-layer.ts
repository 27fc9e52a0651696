/** Models of one layer whose every float input is a trained tensor, and their gradients by finite differences. */
import { dense, type Attribute, type DenseTensor, type Layer, type Model } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import { trainingGraph, type GradientForm, type Loss, type TrainingGraph } from '../src/index.js';
import { random } from './random.js';

export const int = (value: number): Attribute => ({ type: 'int', value });
export const float = (value: number): Attribute => ({ type: 'float', value });
export const ints = (...value: number[]): Attribute => ({ type: 'ints', value });
export const string = (value: string): Attribute => ({ type: 'string', value });
export const list = (...values: number[]): DenseTensor => dense('i64', [values.length], BigInt64Array.from(values, BigInt));

/** One layer to be differentiated. */
export interface GradientCase {
  readonly operator: string;
  readonly inputs: readonly (DenseTensor | undefined)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Number of outputs; the loss is of output `of` (default 0). */
  readonly outputs?: number;
  readonly of?: number;
  /** Inputs that are floats but no parameters: running statistics, limits. */
  readonly fixed?: readonly number[];
}

export const provenance: Model['provenance'] = { producer: 'test', producerVersion: '0', sourceOpset: 0, doc: '', metadata: [] };

export function modelOf(c: GradientCase): Model {
  const layer: Layer = {
    name: `the ${c.operator}`, operator: c.operator, domain: '',
    inputs: c.inputs.map((t, i) => (t === undefined ? '' : `in${i}`)),
    outputs: Array.from({ length: c.outputs ?? 1 }, (_, o) => `out${o}`),
    attributes: new Map(Object.entries(c.attributes ?? {})),
  };
  const tensors = new Map(c.inputs.flatMap((t, i) => (t === undefined ? [] : [[`in${i}`, t] as const])));
  return { name: c.operator, inputs: [], outputs: [{ name: `out${c.of ?? 0}`, dtype: 'f64' }], values: [], layers: [layer], tensors, provenance };
}

export const parametersOf = (c: GradientCase): readonly string[] =>
  c.inputs.flatMap((t, i) => (t?.dtype === 'f64' && !c.fixed?.includes(i) ? [`in${i}`] : []));

/** The training graph without its gradients: only what the loss needs. */
export function lossOnly(graph: TrainingGraph): Model {
  const wanted = new Set([graph.loss]);
  const layers = [...graph.model.layers].reverse().filter((layer) => {
    if (!layer.outputs.some((o) => wanted.has(o))) return false;
    for (const i of layer.inputs) wanted.add(i);
    return true;
  }).reverse();
  return { ...graph.model, layers, outputs: graph.model.outputs.filter((o) => o.name === graph.loss), inputs: graph.model.inputs.filter((i) => wanted.has(i.name)) };
}

const scalar = (t: DenseTensor | undefined): number => Number(t!.data[0]);

/** Largest difference of gradient and central difference over all elements, relative to the largest gradient (or 1). */
export function worstDifference(model: Model, loss: Loss, trainable: readonly string[], form: GradientForm, seed: number, more: Readonly<Record<string, DenseTensor>> = {}): number {
  const r = random(seed);
  const graph = trainingGraph(model, { loss, trainable, form });
  const inputs: Record<string, DenseTensor> = { ...more };
  for (const name of trainable) inputs[name] = model.tensors.get(name) as DenseTensor;
  for (const t of graph.targets) {
    const classes = graph.outputShape.at(-1)!;
    inputs[t.input] = t.dtype === 'i64'
      ? dense('i64', t.shape, BigInt64Array.from({ length: t.shape.reduce((a, b) => a * b, 1) }, () => BigInt(r.between(0, classes - 1))))
      : r.tensor(t.shape);
  }
  for (const n of graph.noise) inputs[n.input] = r.tensor(n.shape);
  const all = createInterpreter(graph.model).run(inputs);
  const only = lossOnly(graph);
  const run = createInterpreter(only);
  const names = new Set(only.inputs.map((i) => i.name));
  const lossOf = (changed: Readonly<Record<string, DenseTensor>>): number =>
    scalar(run.run(Object.fromEntries(Object.entries(changed).filter(([name]) => names.has(name))))[graph.loss]);
  let worst = 0;
  for (const { tensor, gradient } of graph.parameters) {
    const value = inputs[tensor]!;
    const found = all[gradient]!;
    if (found.shape.join() !== value.shape.join()) return Infinity;
    const scale = Math.max(1, ...Array.from(found.data as Float64Array, (g) => Math.abs(Number(g))));
    const step = 1e-6;
    for (let i = 0; i < value.data.length; i++) {
      const at = (delta: number): number => {
        const data = Float64Array.from(value.data as Float64Array);
        data[i] = data[i]! + delta;
        return lossOf({ ...inputs, [tensor]: dense('f64', value.shape, data) });
      };
      const difference = (at(step) - at(-step)) / (2 * step);
      const gap = Math.abs(difference - Number(found.data[i])) / scale;
      // NaN must not pass as small.
      if (!(gap <= worst)) worst = gap;
    }
  }
  return worst;
}
