/** Products of matrices: constant weights by the vector kernels; others by plain loops. */
import { planVectors } from '../pack/vector-program.js';
import { clampOf, setClamp } from './activation.js';
import { flag, float } from './attributes.js';
import { at, broadcastMap, isFloat, isWide, mapOf, nothing, onNumbers, taken, zeroOf, type Elements, type Numbers } from './elements.js';
import { addProduct } from './plain-product.js';
import { kernelsOf, productBytes, productsOf, type Product } from './product.js';
import { PLAIN, sizeOf, type Binding, type Given, type Node, type OperatorRow, type PackedMatrix, type PackSubject, type Shape, type Step, type Work } from './row.js';
import { broadcast, requireShape, shapeOf } from './shapes.js';

/** Is C added per column, the same for all rows? Then it is the bias of the kernels. */
const isBias = (shape: readonly number[], columns: number): boolean => sizeOf(shape) === 1 || (sizeOf(shape) === columns && shape.at(-1) === columns);

function packGemm(subject: PackSubject): ReturnType<NonNullable<OperatorRow['pack']>> {
  const [matrix] = subject.matrices(1);
  if (matrix === undefined) return [];
  const c = subject.tensor(2);
  const values = subject.floats(2);
  const beta = float(subject.layer, 'beta', 1);
  const bias = new Float32Array(matrix.rows);
  if (c !== undefined && values !== undefined && isBias(c.shape, matrix.rows)) for (let n = 0; n < bias.length; n++) bias[n] = beta * values[values.length === 1 ? 0 : n]!;
  return [{ plan: planVectors([matrix], { scale: float(subject.layer, 'alpha', 1) }), bias }];
}

/** C where it is not in the packed bias. */
function addedC({ inputs, outputs }: Node): Node['inputs'][number] {
  const c = inputs[2];
  return c?.constant?.kind === 'dense' && c.dtype === 'f32' && isBias(c.shape, outputs[0]!.shape.at(-1)!) ? undefined : c;
}

/** A `[rows, inner]` or turned, B `[inner, columns]` or turned, C broadcast to `[rows, columns]`. */
function gemmShapes(given: Given): readonly Shape[] {
  const a = shapeOf(given, 0, 2);
  const b = shapeOf(given, 1, 2);
  const turnA = flag(given.layer, 'transA') ? 1 : 0;
  const turnB = flag(given.layer, 'transB') ? 1 : 0;
  requireShape([b[turnB]!], [a[1 - turnA]!]);
  const y = [a[turnA]!, b[1 - turnB]!];
  const c = given.inputs[2];
  if (c !== undefined) requireShape(broadcast(c.shape, y), y);
  return [y];
}

const vectorWork = (node: Node, packed: readonly Pick<PackedMatrix, 'runs'>[], clamps: boolean, scratchBytes: number): Work => {
  if (packed.length === 0 || node.inputs[0]!.dtype !== 'f32') return { ...PLAIN, why: 'no float32 constants' };
  return { scratchBytes, clamps, programBytes: productBytes(packed), kernel: kernelsOf(packed), why: 'activation vectors times a constant matrix' };
};

function gemm(b: Binding): Step {
  const { node } = b;
  const a = node.inputs[0]!;
  const y = node.outputs[0]!;
  const turned = flag(node.layer, 'transA');
  const [rows, columns] = y.shape as [number, number];
  const inner = a.shape[turned ? 0 : 1]!;
  if (b.packed.length === 0 || a.dtype !== 'f32') return plainGemm(b, turned, rows, columns, inner);
  const [product] = productsOf(b, b.packed) as [Product];
  const [low, high] = addedC(node) === undefined ? clampOf(node.activation) : clampOf(undefined);
  const to = b.address(y);
  const from = turned ? b.scratch : b.address(a);
  const turn = turned ? taken(b.view(a), b.floats.subarray(b.scratch / 4, b.scratch / 4 + rows * inner), mapOf([rows, inner], (d, i) => (d === 0 ? i : i * rows)), 0) : nothing;
  const after = addC(b, rows, columns);
  return () => {
    turn();
    setClamp(b.floats, low, high);
    product(from, to, rows, 4 * inner, 4 * columns);
    after();
  };
}

/** y += beta · C, for a C that the kernels do not add. */
function addC(b: Binding, rows: number, columns: number): Step {
  const c = addedC(b.node);
  if (c === undefined) return nothing;
  const map = broadcastMap(c.shape, [rows, columns]);
  const beta = float(b.node.layer, 'beta', 1);
  return onNumbers(b, ([C], [Y]) => () => { for (let i = 0; i < Y.length; i++) Y[i]! += beta * C[at(map, i)]!; }, [c]);
}

function plainGemm(b: Binding, turned: boolean, rows: number, columns: number, inner: number): Step {
  const { layer, inputs: [, , c] } = b.node;
  const alpha = float(layer, 'alpha', 1);
  const beta = float(layer, 'beta', 1);
  const [aRow, aColumn] = turned ? [1, rows] : [inner, 1];
  const [bRow, bColumn] = flag(layer, 'transB') ? [1, inner] : [columns, 1];
  const times = (p: number, q: number): number => alpha * p * q;
  const map = c === undefined ? undefined : broadcastMap(c.shape, [rows, columns]);
  return onNumbers(b, ([A, B, C]: readonly (Numbers | undefined)[] & Elements, [Y]) => () => {
    for (let i = 0; i < Y.length; i++) Y[i] = C === undefined ? 0 : beta * C[at(map, i)]!;
    addProduct(A!, 0, aRow!, aColumn!, B!, 0, bRow!, bColumn!, Y, 0, columns, rows, inner, columns, times);
  });
}

function packMatMul(subject: PackSubject): ReturnType<NonNullable<OperatorRow['pack']>> {
  return subject.matrices(1).map((matrix) => ({ plan: planVectors([matrix]), bias: new Float32Array(matrix.rows) }));
}

/** One product of the stack: which matrix of A, which of B. */
interface Stack {
  /** Of the result. */
  readonly shape: Shape;
  readonly count: number;
  readonly a: Int32Array | undefined;
  readonly b: Int32Array | undefined;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

function matMulShapes(given: Given): readonly Shape[] {
  shapeOf(given, 0, 1, Infinity);
  shapeOf(given, 1, 1, Infinity);
  return [stackOf(given).shape];
}

function stackOf({ inputs }: Given): Stack {
  const a = inputs[0]!.shape;
  const b = inputs[1]!.shape;
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const stackA = left.slice(0, -2);
  const stackB = right.slice(0, -2);
  const stack = broadcast(stackA, stackB);
  requireShape([right.at(-2)!], [left.at(-1)!]);
  return {
    shape: [...stack, ...(a.length === 1 ? [] : [left.at(-2)!]), ...(b.length === 1 ? [] : [right.at(-1)!])],
    count: sizeOf(stack), a: broadcastMap(stackA, stack), b: broadcastMap(stackB, stack),
    rows: left.at(-2)!, inner: left.at(-1)!, columns: right.at(-1)!,
  };
}

function matMul(b: Binding): Step {
  const { node } = b;
  const a = node.inputs[0]!;
  const y = node.outputs[0]!;
  const s = stackOf(node);
  if (b.packed.length === 0 || a.dtype !== 'f32') return plainMatMul(b, s);
  const products = productsOf(b, b.packed);
  const [low, high] = clampOf(node.activation);
  const from = b.address(a);
  const to = b.address(y);
  return () => {
    setClamp(b.floats, low, high);
    for (let i = 0; i < s.count; i++) {
      const product = products[at(s.b, i)]!;
      const source = from + 4 * at(s.a, i) * s.rows * s.inner;
      product(source, to + 4 * i * s.rows * s.columns, s.rows, 4 * s.inner, 4 * s.columns);
    }
  };
}

function plainMatMul(b: Binding, s: Stack): Step {
  const { inputs, outputs: [y] } = b.node;
  const { dtype } = y!;
  const wide = isWide(dtype);
  const times = wide || isFloat(dtype) ? undefined : Math.imul;
  return onNumbers(b, ([A, B], [Y]) => () => {
    Y.fill(zeroOf(dtype) as number);
    for (let i = 0; i < s.count; i++) {
      addProduct(A, at(s.a, i) * s.rows * s.inner, s.inner, 1, B, at(s.b, i) * s.inner * s.columns, s.columns, 1, Y, i * s.rows * s.columns, s.columns, s.rows, s.inner, s.columns, times);
    }
  }, inputs, b.node.outputs, wide);
}

export const MATRIX: readonly OperatorRow[] = [
  {
    operator: 'Gemm', shapes: gemmShapes, macs: ({ inputs }, [rows]) => [rows! * sizeOf(inputs[1]!.shape)], inMemory: [0], fuses: true, pack: packGemm, prepare: gemm,
    work: (node, packed) => vectorWork(node, packed, addedC(node) === undefined,
      !flag(node.layer, 'transA') ? 0 : 4 * sizeOf(node.inputs[0]!.shape)),
  },
  {
    operator: 'MatMul', shapes: matMulShapes, macs: ({ inputs }, output) => [sizeOf(output) * inputs[0]!.shape.at(-1)!], inMemory: [0], fuses: true, pack: packMatMul, prepare: matMul, 
    work: (node, packed) => vectorWork(node, packed, true, 0),
  },
];
