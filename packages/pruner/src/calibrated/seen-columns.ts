import { attribute, FretworkError, type Layer, type MatrixView } from '@fretwork/format';
import type { LayerTrace } from './contract.js';
import { convolutionColumns } from './convolution-columns.js';
import { floatsOf, floatTensor } from './trace.js';

/** What a weight multiplies, as columns: which moments belong to which of its matrices, and the columns of a trace. */
export interface SeenColumns {
  /** Kinds of columns: matrices that see the same inputs share one. */
  readonly kinds: number;
  readonly kindOf: (matrix: number) => number;
  /** Calls `visit` for each column, `[columns]` of the view; the array is filled anew each time. */
  readonly each: (trace: LayerTrace, pick: PickPlaces, visit: (kind: number, column: Float32Array) => void) => void;
}

/** Of `total` places of one input, those that are looked at. */
export type PickPlaces = (total: number) => Iterable<number>;

type Place = { readonly layer: Layer; readonly shape: readonly number[]; readonly matrices: MatrixView };

interface SeenRow {
  readonly operator: string;
  readonly input: number;
  readonly columns: (place: Place) => SeenColumns | string;
}

const one = { kinds: 1, kindOf: () => 0 };

/** Columns that lie in the tensor with a step between their elements. */
function strided(data: Float32Array | Float64Array, start: number, step: number, column: Float32Array): Float32Array {
  for (let i = 0; i < column.length; i++) column[i] = data[start + i * step]!;
  return column;
}

const recurrentInput = ({ layer, matrices: { columns } }: Place): SeenColumns => ({
  ...one,
  each: (trace, pick, visit) => {
    const { shape: [first, second], data } = floatsOf(layer, trace, 0, 3);
    const column = new Float32Array(columns);
    const batchFirst = attribute(layer, 'layout', 'int', 0) === 1;
    const [steps, batch] = batchFirst ? [second!, first!] : [first!, second!];
    for (let b = 0; b < batch; b++) {
      for (const t of pick(steps)) visit(0, strided(data, (batchFirst ? b * steps + t : t * batch + b) * columns, 1, column));
    }
  },
});

/**
 * Hidden states, as the step after them sees them; the state before the first step is left out. The gate that sees r ∘ h (GRU
 * with `linear_before_reset` 0) is taken to see h.
 */
const recurrentState = (gates: number) => ({ layer, matrices: { columns, count } }: Place): SeenColumns | string => {
  if (layer.outputs[0] === undefined || layer.outputs[0] === '') return 'the layer does not give its states (output Y)';
  const directions = count / gates;
  const backwards = (d: number): boolean => d === 1 || attribute(layer, 'direction', 'string', 'forward') === 'reverse';
  return {
    kinds: directions, kindOf: (matrix) => Math.floor(matrix / gates),
    each: (trace, pick, visit) => {
      const { shape, data } = floatTensor(layer, trace.outputs[0], 'output Y', 4);
      const batchFirst = attribute(layer, 'layout', 'int', 0) === 1;
      const [steps, batch] = batchFirst ? [shape[1]!, shape[0]!] : [shape[0]!, shape[2]!];
      const column = new Float32Array(columns);
      for (let b = 0; b < batch; b++) {
        for (let d = 0; d < directions; d++) {
          for (const place of pick(steps - 1)) {
            const t = backwards(d) ? place + 1 : place;
            visit(d, strided(data, (batchFirst ? (b * steps + t) * directions + d : (t * directions + d) * batch + b) * columns, 1, column));
          }
        }
      }
    },
  };
};

/** Every place of `WEIGHTS`, with what it multiplies. */
export const SEEN_COLUMNS: readonly SeenRow[] = [
  { operator: 'Conv', input: 1, columns: ({ layer, shape, matrices }) => convolutionColumns(layer, shape, matrices) },
  {
    // Overlaps of the windows are left out of account: each column of the matrix is one input channel.
    operator: 'ConvTranspose', input: 1,
    columns: ({ layer, matrices: { columns, count } }) => ({
      kinds: count, kindOf: (matrix) => matrix,
      each: (trace, pick, visit) => {
        const { shape: [batch, channels, ...spatial], data } = floatsOf(layer, trace, 0);
        const size = spatial.reduce((a, b) => a * b, 1);
        const column = new Float32Array(columns);
        for (let n = 0; n < batch!; n++) {
          for (const at of pick(size)) {
            for (let g = 0; g < count; g++) visit(g, strided(data, (n * channels! + g * columns) * size + at, size, column));
          }
        }
      },
    }),
  },
  {
    operator: 'Gemm', input: 1,
    columns: ({ layer, matrices: { columns } }) => ({
      ...one,
      each: (trace, _, visit) => {
        const { shape: [first, second], data } = floatsOf(layer, trace, 0, 2);
        const turned = attribute(layer, 'transA', 'int', 0) !== 0;
        const column = new Float32Array(columns);
        for (let m = 0; m < (turned ? second! : first!); m++) visit(0, turned ? strided(data, m, second!, column) : strided(data, m * columns, 1, column));
      },
    }),
  },
  {
    operator: 'MatMul', input: 1,
    columns: ({ layer, matrices: { columns, count } }) => ({
      kinds: count, kindOf: (matrix) => matrix,
      each: (trace, pick, visit) => {
        const { data, shape } = floatsOf(layer, trace, 0);
        // One matrix: each leading index is an input of its own. A stack: its matrices follow the leading dimensions.
        const items = count === 1 && shape.length > 1 ? shape[0]! : count;
        const each = data.length / columns / items;
        if (!Number.isInteger(each)) throw new FretworkError('capture.shape', 'the input does not fit the stack of matrices', { layer: layer.name, expected: `a multiple of ${columns * count} elements`, actual: String(data.length) });
        const column = new Float32Array(columns);
        for (let m = 0; m < items; m++) {
          for (const v of pick(each)) visit(count === 1 ? 0 : m, strided(data, (m * each + v) * columns, 1, column));
        }
      },
    }),
  },
  ...([['GRU', 3], ['LSTM', 4], ['RNN', 1]] as const).flatMap(([operator, gates]): SeenRow[] => [
    { operator, input: 1, columns: recurrentInput },
    { operator, input: 2, columns: recurrentState(gates) },
  ]),
];

/** What the weight at `input` of `layer` multiplies, or why that is not known. */
export function seenColumns(place: Place, input: number): SeenColumns | string {
  const row = SEEN_COLUMNS.find(({ operator, input: at }) => operator === place.layer.operator && at === input);
  return row === undefined ? `what ${place.layer.operator} does with input ${input} is not known` : row.columns(place);
}
