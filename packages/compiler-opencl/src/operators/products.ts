/** Gemm and MatMul: by the kernel for vectors where there are few, by those for positions over turned ones where there are many. */
import { broadcastStrides, joined, OK, planSchedule, product, refuse, rowMajor, summariseSchedule, kernelName, type Call, type PlannedSchedule, type Support } from '@fretwork/compiler';
import { attribute, type SparseMatrix } from '@fretwork/format';
import { bounds, buffer, integer, integers, type LayerLaunches } from '../emit/layer-launches.js';
import { ROWS } from '../kernels/manifest.js';
import { NO_ACTIVATION, storedBytes, type KernelActivation } from '../kernels/prelude.js';
import { eachKernel } from '../kernels/support.js';
import { chooseProduct, type ProductRequest } from '../product/choose.js';
import { emitProduct, emitVectors, vectorRow } from '../product/emit-product.js';
import { emitCopy } from './moving.js';
import { numberOf } from './expressions.js';
import type { Decision, OperatorRow, Setting } from './row.js';

/** Vectors from which on they are turned, so that a tile holds several. */
export const MANY_VECTORS = 8;

/** Stacked matrices and how many vectors they are multiplied with. */
export interface Stack {
  readonly tensor: string;
  readonly from: number;
  readonly to: number;
  readonly matrices: readonly SparseMatrix[];
  readonly vectors: number;
  /** The vectors lie side by side already: element c of vector v at c · vectors + v. */
  readonly turned?: boolean;
}

const sizesOf = ({ matrices }: Stack): { readonly rows: number; readonly columns: number } =>
  ({ rows: matrices.reduce((sum, matrix) => sum + matrix.rows, 0), columns: matrices[0]!.columns });

/** As the kernels for positions would do it. */
export function requestOf(stack: Stack, call: Call, { type, family, units }: Setting): ProductRequest {
  return { matrices: stack.matrices, positions: stack.vectors, groupRows: sizesOf(stack).rows, cells: 1, type, path: 'buffer', family, units, implicit: false, tuning: call.tuning, layer: call.layer.name };
}

/** The order of work of a kernel for vectors. */
export function vectorSchedule({ tensor, from, to, matrices }: Stack, groupRows: number): PlannedSchedule {
  const options = { height: ROWS, reorder: 'as-stored' as const, groupRows };
  return { tensor, from, to, options, summary: summariseSchedule(planSchedule(matrices, options)) };
}

/** Stacked matrices times `vectors` vectors. Scratch piece 0 is for turned vectors. */
export function decideStack(stack: Stack, call: Call, setting: Setting): Decision {
  const { tensor, from, to, vectors } = stack;
  const { rows, columns } = sizesOf(stack);
  if (vectors < MANY_VECTORS) {
    const planned = vectorSchedule(stack, rows);
    return {
      kernel: kernelName(vectorRow(setting.type)), schedules: [planned],
      reason: `${vectors} vectors: the items of a work-group share out the columns of each segment; ${planned.summary.loadsSaved} of ${planned.summary.loadsPerRow} loads saved`,
    };
  }
  const { options, summary, tuning, reason } = chooseProduct(requestOf(stack, call, setting));
  return {
    kernel: tuning.kernel!, tuning, reason: `${vectors} vectors${stack.turned === true ? '' : ', turned so that tiles hold several'}; ${reason}`,
    schedules: [{ tensor, from, to, options, summary }], scratch: stack.turned === true ? [] : [storedBytes(setting.type) * vectors * columns],
  };
}

/** Makes `y` `[vectors, rows]` of `x` `[vectors, columns]`; `bias` per row. */
export function emitStack(stack: Stack, decision: Pick<Decision, 'kernel' | 'schedules' | 'tuning'>, bias: ArrayLike<number>, { x, y, turned }: { readonly x: number; readonly y: number; readonly turned: () => number }, activation: KernelActivation, to: LayerLaunches): void {
  const { vectors, matrices } = stack;
  const { rows, columns } = sizesOf(stack);
  const of = (row: number): number => bias[row] ?? 0;
  if (decision.tuning === undefined) {
    const [step, batchStep] = stack.turned === true ? [vectors, 1] : [1, columns];
    emitVectors(to, matrices, decision.schedules![0]!, decision.kernel, { x, y, batch: vectors, batchStep, outStep: rows, places: { column: (column) => column * step, bias: of }, activation });
    return;
  }
  if (stack.turned !== true) emitCopy({ sizes: [columns, vectors], to: { offset: 0, strides: [vectors, 1] }, from: { offset: 0, strides: [1, columns] } }, turned(), x, to);
  emitProduct(to, matrices, decision.schedules![0]!, decision.tuning, {
    x: stack.turned === true ? x : turned(), xBytes: to.bytes(vectors * columns), y, positions: vectors, batch: 1, batchStep: 0, outStep: 0, rowStep: 1, pixelStep: rows,
    channels: columns, channelStep: vectors, cells: [0], places: { column: (column) => column * vectors, bias: of }, activation,
  });
}

export function stackOf(call: Call): Stack {
  const alpha = call.layer.operator === 'Gemm' ? attribute(call.layer, 'alpha', 'float', 1) : 1;
  const matrices = call.matrices(1)!.map((matrix): SparseMatrix => (alpha === 1 ? matrix : { ...matrix, payload: (matrix.payload as Float32Array).map((w) => w * alpha) }));
  const turned = call.layer.operator === 'Gemm' && attribute(call.layer, 'transA', 'int', 0) !== 0;
  return { tensor: call.name(1), from: 0, to: 1, matrices, vectors: product(call.outShape()) / matrices[0]!.rows, ...(turned ? { turned } : {}) };
}

function emitWeighted(call: Call, decision: Decision, to: LayerLaunches): void {
  const stack = stackOf(call);
  const { rows } = sizesOf(stack);
  const beta = attribute(call.layer, 'beta', 'float', 1);
  const [shape, values] = call.has(2) ? [call.shape(2), call.numbers(2)] : [[], undefined];
  const perRow = values !== undefined && (values.length === 1 || (values.length === rows && shape.at(-1) === rows));
  const bias = perRow ? Float32Array.from({ length: rows }, (_, r) => beta * values[values.length === 1 ? 0 : r]!) : new Float32Array(rows);
  const later = call.has(2) && !perRow;
  emitStack(stack, decision, bias, { x: to.input(0), y: to.output(), turned: () => to.scratch(0) }, later ? NO_ACTIVATION : to.activation, to);
  if (!later) return;
  const out = call.outShape();
  const { sizes, walks: [, own] } = joined(out, [{ pointer: '', strides: rowMajor(out) }, { pointer: '', strides: broadcastStrides(shape, out) }]);
  const rank = Math.max(1, sizes.length);
  to.flat(to.text('each_bias', eachKernel(rank, 2, `MAD(${numberOf(beta)}, a1, a0)`, to.activation.word)), product(out), [
    buffer(to.output()), integer(product(out)), ...integers(sizes.slice(1)), buffer(to.output()), ...integers(rowMajor(sizes.length === 0 ? [1] : sizes)),
    buffer(to.input(2)), ...integers(sizes.length === 0 ? [0] : own!.strides), ...bounds(to.activation),
  ]);
}

/** A product of two matrices of which none is a constant weight. */
function emitPlain(call: Call, to: LayerLaunches): void {
  const [a, b, out] = [call.shape(0), call.shape(1), call.outShape()];
  const batch = out.slice(0, -2);
  const strides = (shape: readonly number[]): number[] => broadcastStrides(shape.slice(0, -2), batch).map((stride) => stride * product(shape.slice(-2)));
  const { sizes, walks: [first, second] } = joined(batch, [{ pointer: '', strides: strides(a) }, { pointer: '', strides: strides(b) }]);
  const [outer, inner] = [sizes.length < 2 ? 1 : sizes[0]!, sizes.at(-1) ?? 1];
  const two = (own: readonly number[]): number[] => [own.length < 2 ? 0 : own[0]!, own.at(-1) ?? 0];
  const columns = out.at(-1)!;
  to.launch({
    kernel: to.support('matmul', to.activation), global: [columns, out.at(-2)!, outer * inner], group: { axis: 0, most: ROWS * ROWS },
    args: [buffer(to.output()), buffer(to.input(0)), buffer(to.input(1)), ...integers([columns, out.at(-2)!, a.at(-1)!, inner, ...two(first!.strides), ...two(second!.strides)]), ...bounds(to.activation)],
  });
}

export const isWeighted = (call: Call): boolean => call.matrices(1)?.length === 1 && call.shape(0).length >= 1 && call.tensor(0) === undefined;

function supports(call: Call): Support {
  if (isWeighted(call)) return OK;
  if (call.layer.operator === 'Gemm') return refuse('its weight is no float32 constant', 'use MatMul for products of computed matrices');
  if (call.shape(0).length < 2 || call.shape(1).length < 2) return refuse('a product of a computed vector is not compiled', 'reshape it to a matrix');
  const batch = call.outShape().slice(0, -2);
  const strides = [0, 1].map((i) => ({ pointer: '', strides: broadcastStrides(call.shape(i).slice(0, -2), batch) }));
  return joined(batch, strides).sizes.length <= 2 ? OK : refuse('a product over more than two different batch axes is not compiled', 'reshape them to one');
}

export const PRODUCTS: readonly OperatorRow[] = [{
  operators: ['Gemm', 'MatMul'], supports,
  decide: (call, setting) => (isWeighted(call) ? decideStack(stackOf(call), call, setting) : { kernel: 'matmul', reason: 'both factors are computed: an item per output' }),
  emit: (call, decision, to) => (isWeighted(call) ? emitWeighted(call, decision, to) : emitPlain(call, to)),
}];
