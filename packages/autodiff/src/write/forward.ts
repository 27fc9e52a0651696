import { decode, dense, FretworkError, type DType, type Layer } from '@fretwork/format';
import type { GraphNoise, GraphStatistic, GraphTarget, TargetRole } from '../contract.js';
import type { Value } from '../graph/value.js';
import { lossRow } from '../losses/table.js';
import { callOf, type PlannedLayer, type WritingPlan } from './plan.js';

/** A layer as it was written, for the way back. */
export interface Step {
  readonly planned: PlannedLayer;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly (Value | undefined)[];
  readonly saved: unknown;
}

export interface Written {
  readonly steps: readonly Step[];
  readonly loss: Value;
  /** ∂loss/∂output */
  readonly gradient: Value;
  readonly output: Value;
  readonly statistics: readonly GraphStatistic[];
  readonly noise: readonly GraphNoise[];
  readonly targets: readonly GraphTarget[];
}

/** Writes all layers and the loss. */
export function forward(plan: WritingPlan): Written {
  const { graph, known, model } = plan;
  const values = new Map<string, Value>();
  const given = new Set([...plan.parameters, ...(plan.mode === 'evaluate' ? plan.statistics : []), ...plan.data.map((v) => v.name)]);
  const held = new Set<string>();
  const value = (name: string): Value => {
    const written = values.get(name);
    if (written !== undefined) return written;
    const tensor = model.tensors.get(name);
    if (tensor !== undefined && !given.has(name) && !held.has(name)) {
      graph.hold(name, decode(tensor));
      held.add(name);
    }
    if (tensor === undefined && !given.has(name)) throw new FretworkError('train.shape', 'no layer before it makes this value', { tensor: name });
    return known.value(name);
  };
  const statistics: GraphStatistic[] = [];
  const noise: GraphNoise[] = [];
  const steps = plan.layers.map((planned): Step => {
    const { layer, row, rewritten } = planned;
    const inputs = layer.inputs.map((name) => (name === '' ? undefined : value(name)));
    const constant = constantOutput(plan, planned);
    if (constant !== undefined) {
      values.set(layer.outputs[0]!, constant);
      return { planned, inputs, outputs: [constant], saved: undefined };
    }
    if (rewritten) {
      const made = row!.forward!(callOf(plan, layer, value));
      layer.outputs.forEach((name, o) => {
        const out = made.outputs[o];
        if (name !== '' && out !== undefined) values.set(name, out);
      });
      for (const [i, batch, keep] of made.statistics ?? []) statistics.push({ tensor: layer.inputs[i]!, shape: batch.shape, batch: batch.name, keep });
      if (made.noise !== undefined) noise.push({ input: made.noise.value.name, shape: made.noise.value.shape, keep: made.noise.keep });
      return { planned, inputs, outputs: made.outputs, saved: made.saved };
    }
    const plain = inInference({ ...layer, inputs: inputs.map((v) => v?.name ?? '') });
    graph.copy(plain);
    const outputs = plain.outputs.map((name) => (name === '' ? undefined : known.value(name)));
    for (const out of outputs) if (out !== undefined) values.set(out.name, out);
    return { planned, inputs, outputs, saved: undefined };
  });
  const output = value(plan.output);
  const targets: GraphTarget[] = [];
  const target = (role: TargetRole, dtype: DType, shape: readonly number[]): Value => {
    const known = targets.find((t) => t.role === role);
    const input = known?.input ?? graph.fresh(role);
    if (known === undefined) targets.push({ input, role, dtype, shape });
    return { name: input, dtype, shape };
  };
  const { loss, gradient } = lossRow(plan.loss).write({ graph, loss: plan.loss, output, target });
  return { steps, loss, gradient, output, statistics, noise, targets };
}

/** Without what makes an exported layer behave as in training: statistics of the batch, dropped elements. */
function inInference(layer: Layer): Layer {
  if (layer.operator === 'Dropout') return { ...layer, inputs: layer.inputs.slice(0, 1), outputs: layer.outputs.slice(0, 1) };
  if (layer.operator !== 'BatchNormalization') return layer;
  return { ...layer, outputs: layer.outputs.slice(0, 1), attributes: new Map([...layer.attributes].filter(([name]) => name !== 'training_mode')) };
}

/** Integers made from shapes alone need no layer. */
function constantOutput({ graph, known }: WritingPlan, { layer }: PlannedLayer): Value | undefined {
  const name = layer.outputs[0];
  if (layer.outputs.length !== 1 || name === undefined || name === '') return undefined;
  const value = known.value(name);
  const elements = value.dtype === 'i64' ? known.numbers(name) : undefined;
  if (elements === undefined) return undefined;
  graph.hold(name, dense('i64', value.shape, BigInt64Array.from(elements, BigInt)));
  return value;
}
