/**
 * Transposed convolution as a convolution: its input with zeros between the cells, its kernels turned by 180 degrees and
 * filters in the place of channels. The zeros cost multiplications where it has a stride.
 */
import { attribute, decode, type CsrMatrix } from '@fretwork/format';
import { product, wholeBlock, type Call } from './call.js';
import type { Convolution } from './convolution.js';

export interface Transposed {
  readonly conv: Convolution;
  readonly strides: readonly [number, number];
  readonly input: readonly [number, number];
}

/** What `call`, a ConvTranspose, computes. */
export function transposedOf(call: Call): Transposed {
  const { layer } = call;
  const [batch, channels, ...spatial] = call.shape(0) as [number, number, ...number[]];
  const [, perGroup, ...kernelShape] = call.shape(1) as [number, number, ...number[]];
  const groups = attribute(layer, 'group', 'int', 1);
  const rank = spatial.length;
  const two = (values: readonly number[], otherwise: number): [number, number] => [values.length === 2 ? values[0]! : otherwise, values.at(-1)!];
  const ones = spatial.map(() => 1);
  const strides = two(attribute(layer, 'strides', 'ints', ones), 1);
  const dilations = two(attribute(layer, 'dilations', 'ints', ones), 1);
  const kernel = two(kernelShape, 1);
  const input = two(spatial, 1);
  const output = two(call.outShape().slice(2), 1);
  const spread: [number, number] = [(input[0] - 1) * strides[0] + 1, (input[1] - 1) * strides[1] + 1];
  const begins = beginsOf(call, rank, input, output, strides, kernel, dilations);
  const before = [0, 1].map((d) => dilations[d]! * (kernel[d]! - 1) - begins[d]!) as [number, number];
  return {
    strides, input,
    conv: {
      window: { input: spread, output, kernel, strides: [1, 1], dilations, begins: before, ends: [0, 1].map((d) => output[d]! + dilations[d]! * (kernel[d]! - 1) - before[d]! - spread[d]!) as [number, number] },
      batch, channels, filters: perGroup * groups, groups, matrix: turned(call, channels, perGroup, groups, product(kernel)), bias: call.has(2) ? call.numbers(2) : undefined,
    },
  };
}

/** Cells cut off before the first output; `output_shape` and `auto_pad` share out what is over. */
function beginsOf(call: Call, rank: number, input: readonly number[], output: readonly number[], strides: readonly number[], kernel: readonly number[], dilations: readonly number[]): [number, number] {
  const { layer } = call;
  const auto = attribute(layer, 'auto_pad', 'string', 'NOTSET');
  const pads = attribute(layer, 'pads', 'ints', new Array<number>(2 * rank).fill(0));
  const extra = attribute(layer, 'output_padding', 'ints', new Array<number>(rank).fill(0));
  const shared = auto.startsWith('SAME') || layer.attributes.has('output_shape');
  return [0, 1].map((d) => {
    const own = d - (2 - rank);
    if (own < 0 || auto === 'VALID') return 0;
    if (!shared) return pads[own]!;
    const total = Math.max(0, strides[d]! * (input[d]! - 1) + extra[own]! + dilations[d]! * (kernel[d]! - 1) + 1 - output[d]!);
    return auto === 'SAME_UPPER' ? Math.floor(total / 2) : total - Math.floor(total / 2);
  }) as [number, number];
}

/** Row f of a group: for each channel of it the kernel from that channel to f, last tap first. Zeros are left out. */
function turned(call: Call, channels: number, perGroup: number, groups: number, taps: number): Convolution['matrix'] {
  const weight = call.tensor(1)!;
  const values = (weight.kind === 'dense' ? weight.data : decode(weight).data) as Float32Array;
  const own = channels / groups;
  const [rows, columns] = [perGroup * groups, own * taps];
  const dense = new Float32Array(rows * columns);
  for (let c = 0; c < channels; c++) {
    for (let f = 0; f < perGroup; f++) {
      for (let k = 0; k < taps; k++) dense[(Math.floor(c / own) * perGroup + f) * columns + (c % own) * taps + taps - 1 - k] = values[(c * perGroup + f) * taps + k]!;
    }
  }
  return dense.every((value) => value !== 0) ? wholeBlock(dense, rows, columns) : csrOf(dense, rows, columns);
}

function csrOf(dense: Float32Array, rows: number, columns: number): CsrMatrix {
  const rowOffset = new Uint32Array(rows + 1);
  const [column, payload]: [number[], number[]] = [[], []];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      if (dense[r * columns + c] === 0) continue;
      column.push(c);
      payload.push(dense[r * columns + c]!);
    }
    rowOffset[r + 1] = column.length;
  }
  return { encoding: 'csr', rows, columns, rowOffset, column: Uint32Array.from(column), payload: Float32Array.from(payload) };
}

/** Are there zeros between the cells of the input? */
export const spreads = ({ strides }: Transposed): boolean => strides.some((step) => step > 1);

/** Elements of the input with zeros between its cells. */
export const spreadFloats = ({ conv: { batch, channels, window } }: Transposed): number => batch * channels * product(window.input);
