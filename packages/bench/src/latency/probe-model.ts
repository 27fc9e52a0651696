import { dense, encode, WEIGHTS, type Attribute, type Layer, type MatrixView, type Model, type Tensor, type ValueInfo } from '@fretwork/format';
import type { ConvolutionQuery, FullQuery, GlueQuery, LayerQuery, RecurrentQuery, WeightedQuery } from '@fretwork/latency';
import type { Refusal } from '../contract.js';
import { random, seedOf, uniform } from '../layers/random.js';
import { drawWeight } from './draw-weight.js';

/** A layer as part of a model: what it needs around it, and which layer of the model it is. */
interface Piece {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly layers: readonly Layer[];
  readonly tensors: readonly (readonly [string, Tensor])[];
  /** The layer to be timed. */
  readonly timed: string;
}

export interface ProbeModel {
  readonly model: Model;
  /** In the order of the queries: the name of the layer to be timed, or why there is none. */
  readonly timed: readonly (string | Refusal)[];
}

const int = (value: number): Attribute => ({ type: 'int', value });
const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });

const layer = (name: string, operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, output: string = name): Layer =>
  ({ name, operator, domain: '', inputs, outputs: [output], attributes: new Map(Object.entries(attributes)) });

const f32 = (name: string, shape: readonly number[]): ValueInfo => ({ name, dtype: 'f32', shape });

/** One model in which every layer that can be made is run once. */
export function probeModel(queries: readonly LayerQuery[], seed: number, nameOf: (query: LayerQuery) => string): ProbeModel {
  const pieces: Piece[] = [];
  const timed = queries.map((query, i): string | Refusal => {
    const piece = pieceOf(query, `l${i}`, seedOf(seed, nameOf(query)));
    if ('ok' in piece) return piece;
    pieces.push(piece);
    return piece.timed;
  });
  const all = <T>(pick: (piece: Piece) => readonly T[]): readonly T[] => pieces.flatMap(pick);
  return {
    timed,
    model: {
      name: 'probe', values: [], inputs: all((p) => p.inputs), outputs: all((p) => p.outputs), layers: all((p) => p.layers), tensors: new Map(all((p) => p.tensors)),
      provenance: { producer: '@fretwork/bench', producerVersion: '', sourceOpset: 0, doc: 'layers to be timed', metadata: [] },
    },
  };
}

function pieceOf(query: LayerQuery, name: string, seed: number): Piece | Refusal {
  switch (query.layer) {
    case 'convolution': return convolution(query, name, seed);
    case 'full': return full(query, name, seed);
    case 'recurrent': return recurrent(query, name, seed);
    case 'glue': return glue(query, name);
  }
}

/** The pruned weight of `record` at input `place`. */
function weightOf(record: Layer, place: number, shape: readonly number[], { scheme }: WeightedQuery, seed: number): Tensor | Refusal {
  const view = WEIGHTS.find(({ operator, input }) => operator === record.operator && input === place)?.view(shape, record) as MatrixView;
  return drawWeight(shape, view, scheme, random(seed));
}

const biasOf = (name: string, shape: readonly number[], seed: number): readonly [string, Tensor] => [name, dense('f32', shape, uniform(random(seed), shape.reduce((a, b) => a * b, 1), 0.1))];

/** A pool of single cells brings the input into the layout that a layer before would leave it in. */
const ONE = { kernel_shape: ints([1, 1]) };

function convolution(query: ConvolutionQuery, name: string, seed: number): Piece | Refusal {
  const { inputs, outputs, groups, kernel, stride, size, batch, residual } = query;
  const before = kernel.map((k) => (k - 1) >> 1);
  const input = size.map((s, d) => s * stride[d]!);
  const record = layer(`${name}.conv`, 'Conv', [`${name}.x`, `${name}.w`, `${name}.b`], {
    kernel_shape: ints(kernel), strides: ints(stride), pads: ints([...before, ...kernel.map((k, d) => k - 1 - before[d]!)]), group: int(groups),
  }, `${name}.c`);
  const weight = weightOf(record, 1, [outputs, inputs / groups, ...kernel], query, seed);
  if ('ok' in weight) return weight;
  const sum = residual ? `${name}.s` : `${name}.c`;
  const map = [batch, outputs, ...size];
  const reader = readerOf(name, sum, query);
  return {
    inputs: [f32(`${name}.image`, [batch, inputs, ...input]), ...(residual ? [f32(`${name}.other`, map)] : [])],
    outputs: [f32(`${name}.y`, reader.shape)],
    layers: [
      layer(`${name}.before`, 'MaxPool', [`${name}.image`], ONE, `${name}.x`),
      ...(residual ? [layer(`${name}.residual`, 'MaxPool', [`${name}.other`], ONE, `${name}.r`)] : []),
      record,
      ...(residual ? [layer(`${name}.add`, 'Add', [`${name}.c`, `${name}.r`], {}, sum)] : []),
      reader.layer,
    ],
    tensors: [[`${name}.w`, weight], biasOf(`${name}.b`, [outputs], seed + 1), ...reader.tensors],
    timed: record.name,
  };
}

interface Reader {
  readonly layer: Layer;
  readonly shape: readonly number[];
  readonly tensors: readonly (readonly [string, Tensor])[];
}

/**
 * What reads the result, and by that decides how it lies: a pool of single cells, or a convolution whose padding the maps then
 * carry. That one has a single weight, which takes next to no time.
 */
function readerOf(name: string, from: string, { outputs, margin = 0, size, batch }: ConvolutionQuery): Reader {
  if (margin === 0) return { layer: layer(`${name}.after`, 'MaxPool', [from], ONE, `${name}.y`), shape: [batch, outputs, ...size], tensors: [] };
  const side = 2 * margin + 1;
  const values = new Float32Array(outputs * side ** 2);
  values[(side ** 2 - 1) / 2] = 1;
  const record = layer(`${name}.after`, 'Conv', [from, `${name}.v`], { kernel_shape: ints([side, side]), pads: ints([margin, margin, margin, margin]) }, `${name}.y`);
  const view: MatrixView = { count: 1, rows: 1, columns: outputs * side ** 2, order: 'row-major', kernel: side ** 2 };
  return { layer: record, shape: [batch, 1, ...size], tensors: [[`${name}.v`, encode(dense('f32', [1, outputs, side, side], values), view, { scheme: { kind: 'unstructured', rate: values.length } }).tensor]] };
}

/** In a network the layer before has just written what the layer reads: it is in the nearest cache. */
const written = (name: string): Layer => layer(`${name}.before`, 'Relu', [`${name}.x`], {}, `${name}.v`);

function full(query: FullQuery, name: string, seed: number): Piece | Refusal {
  const { inputs, outputs, vectors } = query;
  const record = layer(`${name}.full`, 'Gemm', [`${name}.v`, `${name}.w`, `${name}.b`], { transB: int(1) }, `${name}.y`);
  const weight = weightOf(record, 1, [outputs, inputs], query, seed);
  if ('ok' in weight) return weight;
  return {
    inputs: [f32(`${name}.x`, [vectors, inputs])], outputs: [f32(`${name}.y`, [vectors, outputs])], layers: [written(name), record],
    tensors: [[`${name}.w`, weight], biasOf(`${name}.b`, [outputs], seed + 1)], timed: record.name,
  };
}

const CELLS = { gru: { operator: 'GRU', gates: 3 }, lstm: { operator: 'LSTM', gates: 4 }, rnn: { operator: 'RNN', gates: 1 } } as const;

function recurrent(query: RecurrentQuery, name: string, seed: number): Piece | Refusal {
  const { cell, inputs, hidden, steps, batch, directions, resetAfter } = query;
  const { operator, gates } = CELLS[cell];
  const record = layer(`${name}.${cell}`, operator, [`${name}.v`, `${name}.w`, `${name}.r`, `${name}.b`], {
    hidden_size: int(hidden), ...(cell === 'gru' ? { linear_before_reset: int(resetAfter ? 1 : 0) } : {}),
    ...(directions === 2 ? { direction: { type: 'string', value: 'bidirectional' } as const } : {}),
  }, `${name}.y`);
  const [w, r] = [weightOf(record, 1, [directions, gates * hidden, inputs], query, seed), weightOf(record, 2, [directions, gates * hidden, hidden], query, seed + 1)];
  if ('ok' in w) return w;
  if ('ok' in r) return r;
  return {
    inputs: [f32(`${name}.x`, [steps, batch, inputs])], outputs: [f32(`${name}.y`, [steps, directions, batch, hidden])], layers: [written(name), record],
    tensors: [[`${name}.w`, w], [`${name}.r`, r], biasOf(`${name}.b`, [directions, 2 * gates * hidden], seed + 2)], timed: record.name,
  };
}

/** Operators without weights that can be made from their sizes alone. */
function glue({ operator, reads, writes, window, width = 16 }: GlueQuery, name: string): Piece | Refusal {
  const piece = (inputs: readonly ValueInfo[], output: readonly number[], records: readonly Layer[], tensors: Piece['tensors'] = []): Piece => ({
    inputs, outputs: [f32(`${name}.y`, output)], layers: records, tensors, timed: `${name}.glue`,
  });
  const timed = (inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, output: string = `${name}.y`): Layer => layer(`${name}.glue`, operator, inputs, attributes, output);
  switch (operator) {
    case 'MaxPool': case 'AveragePool': {
      const side = Math.round(Math.sqrt(window));
      const ratio = Math.max(1, Math.round(Math.sqrt(reads / writes)));
      const [channels, size] = mapOf(writes, width);
      if (side * side !== window) return refusal(`a window of ${window} elements`);
      const pads = Math.max(0, side - ratio);
      const [low, high] = [pads >> 1, pads - (pads >> 1)];
      return piece([f32(`${name}.image`, [1, channels, size * ratio, size * ratio])], [1, channels, size, size], [
        layer(`${name}.before`, 'MaxPool', [`${name}.image`], ONE, `${name}.x`),
        timed([`${name}.x`], { kernel_shape: ints([side, side]), strides: ints([ratio, ratio]), pads: ints([low, low, high, high]) }, `${name}.p`),
        layer(`${name}.after`, 'MaxPool', [`${name}.p`], ONE, `${name}.y`),
      ]);
    }
    case 'GlobalAveragePool': case 'GlobalMaxPool': {
      const side = Math.max(1, Math.round(Math.sqrt(window)));
      return piece([f32(`${name}.image`, [1, writes, side, side])], [1, writes, 1, 1], [layer(`${name}.before`, 'MaxPool', [`${name}.image`], ONE, `${name}.x`), timed([`${name}.x`])]);
    }
    case 'Add': case 'Mul': case 'Sub': {
      const [channels, size] = mapOf(writes, width);
      const shape = [1, channels, size, size];
      return reads === writes
        ? piece([f32(`${name}.x`, shape)], shape, [timed([`${name}.x`, `${name}.c`])], [biasOf(`${name}.c`, [channels, 1, 1], 1)])
        : piece([f32(`${name}.x`, shape), f32(`${name}.z`, shape)], shape, [timed([`${name}.x`, `${name}.z`])]);
    }
    case 'Relu': case 'Sigmoid': case 'Tanh': case 'HardSwish': case 'Softmax': return piece([f32(`${name}.x`, [1, writes])], [1, writes], [timed([`${name}.x`])]);
    case 'BatchNormalization': {
      const [channels, size] = mapOf(writes, width);
      const shape = [1, channels, size, size];
      const parts = ['scale', 'shift', 'mean', 'variance'];
      return piece([f32(`${name}.x`, shape)], shape, [timed([`${name}.x`, ...parts.map((part) => `${name}.${part}`)])],
        parts.map((part): readonly [string, Tensor] => [`${name}.${part}`, dense('f32', [channels], new Float32Array(channels).fill(1))]));
    }
    case 'Slice': {
      const [channels, size] = mapOf(writes, width);
      const step = Math.max(1, Math.round(Math.sqrt(reads / writes)));
      return piece([f32(`${name}.x`, [1, channels, size * step, size * step])], [1, channels, size, size], [timed([`${name}.x`, ...['starts', 'ends', 'axes', 'steps'].map((part) => `${name}.${part}`)])], [
        indices(`${name}.starts`, 0, 0), indices(`${name}.ends`, size * step, size * step), indices(`${name}.axes`, 2, 3), indices(`${name}.steps`, step, step),
      ]);
    }
    case 'Pad': {
      const [channels, size] = mapOf(reads, width);
      const more = Math.max(0, Math.round(writes / (size * size)) - channels);
      return piece([f32(`${name}.x`, [1, channels, size, size])], [1, channels + more, size, size], [timed([`${name}.x`, `${name}.pads`])], [indices(`${name}.pads`, 0, more >> 1, 0, 0, 0, more - (more >> 1), 0, 0)]);
    }
    case 'Transpose': {
      const rows = Math.max(1, Math.round(writes / width));
      return piece([f32(`${name}.x`, [rows, 1, width])], [1, rows, width], [timed([`${name}.x`], { perm: ints([1, 0, 2]) })]);
    }
    default: return refusal(`operator ${operator}`);
  }
}

const indices = (name: string, ...values: readonly number[]): readonly [string, Tensor] => [name, dense('i64', [values.length], BigInt64Array.from(values, BigInt))];

const refusal = (what: string): Refusal => ({ ok: false, reason: `the probe makes no layers of ${what}`, hint: 'leave it out of the design' });

/** Channels and side of square maps of `width`, as near to so many elements as whole channels come. */
const mapOf = (elements: number, width: number): readonly [channels: number, size: number] => [Math.max(1, Math.round(elements / width ** 2)), width];
