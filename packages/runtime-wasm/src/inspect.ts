import {
  FretworkError, indexBytes, payloadBytes, weightsOf, type Layer, type Model, type ModelHeader, type Tensor, type ValueInfo,
} from '@fretwork/format';
import type { EstimatedCost, InspectOptions, Inspection, LayerInspection, Support } from './contract.js';
import { chooseLevel } from './machine/choose-level.js';
import { RESERVED_BYTES } from './machine/machine.js';
import { sizeOf, type PackedMatrix } from './operators/row.js';
import { isFixed } from './operators/shapes.js';
import { findRow } from './operators/table.js';
import { noRuns } from './pack/runs.js';
import { contentInputs } from './plan/content.js';
import { inferValues, type Inferred } from './plan/infer.js';
import type { Subject } from './plan/nodes.js';
import { planModel } from './plan/plan-model.js';
import { planPacking } from './session/pack-model.js';

const nameOf = ({ domain, operator }: Layer): string => (domain === '' ? operator : `${domain}.${operator}`);

/** Whether `layer` can be run, as far as its operator and attributes tell. */
export function supportOf(layer: Layer): Support {
  const row = findRow(layer);
  if (row !== undefined) return row.supports?.(layer) ?? { ok: true };
  return { ok: false, reason: `operator ${nameOf(layer)} is not known to this runtime`, hint: 'use others' };
}

/**
 * What `load` would do with `model`, or with the header of a `.bcr` file (`readHeader`) before its weights are there.
 * Never throws for what a model asks: refusals are answers. Memory is an upper estimate from a header, near to exact
 * from a model; costs are counts of products, see `EstimatedCost`.
 */
export async function inspect(model: Model | ModelHeader, options: InspectOptions = {}): Promise<Inspection> {
  const { level, why } = await chooseLevel(options.level ?? 'auto');
  const subject = subjectOf(model);
  const inferred = inferValues(subject, { shapes: options.inputShapes ?? {}, declared: true });
  const costs = costsOf(model, inferred.values);
  const planned = subject.layers.every((layer) => supportOf(layer).ok) ? planOf(model, subject, options) : {};
  const layers = subject.layers.map((layer, i): LayerInspection => {
    const support = planned.refused?.layer === layer.name ? planned.refused.support : supportOf(layer);
    const packs = findRow(layer)?.pack !== undefined && layer.inputs.slice(1).some((name) => model.tensors.has(name));
    const kernel = planned.kernels?.get(layer.name) ?? (packs ? kernelOf(layer) : 'plain');
    return { layer: layer.name, operator: layer.operator, support, kernel: support.ok ? kernel : 'none', cost: costs[i]! };
  });
  const ok = layers.every((layer) => layer.support.ok);
  return { ok, level, why, layers, cost: totals(subject.layers, costs, inferred.problems), memoryBytes: planned.memoryBytes };
}

/** Weights that are stored, of a dense tensor those that are not zero; all of them where they have not come yet. */
function keptOf(tensor: Tensor): number {
  if (tensor.kind === 'sparse') return tensor.matrices.reduce((sum, matrix) => sum + matrix.payload.length, 0);
  return ArrayBuffer.isView(tensor.data) ? (tensor.data as Float32Array).reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0) : sizeOf(tensor.shape);
}

/** Of every layer, for the shapes that are known. */
function costsOf(outline: Model | ModelHeader, values: Inferred['values']): readonly EstimatedCost[] {
  // Of a place in a file only lengths are read.
  const model = outline as Model;
  const owned = new Set<string>();
  return model.layers.map((layer): EstimatedCost => {
    let bytes = 0;
    for (const name of layer.inputs) {
      const tensor = model.tensors.get(name);
      if (tensor === undefined || owned.has(name)) continue;
      owned.add(name);
      bytes += payloadBytes(tensor) + indexBytes(tensor);
    }
    const row = findRow(layer);
    if (row === undefined) return { bytes, reason: `the work of operator ${nameOf(layer)} is not known, and in no sum` };
    if (row.macs === undefined) return { bytes, macs: 0, keptMacs: 0 };
    const inputs = layer.inputs.map((name) => values.get(name));
    const output = layer.outputs.map((name) => values.get(name)).find((value) => value !== undefined);
    if (output === undefined || inputs.some((value, i) => value === undefined && layer.inputs[i] !== '')) {
      return { bytes, reason: `the shapes of ${layer.operator} are not known before it runs: give the shapes of the inputs` };
    }
    // Every element of a weight is used equally often, so the kept share of the weight is the kept share of its products.
    const weights = new Map(weightsOf(model, layer).map(({ input, tensor }) => [input, tensor]));
    let [macs, keptMacs] = [0, 0];
    row.macs({ layer, inputs }, output.shape).forEach((products, i) => {
      const tensor = weights.get(i + 1);
      const elements = tensor === undefined ? 0 : sizeOf(tensor.shape);
      const kept = tensor === undefined ? 0 : keptOf(tensor);
      macs += products;
      keptMacs += elements === 0 ? products : Math.round(products / elements * kept);
    });
    return { bytes, macs, keptMacs };
  });
}

const kernelOf = (layer: Layer): string => (layer.operator.startsWith('Conv') ? 'stream or axpy' : 'gemv');

const isLoaded = (model: Model | ModelHeader): model is Model =>
  [...model.tensors.values()].every((tensor) => (tensor.kind === 'dense' ? ArrayBuffer.isView(tensor.data) : ArrayBuffer.isView(tensor.matrices[0]?.payload)));

/** Tensors without elements are values of known shape: shape inference must not read what is not there. */
function subjectOf(model: Model | ModelHeader): Subject {
  if (isLoaded(model)) return model;
  const header = model as unknown as Model;
  const tensors = [...header.tensors].map(([name, { dtype, shape }]): ValueInfo => ({ name, dtype, shape }));
  return { inputs: [...header.inputs, ...tensors], outputs: header.outputs, values: header.values, layers: header.layers, tensors: new Map() };
}

/** Sums of products whose shapes contradict one another would be sums of nothing. */
function totals(layers: readonly Layer[], costs: readonly EstimatedCost[], [problem]: Inferred['problems']): EstimatedCost {
  const sum = (of: (cost: EstimatedCost) => number | undefined): number => costs.reduce((total, cost) => total + of(cost)!, 0);
  const bytes = sum((cost) => cost.bytes);
  const open = costs.findIndex(({ reason }) => reason !== undefined);
  if (problem !== undefined) return { bytes, reason: problem.message };
  if (open >= 0) return { bytes, reason: `layer ${JSON.stringify(layers[open]!.name)}: ${costs[open]!.reason}` };
  return { bytes, macs: sum((cost) => cost.macs), keptMacs: sum((cost) => cost.keptMacs) };
}

interface Planned {
  readonly memoryBytes?: number;
  /** By layer; of a model only, since the weights decide. */
  readonly kernels?: ReadonlyMap<string, string>;
  /** A layer that only a plan shows to be refused. */
  readonly refused?: { readonly layer: string; readonly support: Support };
}

function planOf(model: Model | ModelHeader, subject: Subject, { inputShapes: shapes = {} }: InspectOptions): Planned {
  const loaded = isLoaded(model);
  try {
    const packing = loaded ? planPacking(model) : undefined;
    const { arenaBytes, lastingBytes, steps, skipped } = planModel(subject, { shapes, declared: !loaded }, (layer) => (packing === undefined
      ? weightsOf(model as unknown as Model, layer).map(({ view: { rows, columns } }): PackedMatrix => ({ rows, columns, nnz: 0, panel: 1, runs: noRuns(), weights: 0, bias: 0 }))
      : (packing.layers.get(layer.name) ?? []).map(({ plan }): PackedMatrix => ({ ...plan, weights: 0, bias: 0 }))));
    // A kept weight takes its own four bytes, and less than those again for offsets and records.
    const weightBytes = packing?.bytes ?? 2 * [...(model as Model).tensors.values()].reduce((sum, tensor) => sum + payloadBytes(tensor), 0);
    const memoryBytes = RESERVED_BYTES + weightBytes + arenaBytes + lastingBytes;
    if (!loaded) return { memoryBytes };
    const gone = [...skipped.map(({ name }) => name), ...steps.flatMap(({ node }) => node.fused)];
    return { memoryBytes, kernels: new Map([...steps.map(({ node, work }) => [node.layer.name, work.kernel] as const), ...gone.map((name) => [name, 'none'] as const)]) };
  } catch (error) {
    if (!(error instanceof FretworkError)) throw error;
    const { layer, hint } = error.details;
    // A plan tells of faults where nothing is left open but what a run computes.
    const open = !loaded || contentInputs(model).length > 0 || model.inputs.some(({ name, shape }) => !model.tensors.has(name) && !isFixed(shapes[name] ?? shape));
    return open || layer === undefined ? {} : { refused: { layer, support: { ok: false, reason: error.message.split('\n')[0]!, hint: hint ?? '' } } };
  }
}
