import type { Outline } from '../container/outline.js';
import { MATRIX_ARRAYS } from '../container/matrix-arrays.js';
import type { DType, Encoding, SparseMatrix, Tensor, TensorData } from '../contract.js';
import { DTYPES } from '../dtype.js';
import { type ErrorDetails, quote } from '../error.js';
import type { ArrayPlace } from '../container/outline.js';
import { countOf, isCount, MAX_RANK, nameFault } from './names.js';
import type { Rule } from './rule.js';

type AnyTensor = Outline<Tensor>;
type AnyArray = TensorData | ArrayPlace;

/** A tensor of a model: a weight, or in an attribute of `layer`. */
interface Found {
  readonly tensor: AnyTensor;
  readonly place: Pick<ErrorDetails, 'layer' | 'tensor'>;
}

function* tensorsOf(model: Outline): Generator<Found> {
  for (const [name, tensor] of model.tensors) yield { tensor, place: { tensor: name } };
  for (const layer of model.layers) {
    for (const [name, attribute] of layer.attributes) {
      if (attribute.type === 'tensor') yield { tensor: attribute.value, place: { layer: layer.name, tensor: name } };
    }
  }
}

/** A rule over every tensor; `fault` says what is expected and found. */
const each = (code: string, fault: (tensor: AnyTensor) => ErrorDetails | undefined): Rule<Outline> => ({
  code,
  check: (model) => {
    for (const { tensor, place } of tensorsOf(model)) {
      const found = fault(tensor);
      if (found !== undefined) return { ...place, ...found };
    }
    return undefined;
  },
});

export const TENSOR_RULES: readonly Rule<Outline>[] = [
  {
    code: 'tensor.name',
    check: ({ tensors }) => {
      for (const name of tensors.keys()) {
        const fault = nameFault(name);
        if (fault !== undefined) return { expected: fault, actual: quote(name) };
      }
      return undefined;
    },
  },
  each('tensor.rank', ({ shape }) =>
    (shape.length <= MAX_RANK ? undefined : { expected: `rank at most ${MAX_RANK}`, actual: `${shape.length}` })),
  each('tensor.size', ({ shape, dtype }) =>
    (shape.every(isCount) && countOf([...shape, DTYPES[dtype].bytes]) !== undefined ? undefined
      : { expected: 'below 2^53 bytes', actual: `${dtype} [${shape.join(', ')}]` })),
  {
    code: 'attribute.tensor',
    check: ({ layers }) => {
      for (const layer of layers) {
        for (const [name, attribute] of layer.attributes) {
          if (attribute.type === 'tensor' && attribute.value.kind !== 'dense') return { layer: layer.name, expected: 'a dense tensor', actual: `a sparse one in ${name}` };
        }
      }
      return undefined;
    },
  },
  each('tensor.array', (tensor) => {
    const payloads = tensor.kind === 'dense' ? [tensor.data] : tensor.matrices.map((m) => m.payload);
    const wrong = payloads.find((array) => !holds(array, tensor.dtype));
    return wrong === undefined ? undefined : { expected: tensor.dtype, actual: arrayName(wrong) };
  }),
  each('tensor.index-array', (tensor) => {
    if (tensor.kind === 'dense') return undefined;
    for (const matrix of tensor.matrices) {
      const fields = matrix as unknown as Readonly<Record<string, AnyArray | undefined>>;
      for (const name of MATRIX_ARRAYS[matrix.encoding]) {
        const array = fields[name];
        const legal = INDEX_TYPES[matrix.encoding][name];
        if (array === undefined || legal === undefined || legal.some((dtype) => holds(array, dtype))) continue;
        return { expected: `${legal.join(' or ')} for ${name}`, actual: arrayName(array) };
      }
    }
    return undefined;
  }),
  each('tensor.length', (tensor) => {
    if (tensor.kind === 'sparse') return undefined;
    const expected = countOf(tensor.shape);
    return tensor.data.length === expected ? undefined : { expected: `${expected} elements`, actual: `${tensor.data.length}` };
  }),
  each('sparse.view', (tensor) => {
    if (tensor.kind === 'dense') return undefined;
    const { count, rows, columns } = tensor.view;
    const fits = [count, rows, columns].every(isCount) && Math.max(rows, columns) < 2 ** 32
      && countOf([count, rows, columns]) === countOf(tensor.shape);
    return fits ? undefined : { expected: `matrices for [${tensor.shape.join(', ')}]`, actual: `${count} of ${rows} x ${columns}` };
  }),
  each('sparse.kernel', (tensor) => {
    if (tensor.kind === 'dense') return undefined;
    const { columns, kernel } = tensor.view;
    return isCount(kernel) && kernel >= 1 && columns % kernel === 0 ? undefined : { expected: `a divisor of ${columns}`, actual: `${kernel}` };
  }),
  each('sparse.matrices', (tensor) => {
    if (tensor.kind === 'dense') return undefined;
    const { count, rows, columns } = tensor.view;
    if (tensor.matrices.length !== count) return { expected: `${count} matrices`, actual: `${tensor.matrices.length}` };
    const wrong = tensor.matrices.find((m) => m.rows !== rows || m.columns !== columns);
    return wrong === undefined ? undefined : { expected: `${rows} x ${columns}`, actual: `${wrong.rows} x ${wrong.columns}` };
  }),
];

const INDEX_TYPES: { readonly [E in Encoding]: Readonly<Partial<Record<keyof Extract<SparseMatrix, { encoding: E }>, readonly DType[]>>> & Readonly<Record<string, readonly DType[] | undefined>> } = {
  csr: { rowOffset: ['u32'], column: ['u16', 'u32'] },
  bcrc: { reorder: ['u16', 'u32'], rowOffset: ['u32'], occurrence: ['u32'], columnStride: ['u32'], compactColumn: ['u16', 'u32'] },
  bcr: { present: ['u8'], rowMask: ['u8'], columnMask: ['u8'] },
  pattern: { patterns: ['u32'], ids: ['u8'] },
};

/** A place knows its element type; an array in memory only how it holds elements. */
const holds = (array: AnyArray, dtype: DType): boolean =>
  ('dtype' in array ? array.dtype === dtype : array.constructor === DTYPES[dtype].make(0).constructor);

const arrayName = (array: AnyArray): string => ('dtype' in array ? array.dtype : array.constructor.name);
