/** Products of matrices. */
import { attribute, elementCount, type DenseTensor } from '@fretwork/format';
import type { OperatorCall, OperatorRow } from '../contract.js';
import { Fault } from '../fault.js';
import { addDense } from '../product/dense.js';
import { addTiled } from '../product/tiles.js';
import { weightOf } from '../product/weight.js';
import { commonDType, floatsOf, fromBigints, fromNumbers, isFloat, toBigints, type Numbers } from '../tensor/elements.js';
import { broadcastMap, broadcastShape } from '../tensor/index-map.js';
import { allowed } from '../tensor/limit.js';

/** Rows and columns exchanged: `[rows, columns]` → `[columns, rows]`. */
function turned(values: Numbers, rows: number, columns: number, offset = 0): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[offset + r * columns + c]!;
  return out;
}

interface Sizes {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** Shape of the stacks of matrices, broadcast. */
  readonly stack: readonly number[];
  readonly shape: readonly number[];
}

/** Numpy's matmul: a vector on the left is a row, on the right a column, and its dimension goes away again. */
function sizesOf(a: readonly number[], b: readonly number[]): Sizes {
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const [rows, inner, other, columns] = [left.at(-2), left.at(-1), right.at(-2), right.at(-1)];
  if (rows === undefined || inner === undefined || columns === undefined || inner !== other) {
    throw new Fault('run.shape', 'the matrices do not fit', { actual: `[${a.join(', ')}] times [${b.join(', ')}]` });
  }
  const stack = broadcastShape([left.slice(0, -2), right.slice(0, -2)]);
  const shape = [...stack, ...(a.length === 1 ? [] : [rows]), ...(b.length === 1 ? [] : [columns])];
  return { left, right, rows, inner, columns, stack, shape };
}

function matMul(call: OperatorCall): readonly DenseTensor[] {
  const a = call.dense(0);
  const s = sizesOf(a.shape, call.tensor(1).shape);
  const [atA, atB] = [broadcastMap(s.left.slice(0, -2), s.stack), broadcastMap(s.right.slice(0, -2), s.stack)];
  if (!isFloat(a.dtype)) return [integerMatMul(a, call.dense(1), s, atA, atB)];
  const weight = weightOf(call, 1);
  if (call.tensor(1).dtype !== a.dtype) throw new Fault('run.dtype', 'inputs must have one element type', { expected: a.dtype, actual: call.tensor(1).dtype });
  const values = floatsOf(a);
  const out = new Float64Array(allowed(elementCount(s.stack) * s.rows * s.columns));
  atA.forEach((at, i) => {
    const offset = at * s.rows * s.inner;
    const target = out.subarray(i * s.rows * s.columns, (i + 1) * s.rows * s.columns);
    if (weight.kind === 'dense') {
      const right = Float64Array.from(weight.numbers.subarray(atB[i]! * s.inner * s.columns, (atB[i]! + 1) * s.inner * s.columns));
      addDense(values.subarray(offset, offset + s.rows * s.inner), s.rows, s.inner, right, target, s.columns);
    } else {
      // The tiled matrix stands on the left: (A·B)ᵀ = Bᵀ·Aᵀ.
      const product = new Float64Array(s.columns * s.rows);
      addTiled(weight, atB[i]!, turned(values, s.rows, s.inner, offset), product, s.rows);
      target.set(turned(product, s.columns, s.rows));
    }
  });
  return [fromNumbers(a.dtype, s.shape, out)];
}

function integerMatMul(a: DenseTensor, b: DenseTensor, s: Sizes, atA: Int32Array, atB: Int32Array): DenseTensor {
  const dtype = commonDType([a, b]);
  const [left, right] = [toBigints(a), toBigints(b)];
  const out: bigint[] = [];
  atA.forEach((at, i) => {
    for (let r = 0; r < s.rows; r++) {
      for (let c = 0; c < s.columns; c++) {
        let sum = 0n;
        for (let k = 0; k < s.inner; k++) sum += left[(at * s.rows + r) * s.inner + k]! * right[(atB[i]! * s.inner + k) * s.columns + c]!;
        out.push(sum);
      }
    }
  });
  return fromBigints(dtype, s.shape, out);
}

/** alpha · A' · B' + beta · C, where ' is the transpose that transA and transB ask for; C broadcasts to the product. */
function gemm(call: OperatorCall): readonly DenseTensor[] {
  const a = call.dense(0);
  const weight = weightOf(call, 1);
  const transA = attribute(call.layer, 'transA', 'int', 0) !== 0;
  const transB = attribute(call.layer, 'transB', 'int', 0) !== 0;
  const [alpha, beta] = [attribute(call.layer, 'alpha', 'float', 1), attribute(call.layer, 'beta', 'float', 1)];
  const [aRows, aColumns, bRows, bColumns] = [a.shape[0], a.shape[1], weight.shape[0], weight.shape[1]];
  if (a.shape.length !== 2 || weight.shape.length !== 2 || (transA ? aRows : aColumns) !== (transB ? bColumns : bRows)) {
    throw new Fault('run.shape', 'the matrices do not fit', { actual: `[${a.shape.join(', ')}] and [${weight.shape.join(', ')}]` });
  }
  const [rows, inner] = transA ? [aColumns!, aRows!] : [aRows!, aColumns!];
  const columns = transB ? bRows! : bColumns!;
  const values = floatsOf(a);
  const product = new Float64Array(rows * columns);
  if (weight.kind === 'dense') {
    const right = transB ? turned(weight.numbers, columns, inner) : Float64Array.from(weight.numbers);
    addDense(transA ? turned(values, inner, rows) : values, rows, inner, right, product, columns);
  } else {
    const result = new Float64Array(columns * rows);
    addTiled(weight, 0, transA ? Float64Array.from(values) : turned(values, rows, inner), result, rows);
    product.set(turned(result, columns, rows));
  }
  const c = call.optional(2);
  const atC = broadcastMap(c?.shape ?? [], [rows, columns]);
  const added = c === undefined ? new Float64Array(1) : floatsOf(c);
  return [fromNumbers(a.dtype, [rows, columns], product.map((v, i) => alpha * v + beta * added[atC[i]!]!))];
}

export const MATRIX: readonly OperatorRow[] = [
  { operator: 'MatMul', run: matMul },
  { operator: 'Gemm', run: gemm },
];
