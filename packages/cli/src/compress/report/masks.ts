import { decode, decodeMatrix, weightsOf, type Model, type SparseTensor, type Tensor } from '@fretwork/format';
import { schemeBlock, type MaskPicture } from './record.js';

/** Bits of all pictures together; beyond it a matrix becomes densities. */
const MOST_BITS = 16_000_000;
/** Cells of a matrix of densities along its longer side, at most. */
const CELLS = 512;

/** A matrix of weights as what is zero and what is not. */
interface Occupied {
  readonly rows: number;
  readonly columns: number;
  readonly at: (row: number, column: number) => boolean;
}

/** A picture of every matrix of every layer that has a scheme, in model order. */
export function maskPictures(model: Model): readonly MaskPicture[] {
  let left = MOST_BITS;
  return model.layers.flatMap((layer) => {
    if (layer.scheme === undefined) return [];
    return weightsOf(model, layer).flatMap(({ name, tensor, view }) => {
      if (tensor.kind === 'dense' && layer.scheme?.kind !== 'dense') return [];
      const block = schemeBlock(layer.scheme, view.kernel);
      return matrices(tensor, view).map((matrix, i): MaskPicture => {
        const bits = matrix.rows * matrix.columns;
        const fits = bits <= left;
        if (fits) left -= bits;
        return {
          layer: layer.name, part: view.count === 1 ? '' : `${name}, matrix ${i + 1} of ${view.count}`, rows: matrix.rows, columns: matrix.columns, block,
          ...(fits ? { kind: 'bits', cell: 1, data: bitsOf(matrix) } : densityOf(matrix)),
        };
      });
    });
  });
}

function matrices(tensor: Tensor, view: SparseTensor['view']): readonly Occupied[] {
  if (tensor.kind === 'sparse') {
    return tensor.matrices.map((matrix) => {
      const values = decodeMatrix(matrix);
      return { rows: matrix.rows, columns: matrix.columns, at: (r, c) => Number(values[r * matrix.columns + c]) !== 0 };
    });
  }
  const { rows, columns, count, order } = view;
  const { data } = decode(tensor);
  return Array.from({ length: count }, (_, m): Occupied => ({
    rows, columns,
    at: (r, c) => Number(data[m * rows * columns + (order === 'row-major' ? r * columns + c : c * rows + r)]) !== 0,
  }));
}

function bitsOf({ rows, columns, at }: Occupied): string {
  const bytes = new Uint8Array(Math.ceil((rows * columns) / 8));
  for (let r = 0, i = 0; r < rows; r++) for (let c = 0; c < columns; c++, i++) if (at(r, c)) bytes[i >> 3]! |= 1 << (i & 7);
  return Buffer.from(bytes).toString('base64');
}

function densityOf({ rows, columns, at }: Occupied): Pick<MaskPicture, 'kind' | 'cell' | 'data'> {
  const cell = Math.ceil(Math.max(rows, columns) / CELLS);
  const [high, wide] = [Math.ceil(rows / cell), Math.ceil(columns / cell)];
  const [kept, all] = [new Float64Array(high * wide), new Float64Array(high * wide)];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const place = Math.floor(r / cell) * wide + Math.floor(c / cell);
      all[place]! += 1;
      if (at(r, c)) kept[place]! += 1;
    }
  }
  return { kind: 'density', cell, data: Buffer.from(Uint8Array.from(kept, (n, i) => Math.round((255 * n) / all[i]!))).toString('base64') };
}
