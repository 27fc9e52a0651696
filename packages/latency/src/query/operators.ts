import type { Layer, LayerWeight, Scheme } from '@fretwork/format';
import type { LayerQuery } from '../contract.js';

type Shape = readonly number[] | undefined;

/** What a row sees of its layer. */
export interface QueryContext {
  readonly layer: Layer;
  /** Shapes of the inputs that a run computes. */
  readonly computed: readonly Shape[];
  readonly input: (i: number) => Shape;
  readonly output: Shape;
  readonly weights: readonly LayerWeight[];
  readonly pruned: (weights: readonly LayerWeight[]) => { readonly scheme: Scheme; readonly density?: number };
  readonly residual: boolean;
  readonly margin: number;
  readonly attribute: (name: string, otherwise: number) => number;
}

export type QueryRow = (context: QueryContext) => LayerQuery | { readonly reason: string };

const UNKNOWN = { reason: 'its shapes are not known before a run' };
const COMPUTED = { reason: 'its weights are computed' };

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const convolution: QueryRow = ({ layer, input, output, weights, pruned, residual, margin, attribute }) => {
  const [x, w] = [input(0), input(1)];
  if (weights.length === 0) return COMPUTED;
  if (x === undefined || w === undefined || output === undefined) return UNKNOWN;
  const strides = layer.attributes.get('strides');
  const [sv, sh] = strides?.type === 'ints' ? lastTwo(strides.value) : [1, 1];
  return {
    layer: 'convolution', inputs: x[1]!, outputs: output[1]!, groups: attribute('group', 1), kernel: lastTwo(w.slice(2)), stride: [sv, sh],
    size: lastTwo(output.slice(2)), batch: x[0]!, residual, margin, ...pruned(weights),
  };
};

/** Height and width: maps of one dimension have height 1, of three the slices lie below one another. */
function lastTwo(sizes: readonly number[]): readonly [number, number] {
  const width = sizes.at(-1) ?? 1;
  return [product(sizes.slice(0, -1)), width];
}

const full: QueryRow = ({ input, output, weights, pruned }) => {
  const x = input(0);
  const [weight] = weights;
  if (weight === undefined) return COMPUTED;
  if (x === undefined || output === undefined) return UNKNOWN;
  const { rows, columns } = weight.view;
  return { layer: 'full', inputs: columns, outputs: rows, vectors: product(output) / rows, ...pruned(weights) };
};

const recurrent = (cell: 'gru' | 'lstm' | 'rnn'): QueryRow => ({ layer, input, weights, pruned, attribute }) => {
  const [x, r] = [input(0), input(2)];
  if (weights.length < 2) return COMPUTED;
  if (x === undefined || r === undefined) return UNKNOWN;
  const batchFirst = attribute('layout', 0) !== 0;
  const direction = layer.attributes.get('direction');
  return {
    layer: 'recurrent', cell, inputs: x[2]!, hidden: r[2]!, steps: x[batchFirst ? 1 : 0]!, batch: x[batchFirst ? 0 : 1]!,
    directions: direction?.type === 'string' && direction.value === 'bidirectional' ? 2 : 1, resetAfter: attribute('linear_before_reset', 0) !== 0, ...pruned(weights),
  };
};

const glue: QueryRow = ({ layer, computed, output, input }) => {
  const writes = output === undefined ? undefined : product(output);
  if (writes === undefined || computed.length === 0 || computed.some((shape) => shape === undefined)) return UNKNOWN;
  const reads = computed.reduce((sum, shape) => sum + product(shape!), 0);
  if (writes === 0 || reads === 0) return { reason: 'it has nothing to do' };
  const kernel = layer.attributes.get('kernel_shape');
  const whole = layer.operator.startsWith('Global') ? product(input(0)!.slice(2)) : 1;
  return { layer: 'glue', operator: layer.operator, reads, writes, window: kernel?.type === 'ints' ? product(kernel.value) : whole, width: output?.at(-1) ?? 1 };
};

const renames: QueryRow = () => ({ reason: 'only renames a value' });

/** One row per operator. Those that are not here are not known to the model. */
export const QUERY_ROWS: ReadonlyMap<string, QueryRow> = new Map<string, QueryRow>([
  ['Conv', convolution],
  ['Gemm', full],
  ['MatMul', full],
  ['GRU', recurrent('gru')],
  ['LSTM', recurrent('lstm')],
  ['RNN', recurrent('rnn')],
  ...['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout'].map((operator) => [operator, renames] as const),
  ...[
    'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'Relu', 'Clip', 'LeakyRelu', 'PRelu', 'Sigmoid', 'Tanh', 'HardSigmoid', 'HardSwish',
    'Add', 'Sub', 'Mul', 'Div', 'Sum', 'BatchNormalization', 'Softmax', 'Transpose', 'Concat', 'Slice', 'Pad', 'Gather', 'Split', 'ReduceMean', 'Exp', 'Pow', 'Sqrt',
  ].map((operator) => [operator, glue] as const),
]);

/** Zeros that `layer` wants around its input: only convolutions without stride read them where they lie. */
export function marginOf(layer: Layer): number {
  if (layer.operator !== 'Conv') return 0;
  const [strides, pads] = [layer.attributes.get('strides'), layer.attributes.get('pads')];
  if (strides?.type === 'ints' && strides.value.some((stride) => stride !== 1)) return 0;
  return pads?.type === 'ints' ? Math.max(0, ...pads.value) : 0;
}

/** Layers that run as part of another one, where nobody else reads what that one makes. */
export interface JoinRule {
  readonly joins: readonly string[];
  readonly to: readonly string[];
  /** A second operand comes in: the sum of a residual block. */
  readonly adds: boolean;
}

/** What every compiled backend does, and runtime-wasm among them. */
export const JOINS: readonly JoinRule[] = [
  { joins: ['Relu', 'Clip'], to: ['Conv', 'Gemm', 'MatMul'], adds: false },
  { joins: ['Add', 'Sum'], to: ['Conv'], adds: true },
];
