import { decode, dense, DTYPES, elementCount, encode, weightsOf, type DenseTensor, type Layer, type Model, type Tensor, type TensorData, type ValueInfo } from '@fretwork/format';
import { channelsOf, type Channels } from './channels.js';
import { rowFor, type Knowledge, type Seen, type ShrinkRow } from './operators.js';

/** A layer that has fewer channels now. */
export interface ShrunkLayer {
  readonly layer: string;
  readonly operator: string;
  /** Input and output channels. */
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
}

export interface ShrunkModel {
  /** The smaller network. */
  readonly model: Model;
  /** The network of the old shapes that computes the same: biases and norms of what went are 0 in it. */
  readonly masked: Model;
  readonly layers: readonly ShrunkLayer[];
  /** Float elements of all tensors. */
  readonly parametersBefore: number;
  readonly parametersAfter: number;
}

/**
 * Takes channels out of a network, for good: filters that are all zero, and channels that nobody reads, go with their
 * biases and norms and with the weights behind them that saw them. Channels that must agree (the two sides of an
 * addition, a depthwise convolution and what it reads) go together or not at all; inputs and outputs of the model keep
 * theirs, and so does whatever flows through an operator that is not in `SHRINK_OPERATORS`. A value keeps one channel at
 * least. Pure; throws nothing of its own.
 */
export function shrinkModel(model: Model): ShrunkModel {
  const channels = channelsOf(model);
  const rows = tieAll(model, channels);
  let silent: Uint8Array = new Uint8Array(channels.nodes).fill(1);
  let gone = removable(model, channels, rows, silent);
  // What was taken for zero only because its bias could be silenced must itself be able to go.
  while (gone.some((g, i) => g < silent[i]!)) {
    silent = gone;
    gone = removable(model, channels, rows, silent);
  }
  const masked = silence(model, channels, rows, gone);
  const shrunk = cut(masked, channels, rows, gone);
  const count = (m: Model): number => [...m.tensors.values()].reduce((sum, t) => sum + (DTYPES[t.dtype].kind === 'float' ? elementCount(t.shape) : 0), 0);
  const sizes = (layer: Layer, of: (value: string) => number): readonly [number, number] => [of(layer.inputs[0]!), of(layer.outputs[0]!)];
  const layers = model.layers.flatMap((layer): ShrunkLayer[] => {
    if (weightsOf(model, layer).length === 0 || !rows.has(layer)) return [];
    const before = sizes(layer, (value) => channels.count(value)!);
    const after = sizes(layer, (value) => stay(channels, gone, value).length);
    return before.join() === after.join() ? [] : [{ layer: layer.name, operator: layer.operator, before, after }];
  });
  return { model: shrunk, masked, layers, parametersBefore: count(model), parametersAfter: count(shrunk) };
}

/** The row of each layer that is understood; the others pin what they touch. */
function tieAll(model: Model, channels: Channels): ReadonlyMap<Layer, ShrinkRow> {
  const rows = new Map<Layer, ShrinkRow>();
  const readers = new Map<string, number>();
  for (const { inputs } of model.layers) for (const name of inputs) if (model.tensors.has(name)) readers.set(name, (readers.get(name) ?? 0) + 1);
  for (const layer of model.layers) {
    const row = rowFor(layer);
    const shares = layer.inputs.some((name) => model.tensors.has(name) && readers.get(name)! > 1 && model.tensors.get(name)!.shape.length > 0);
    if (row?.ties({ model, layer, channels }) === true && !shares) rows.set(layer, row);
    else for (const value of [...layer.inputs, ...layer.outputs]) channels.pin(value);
  }
  for (const { name } of [...model.inputs, ...model.outputs]) channels.pin(name);
  return rows;
}

/** Per node, whether its whole tie is dead: zero or unused, each channel of it. */
function removable(model: Model, channels: Channels, rows: ReadonlyMap<Layer, ShrinkRow>, silent: Uint8Array): Uint8Array {
  const known: Knowledge = { zero: new Uint8Array(channels.nodes), unused: new Uint8Array(channels.nodes).fill(1), silent };
  for (const [layer, row] of rows) row.forward({ model, layer, channels }, known);
  for (const { name } of model.outputs) for (let c = 0; c < (channels.count(name) ?? 0); c++) known.unused[channels.node(name, c)] = 0;
  for (const layer of [...model.layers].reverse()) {
    const row = rows.get(layer);
    layer.inputs.forEach((value, input) => {
      for (let c = 0; c < (channels.count(value) ?? 0); c++) {
        if (row === undefined || row.reads({ model, layer, channels }, known, input, c)) known.unused[channels.node(value, c)] = 0;
      }
    });
  }
  const dead = new Uint8Array(channels.nodes).fill(1);
  for (let n = 0; n < channels.nodes; n++) if (channels.isPinned(n) || (known.zero[n] === 0 && known.unused[n] === 0)) dead[channels.root(n)] = 0;
  const values = [...new Set(model.layers.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]))];
  for (const value of values) {
    const n = channels.count(value) ?? 0;
    const allGo = n > 0 && Array.from({ length: n }, (_, c) => dead[channels.root(channels.node(value, c))]).every((d) => d === 1);
    if (allGo) dead[channels.root(channels.node(value, 0))] = 0;
  }
  return dead.map((_, n) => dead[channels.root(n)]!);
}

const stay = (channels: Channels, gone: Uint8Array, value: string): readonly number[] =>
  Array.from({ length: channels.count(value) ?? 0 }, (_, c) => c).filter((c) => gone[channels.node(value, c)] === 0);

/** Every parameter along the channels of an output that goes, set to 0: filters, biases, scales, shifts. */
function silence(model: Model, channels: Channels, rows: ReadonlyMap<Layer, ShrinkRow>, gone: Uint8Array): Model {
  return withParameters(model, channels, rows, (tensor, axis, by, value) => {
    if (by === 'input') return tensor;
    const inner = elementCount(tensor.shape.slice(axis + 1));
    const size = tensor.shape[axis]!;
    const data = tensor.data.slice() as Float32Array;
    for (let i = 0; i < data.length; i++) if (gone[channels.node(value, Math.floor(i / inner) % size)] === 1) data[i] = 0;
    return dense(tensor.dtype, tensor.shape, data);
  }, (value) => stay(channels, gone, value).length < (channels.count(value) ?? 0));
}

function cut(model: Model, channels: Channels, rows: ReadonlyMap<Layer, ShrinkRow>, gone: Uint8Array): Model {
  const kept = (value: string): readonly number[] => stay(channels, gone, value);
  const changed = (value: string): boolean => kept(value).length < (channels.count(value) ?? 0);
  const small = withParameters(model, channels, rows, (tensor, axis, _, value) => take(tensor, axis, kept(value)), changed);
  const layers = small.layers.map((layer, i): Layer => {
    const was = model.layers[i]!;
    if (!layer.outputs.some(changed) && !layer.inputs.some(changed)) return layer;
    const { scheme, ...rest } = layer;
    const now = scheme === undefined || scheme.kind === 'filter' || scheme.kind === 'channel' ? rest : layer;
    const group = layer.attributes.get('group');
    if (group?.type !== 'int' || group.value === 1) return now;
    const value = (group.value * kept(was.outputs[0]!).length) / channels.count(was.outputs[0]!)!;
    return { ...now, attributes: new Map(layer.attributes).set('group', { type: 'int', value }) };
  });
  const values = model.values.map((info): ValueInfo => (info.shape === undefined || !changed(info.name) ? info
    : { ...info, shape: info.shape.map((size, axis) => (axis === 1 ? kept(info.name).length : size)) }));
  return stored({ ...small, layers, values }, model);
}

type Change = (tensor: DenseTensor, axis: number, by: 'output' | 'input', value: string) => DenseTensor;

function withParameters(model: Model, channels: Channels, rows: ReadonlyMap<Layer, ShrinkRow>, change: Change, changed: (value: string) => boolean): Model {
  const tensors = new Map<string, Tensor>(model.tensors);
  for (const [old, row] of rows) {
    const layer = model.layers.find(({ name }) => name === old.name)!;
    const seen: Seen = { model, layer, channels };
    for (const { input, axis, by } of row.cuts(seen)) {
      const value = by === 'output' ? layer.outputs[0]! : layer.inputs[0]!;
      const name = layer.inputs[input]!;
      if (changed(value)) tensors.set(name, change(decode(tensors.get(name)!), axis, by, value));
    }
  }
  return { ...model, tensors };
}

/** The places `kept` of `tensor` along `axis`. */
function take(tensor: DenseTensor, axis: number, kept: readonly number[]): DenseTensor {
  const inner = elementCount(tensor.shape.slice(axis + 1));
  const outer = elementCount(tensor.shape.slice(0, axis));
  const size = tensor.shape[axis]!;
  const shape = tensor.shape.map((s, a) => (a === axis ? kept.length : s));
  const data: TensorData = DTYPES[tensor.dtype].make(outer * kept.length * inner);
  const [from, to] = [tensor.data as Float32Array, data as Float32Array];
  for (let o = 0; o < outer; o++) {
    kept.forEach((k, i) => to.set(from.subarray((o * size + k) * inner, (o * size + k + 1) * inner), (o * kept.length + i) * inner));
  }
  return dense(tensor.dtype, shape, data);
}

/** Weights that were stored sparse are again, in the smallest way. */
function stored(model: Model, before: Model): Model {
  const tensors = new Map(model.tensors);
  for (const layer of model.layers) {
    for (const { name, view, tensor } of weightsOf(model, layer)) {
      if (tensor.kind === 'dense' && before.tensors.get(name)?.kind === 'sparse') {
        tensors.set(name, encode(tensor, view, layer.scheme === undefined ? {} : { scheme: layer.scheme }).tensor);
      }
    }
  }
  return { ...model, tensors };
}
