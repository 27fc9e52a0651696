import { dense, type Attribute, type DenseTensor, type Layer, type Model } from '@fretwork/format';
import type { NamedTensors } from './contract.js';
import type { Random } from './random.js';

/** A model of one layer with dense weights, and inputs for it. Weights are named `weight`, `recurrence`, `bias`. */
export interface LayerCase {
  readonly model: Model;
  readonly inputs: NamedTensors;
}

/** One row per operator with prunable weights. */
export interface LayerKind {
  readonly operator: string;
  readonly draw: (random: Random) => LayerCase;
}

const tensor = (random: Random, ...shape: readonly number[]): DenseTensor =>
  dense('f32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()));

const int = (value: number): Attribute => ({ type: 'int', value });
const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });

interface Drawn {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly input: DenseTensor;
  /** Tensors of the model, in the order of the layer's inputs after the first; undefined: left out. */
  readonly weights: readonly (readonly [name: string, tensor: DenseTensor | undefined])[];
  readonly outputs?: readonly string[];
}

function layerCase(operator: string, drawn: Drawn): LayerCase {
  const outputs = drawn.outputs ?? ['y'];
  const layer: Layer = {
    name: 'layer', operator, domain: '',
    inputs: ['x', ...drawn.weights.map(([name, value]) => (value === undefined ? '' : name))],
    outputs,
    attributes: new Map(Object.entries(drawn.attributes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  const tensors = new Map(drawn.weights.filter((pair): pair is [string, DenseTensor] => pair[1] !== undefined));
  return {
    inputs: { x: drawn.input },
    model: {
      name: `random ${operator}`,
      inputs: [{ name: 'x', dtype: 'f32', shape: drawn.input.shape }],
      outputs: outputs.map((name) => ({ name, dtype: 'f32' as const })),
      values: [], layers: [layer], tensors,
      provenance: { producer: 'fretwork conformance', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
    },
  };
}

function drawConv(random: Random): LayerCase {
  const rank = random.pick([1, 2, 2, 2, 2, 3]);
  const group = random.pick([1, 1, 1, 2, 3]);
  const [cin, cout] = [group * random.integer(1, 6), group * random.integer(1, 9)];
  const axis = <T>(make: () => T): T[] => Array.from({ length: rank }, make);
  const kernel = axis(() => random.pick([1, 2, 3, 3, 5]));
  const dilations = axis(() => random.pick([1, 1, 2]));
  const pads = [...axis(() => random.integer(0, 2)), ...axis(() => random.integer(0, 2))];
  const spatial = axis(() => random.integer(3, 9)).map((length, i) => Math.max(length, dilations[i]! * (kernel[i]! - 1) + 1));
  return layerCase('Conv', {
    attributes: { dilations: ints(dilations), group: int(group), kernel_shape: ints(kernel), pads: ints(pads), strides: ints(axis(() => random.integer(1, 2))) },
    input: tensor(random, random.integer(1, 2), cin, ...spatial),
    weights: [['weight', tensor(random, cout, cin / group, ...kernel)], ['bias', random.next() < 0.5 ? tensor(random, cout) : undefined]],
  });
}

function drawConvTranspose(random: Random): LayerCase {
  const group = random.pick([1, 1, 2]);
  const [cin, perGroup] = [group * random.integer(1, 5), random.integer(1, 5)];
  const kernel = [random.integer(2, 4), random.integer(2, 4)];
  return layerCase('ConvTranspose', {
    attributes: { group: int(group), kernel_shape: ints(kernel), pads: ints([random.integer(0, 1), 0, random.integer(0, 1), 0]), strides: ints([random.integer(1, 2), random.integer(1, 3)]) },
    input: tensor(random, random.integer(1, 2), cin, random.integer(2, 5), random.integer(2, 5)),
    weights: [['weight', tensor(random, cin, perGroup, ...kernel)], ['bias', random.next() < 0.5 ? tensor(random, group * perGroup) : undefined]],
  });
}

function drawGemm(random: Random): LayerCase {
  const [m, k, n] = [random.integer(1, 4), random.integer(1, 40), random.integer(1, 24)];
  const [transA, transB] = [random.integer(0, 1), random.integer(0, 1)];
  return layerCase('Gemm', {
    attributes: { alpha: { type: 'float', value: random.pick([1, 1, 0.5]) }, beta: { type: 'float', value: random.pick([1, 2]) }, transA: int(transA), transB: int(transB) },
    input: transA === 1 ? tensor(random, k, m) : tensor(random, m, k),
    weights: [['weight', transB === 1 ? tensor(random, n, k) : tensor(random, k, n)], ['bias', random.next() < 0.6 ? tensor(random, n) : undefined]],
  });
}

function drawMatMul(random: Random): LayerCase {
  const [k, n] = [random.integer(1, 40), random.integer(1, 24)];
  const batch = random.integer(1, 3);
  return layerCase('MatMul', {
    input: tensor(random, ...random.pick([[], [batch], [2, batch]]), random.integer(1, 4), k),
    weights: [['weight', tensor(random, ...(random.next() < 0.2 ? [batch] : []), k, n)]],
  });
}

function drawRecurrent(operator: 'GRU' | 'LSTM' | 'RNN', gates: number) {
  return (random: Random): LayerCase => {
    const direction = random.pick(['forward', 'reverse', 'bidirectional']);
    const directions = direction === 'bidirectional' ? 2 : 1;
    const [steps, batch, inputs, hidden] = [random.integer(1, 5), random.integer(1, 3), random.integer(1, 12), random.integer(1, 14)];
    return layerCase(operator, {
      attributes: {
        direction: { type: 'string', value: direction }, hidden_size: int(hidden),
        ...(operator === 'GRU' ? { linear_before_reset: int(random.integer(0, 1)) } : {}),
      },
      input: tensor(random, steps, batch, inputs),
      weights: [
        ['weight', tensor(random, directions, gates * hidden, inputs)],
        ['recurrence', tensor(random, directions, gates * hidden, hidden)],
        ['bias', random.next() < 0.7 ? tensor(random, directions, 2 * gates * hidden) : undefined],
      ],
      outputs: operator === 'LSTM' ? ['y', 'last', 'cell'] : ['y', 'last'],
    });
  };
}

export const LAYER_KINDS: readonly LayerKind[] = [
  { operator: 'Conv', draw: drawConv },
  { operator: 'ConvTranspose', draw: drawConvTranspose },
  { operator: 'Gemm', draw: drawGemm },
  { operator: 'MatMul', draw: drawMatMul },
  { operator: 'GRU', draw: drawRecurrent('GRU', 3) },
  { operator: 'LSTM', draw: drawRecurrent('LSTM', 4) },
  { operator: 'RNN', draw: drawRecurrent('RNN', 1) },
];
