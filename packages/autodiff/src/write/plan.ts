import { FretworkError, quote, type Layer, type Model, type ValueInfo } from '@fretwork/format';
import type { GradientForm, Loss, TrainingOptions } from '../contract.js';
import { FROZEN_BATCH_NORMALIZATION } from '../gradients/normalisation.js';
import type { GradientRow, LayerCall, Support } from '../gradients/row.js';
import { GRADIENTS, gradientRow } from '../gradients/table.js';
import { GraphBuilder } from '../graph/builder.js';
import { separateActivations } from '../graph/separate.js';
import { knownValues, type KnownValues } from '../graph/shapes.js';
import type { Value } from '../graph/value.js';
import { lossRow } from '../losses/table.js';
import { trainableTensors } from '../trainable.js';

/** A layer that the loss needs. */
export interface PlannedLayer {
  readonly layer: Layer;
  /** Where a trained tensor is upstream of it. */
  readonly row: GradientRow | undefined;
  readonly rewritten: boolean;
}

/** What will be written, decided before anything is. */
export interface WritingPlan {
  readonly graph: GraphBuilder;
  readonly mode: 'train' | 'evaluate';
  readonly form: GradientForm;
  readonly loss: Loss;
  readonly known: KnownValues;
  readonly model: Model;
  readonly layers: readonly PlannedLayer[];
  readonly parameters: readonly string[];
  /** Running statistics that training moves. */
  readonly statistics: readonly string[];
  /** Names of values that depend on a parameter. */
  readonly active: ReadonlySet<string>;
  readonly data: readonly ValueInfo[];
  readonly output: string;
}

export function planWriting(given: Model, options: TrainingOptions, mode: WritingPlan['mode']): WritingPlan {
  const model = separateActivations(given);
  const loss: Loss = mode === 'evaluate' && options.loss.kind === 'distillation'
    ? { kind: 'cross-entropy', ...(options.loss.output === undefined ? {} : { output: options.loss.output }) } : options.loss;
  const output = lossOutput(model, loss);
  const known = knownValues(model, options.inputShapes ?? {});
  const needed = upstream(model, output);
  const parameters = trainableTensors(model, needed, options.trainable);
  const { dtype } = known.value(output);
  if (dtype !== 'f32' && dtype !== 'f64') throw new FretworkError('train.dtype', 'the output is not f32', { tensor: output, actual: dtype });
  const graph = new GraphBuilder(dtype, [
    ...model.inputs.map((v) => v.name), ...model.tensors.keys(), ...model.layers.flatMap((layer) => [layer.name, ...layer.outputs]),
  ]);
  const form = options.form ?? 'cpu';
  const frozen = options.batchNorm === 'frozen';
  const active = new Set(parameters);
  const layers = needed.map((layer): PlannedLayer => {
    const own = layer.inputs.some((name) => active.has(name));
    const outputs = layer.outputs.filter((name) => name !== '' && ['f32', 'f64'].includes(known.value(name).dtype));
    if (own) for (const name of outputs) active.add(name);
    const row = frozen && layer.operator === 'BatchNormalization' ? FROZEN_BATCH_NORMALIZATION : gradientRow(layer.operator);
    const used = own && outputs.length > 0 ? row : undefined;
    const rewritten = mode === 'train' && row?.forward !== undefined && (used !== undefined || layer.operator === 'Dropout');
    return { layer, row: used ?? (rewritten ? row : undefined), rewritten };
  });
  if (mode === 'train') refuse(needed, active, { graph, known, form });
  const statistics = frozen ? [] : layers.flatMap(({ layer, row }) => (row !== undefined && layer.operator === 'BatchNormalization' ? layer.inputs.slice(3, 5) : []));
  const names = new Set(needed.flatMap((layer) => layer.inputs));
  const data = model.inputs.filter((v) => names.has(v.name) && !model.tensors.has(v.name)).map((v) => ({ ...v, shape: known.value(v.name).shape }));
  return { graph, mode, form, loss, known, model, layers, parameters, statistics, active, data, output };
}

/**
 * What training will change, known without any shape: parameters, and running statistics of layers downstream of one.
 * Throws `train.output`, `train.parameter`, `train.dtype`.
 */
export function trainedTensors(given: Model, options: Pick<TrainingOptions, 'loss' | 'trainable' | 'batchNorm'>): { readonly parameters: readonly string[]; readonly statistics: readonly string[] } {
  const layers = upstream(given, lossOutput(given, options.loss));
  const parameters = trainableTensors(given, layers, options.trainable);
  const active = new Set(parameters);
  const statistics = new Set<string>();
  for (const layer of layers) {
    if (!layer.inputs.some((name) => active.has(name))) continue;
    for (const name of layer.outputs) active.add(name);
    if (layer.operator === 'BatchNormalization' && options.batchNorm !== 'frozen') for (const name of layer.inputs.slice(3, 5)) statistics.add(name);
  }
  return { parameters, statistics: [...statistics] };
}

/** The value that the loss is of: a Softmax that ends a classifier belongs to the cross-entropy. */
function lossOutput(model: Model, loss: Loss): string {
  const name = loss.output ?? model.outputs[0]?.name;
  if (name === undefined || !model.outputs.some((o) => o.name === name)) {
    throw new FretworkError('train.output', 'the model has no such output', { expected: model.outputs.map((o) => o.name).join(', '), actual: name ?? 'none' });
  }
  const producer = model.layers.find((layer) => layer.outputs.includes(name));
  if (producer === undefined) throw new FretworkError('train.output', 'no layer makes this output', { tensor: name });
  return lossRow(loss).logits && producer.operator === 'Softmax' ? producer.inputs[0]! : name;
}

/** Layers that `output` depends on, in order. */
function upstream(model: Model, output: string): readonly Layer[] {
  const wanted = new Set([output]);
  const found: Layer[] = [];
  for (const layer of [...model.layers].reverse()) {
    if (!layer.outputs.some((name) => wanted.has(name))) continue;
    found.push(layer);
    for (const name of layer.inputs) if (name !== '') wanted.add(name);
  }
  return found.reverse();
}

type CallParts = Pick<WritingPlan, 'graph' | 'known' | 'form'>;

/** How a row sees `layer`; `values` are what its inputs have become. */
export function callOf({ graph, known, form }: CallParts, layer: Layer, value: (name: string) => Value = known.value): LayerCall {
  const inputs = layer.inputs.map((name) => (name === '' ? undefined : value(name)));
  return {
    graph, layer, form, inputs,
    input: (i) => {
      const found = inputs[i];
      if (found === undefined) throw new FretworkError('train.shape', `${layer.operator} needs input ${i}`, { layer: layer.name });
      return found;
    },
    numbers: (i) => ((layer.inputs[i] ?? '') === '' ? undefined : known.numbers(layer.inputs[i]!)),
    outputShapes: layer.outputs.map((name) => (name === '' ? [] : known.value(name).shape)),
  };
}

/** Throws `train.unsupported` with every layer on the way to the loss that has no gradient. */
function refuse(layers: readonly Layer[], active: ReadonlySet<string>, parts: CallParts): void {
  const problems = layers.flatMap((layer) => {
    if (!layer.inputs.some((name) => active.has(name)) || !layer.outputs.some((name) => active.has(name))) return [];
    const row = layer.domain === '' ? gradientRow(layer.operator) : undefined;
    const support: Support = row === undefined
      ? { ok: false, reason: `operator ${layer.domain === '' ? '' : `${layer.domain}.`}${layer.operator} has no gradient here`, hint: `operators with one: ${GRADIENTS.map((r) => r.operator).sort().join(', ')}` }
      : row.supports?.(callOf(parts, layer)) ?? { ok: true };
    return support.ok ? [] : [{ layer, support }];
  });
  if (problems.length === 0) return;
  const list = problems.map(({ layer, support }) => `\n  ${quote(layer.name)}: ${support.reason}`).join('');
  throw new FretworkError('train.unsupported', `${problems.length} of ${layers.length} layers cannot be trained through:${list}\n `, {
    ...(problems.length === 1 ? { layer: problems[0]!.layer.name } : {}),
    hint: [...new Set(problems.map(({ support }) => support.hint))].join('; '),
  });
}
