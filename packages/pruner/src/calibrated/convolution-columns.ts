import { attribute, type Layer, type MatrixView } from '@fretwork/format';
import type { SeenColumns } from './seen-columns.js';
import { floatsOf } from './trace.js';

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Coordinates of place `index` in a box of `sizes`, the last fastest. */
function coordinates(index: number, sizes: readonly number[]): readonly number[] {
  const at = new Array<number>(sizes.length);
  for (let d = sizes.length - 1; d >= 0; d--) {
    at[d] = index % sizes[d]!;
    index = Math.floor(index / sizes[d]!);
  }
  return at;
}

/** im2col, one column at a time: input channels x kernel positions of one window, 0 in the padding. One kind for each group. */
export function convolutionColumns(layer: Layer, shape: readonly number[], { columns, count }: MatrixView): SeenColumns {
  const kernel = shape.slice(2);
  const dims = kernel.length;
  const strides = attribute(layer, 'strides', 'ints', kernel.map(() => 1));
  const dilations = attribute(layer, 'dilations', 'ints', kernel.map(() => 1));
  const declared = attribute(layer, 'pads', 'ints', [...kernel, ...kernel].map(() => 0));
  const autoPad = attribute(layer, 'auto_pad', 'string', 'NOTSET');
  const reach = kernel.map((k, d) => (k - 1) * dilations[d]! + 1);
  const positions = Array.from({ length: product(kernel) }, (_, p) => coordinates(p, kernel).map((k, d) => k * dilations[d]!));

  /** Windows along each axis and where the first begins. */
  const windows = (spatial: readonly number[]): { readonly counts: readonly number[]; readonly begins: readonly number[] } => {
    const same = autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
    const counts = spatial.map((size, d) => (same ? Math.ceil(size / strides[d]!)
      : Math.floor((size + (autoPad === 'VALID' ? 0 : declared[d]! + declared[dims + d]!) - reach[d]!) / strides[d]!) + 1));
    const begins = spatial.map((size, d) => {
      if (!same) return autoPad === 'VALID' ? 0 : declared[d]!;
      const padding = Math.max(0, (counts[d]! - 1) * strides[d]! + reach[d]! - size);
      return autoPad === 'SAME_UPPER' ? Math.floor(padding / 2) : Math.ceil(padding / 2);
    });
    return { counts, begins };
  };

  return {
    kinds: count, kindOf: (matrix) => matrix,
    each: (trace, pick, visit) => {
      const { shape: [batch, channels, ...spatial], data } = floatsOf(layer, trace, 0, dims + 2);
      const { counts, begins } = windows(spatial);
      const size = product(spatial);
      const offsets = new Int32Array(positions.length);
      const column = new Float32Array(columns);
      const own = columns / positions.length;
      for (let n = 0; n < batch!; n++) {
        for (const window of pick(product(counts))) {
          const corner = coordinates(window, counts).map((w, d) => w * strides[d]! - begins[d]!);
          positions.forEach((position, p) => {
            let offset = 0;
            for (let d = 0; d < dims; d++) {
              const at = corner[d]! + position[d]!;
              offset = offset < 0 || at < 0 || at >= spatial[d]! ? -1 : offset * spatial[d]! + at;
            }
            offsets[p] = offset;
          });
          for (let g = 0; g < count; g++) {
            for (let c = 0; c < own; c++) {
              const from = (n * channels! + g * own + c) * size;
              for (let p = 0; p < offsets.length; p++) column[c * offsets.length + p] = offsets[p]! < 0 ? 0 : data[from + offsets[p]!]!;
            }
            visit(g, column);
          }
        }
      }
    },
  };
}
