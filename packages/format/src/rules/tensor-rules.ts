import { MATRIX_ARRAYS } from '../container/matrix-arrays.js';
import type { ArrayPlace, Outline } from '../container/outline.js';
import type { DType, TensorData } from '../contract.js';
import { DTYPES } from '../dtype.js';
import { each, layersOf, payloadsOf, sparseTensorsOf, tensorsOf, type Item } from './items.js';
import { countOf, isCount, MAX_RANK, nameFault } from './names.js';
import type { Rule } from './rule.js';

type AnyArray = TensorData | ArrayPlace;

export const TENSOR_RULES: readonly Rule<Outline>[] = [
  each('tensor.name', ({ tensors }) => [...tensors.keys()].map((name): Item<string> => [{}, name]), nameFault),
  each('tensor.rank', tensorsOf, ({ shape }) =>
    (shape.length <= MAX_RANK ? undefined : { expected: `rank at most ${MAX_RANK}`, actual: `${shape.length}` })),
  each('tensor.size', tensorsOf, ({ shape, dtype }) =>
    (shape.every(isCount) && countOf([...shape, DTYPES[dtype].bytes]) !== undefined ? undefined
      : { expected: 'below 2^53 bytes', actual: `${dtype} [${shape.join(', ')}]` })),
  each('attribute.tensor', layersOf, ({ attributes }) => {
    const sparse = [...attributes].find(([, { type, value }]) => type === 'tensor' && value.kind !== 'dense');
    return sparse === undefined ? undefined : { expected: 'a dense tensor', actual: `a sparse one in ${sparse[0]}` };
  }),
  each('tensor.array', tensorsOf, (tensor) => {
    const wrong = payloadsOf(tensor).find((array) => !holds(array, tensor.dtype));
    return wrong === undefined ? undefined : { expected: tensor.dtype, actual: arrayName(wrong) };
  }),
  each('tensor.index-array', sparseTensorsOf, ({ matrices }) => {
    for (const matrix of matrices) {
      const fields = matrix as unknown as Readonly<Record<string, AnyArray | undefined>>;
      for (const name of MATRIX_ARRAYS[matrix.encoding]) {
        const array = fields[name];
        const legal = INDEX_TYPES[name];
        if (array === undefined || legal === undefined || legal.some((dtype) => holds(array, dtype))) continue;
        return { expected: `${legal.join(' or ')} for ${name}`, actual: arrayName(array) };
      }
    }
    return undefined;
  }),
  each('tensor.length', tensorsOf, (tensor) => {
    if (tensor.kind === 'sparse') return undefined;
    const expected = countOf(tensor.shape);
    return tensor.data.length === expected ? undefined : { expected: `${expected} elements`, actual: `${tensor.data.length}` };
  }),
  each('sparse.view', sparseTensorsOf, ({ shape, view: { count, rows, columns } }) => {
    const fits = [count, rows, columns].every(isCount) && Math.max(rows, columns) < 2 ** 32
      && countOf([count, rows, columns]) === countOf(shape);
    return fits ? undefined : { expected: `matrices for [${shape.join(', ')}]`, actual: `${count} of ${rows} x ${columns}` };
  }),
  each('sparse.kernel', sparseTensorsOf, ({ view: { columns, kernel } }) => {
    return isCount(kernel) && kernel >= 1 && columns % kernel === 0 ? undefined : { expected: `a divisor of ${columns}`, actual: `${kernel}` };
  }),
  each('sparse.matrices', sparseTensorsOf, ({ view: { count, rows, columns }, matrices }) => {
    if (matrices.length !== count) return { expected: `${count} matrices`, actual: `${matrices.length}` };
    const wrong = matrices.find((m) => m.rows !== rows || m.columns !== columns);
    return wrong === undefined ? undefined : { expected: `${rows} x ${columns}`, actual: `${wrong.rows} x ${wrong.columns}` };
  }),
];

/** Ids are as narrow as they can be; masks and short ids are bytes. */
const IDS: readonly DType[] = ['u16', 'u32'];
const OFFSETS: readonly DType[] = ['u32'];
const BYTES: readonly DType[] = ['u8'];
const INDEX_TYPES: Readonly<Record<string, readonly DType[]>> = {
  rowOffset: OFFSETS, occurrence: OFFSETS, columnStride: OFFSETS, patterns: OFFSETS, column: IDS, reorder: IDS, compactColumn: IDS,
  present: BYTES, rowMask: BYTES, columnMask: BYTES, ids: BYTES,
};

/** A place knows its element type; an array in memory only how it holds elements. */
const holds = (array: AnyArray, dtype: DType): boolean =>
  ('dtype' in array ? array.dtype === dtype : array.constructor === DTYPES[dtype].make(0).constructor);

const arrayName = (array: AnyArray): string => ('dtype' in array ? array.dtype : array.constructor.name);
