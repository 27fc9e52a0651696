/** Gemm and MatMul: by the vector kernels where there are few vectors, by the stream kernels over turned ones where there are many. */
import { broadcastStrides, cFloat, OK, product, refuse, type Call, type PlannedSchedule, type Support } from '@fretwork/compiler';
import { attribute, type SparseMatrix } from '@fretwork/format';
import { familyOf, type Family } from '../family.js';
import type { LayerCode } from '../emit/layer-code.js';
import { chooseStream, mainKernel } from '../product/choose-stream.js';
import { streamLines } from '../product/emit-stream.js';
import type { Split } from '../product/split.js';
import { readTuning, writeTuning, type ProductSize, type ProductTuning } from '../product/tuning.js';
import { chooseVector, MOST_COLUMNS, vectorLines } from '../product/vector-program.js';
import { element, nest } from '../text/loops.js';
import { byteProductLines, decideByteProduct } from './byte-products.js';
import { isDecidedForBytes, isForBytes } from './int8.js';
import { partsOfSplits, type Decision, type OperatorRow } from './row.js';

/** Vectors from which on it pays to turn them: with fewer, rows of vectors do not fill registers. */
export const MANY_VECTORS = 8;

export interface Stack {
  readonly tensor: string;
  readonly from: number;
  readonly to: number;
  readonly matrices: readonly SparseMatrix[];
  readonly vectors: number;
  readonly family: Family;
}

const sizesOf = ({ matrices }: Stack): { rows: number; columns: number } =>
  ({ rows: matrices.reduce((sum, matrix) => sum + matrix.rows, 0), columns: matrices[0]!.columns });

/** What is open about it. */
export const sizeOfStack = (stack: Stack): ProductSize => ({ columns: sizesOf(stack).columns, positions: stack.vectors, groupRows: sizesOf(stack).rows });

/** By which kernels a stack is done. */
export const wayOf = ({ vectors }: Pick<Stack, 'vectors'>): 'stream' | 'vector' => (vectors < MANY_VECTORS ? 'vector' : 'stream');

/** A decision about one product, and what would make it again. */
export interface ProductDecision extends Decision {
  readonly chosen: ProductTuning;
}

/** Stacked matrices times `vectors` vectors. */
export function decideProduct(stack: Stack, threads: number, tuning?: ProductTuning): ProductDecision {
  const { tensor, from, to, matrices, vectors, family } = stack;
  if (wayOf(stack) === 'vector') {
    const { options, summary, reason, kernel, split, tuning: chosen } = chooseVector(matrices, threads, tuning, family);
    return { kernel, reason, schedules: [{ tensor, from, to, options, summary }], splits: [split], parts: partsOfSplits([split], threads), chosen };
  }
  const { rows, columns } = sizesOf(stack);
  const { options, summary, vectors: width, reason, split, tuning: chosen } = chooseStream(matrices, { positions: vectors / family.scale, scale: family.scale, groupRows: rows, threads, tuning });
  return {
    kernel: mainKernel(summary, width, family), reason: `${vectors} vectors, turned so that they fill registers; ${reason}`,
    schedules: [{ tensor, from, to, options, summary }],
    scratchBytes: 4 * vectors * (rows + columns), splits: [split], parts: partsOfSplits([split], threads), chosen,
  };
}

/** Lines that make `to` `[vectors, rows]` of `from` `[vectors, columns]`; `bias` per row. `scratch` is what `decideProduct` asked for. */
export function productLines(code: LayerCode, stack: Stack, planned: PlannedSchedule, split: Split, width: number | undefined, bias: ArrayLike<number>, to: string, from: string, scratch: string): string[] {
  const { rows, columns } = sizesOf(stack);
  const { vectors, family: { bytes } } = stack;
  if (width === undefined) {
    const [y, x] = vectors === 1 ? [to, from] : [`${to} + i * ${rows}`, `${from} + i * ${columns}`];
    const each = (lines: readonly string[]): string[] => (vectors === 1 ? [...lines] : [`for (int i = 0; i < ${vectors}; i++) {`, ...lines.map((line) => `  ${line}`), '}']);
    return [
      ...each(code.shared(rows, ({ at, count }) => [`memcpy(${at(y, 1)}, ${at(code.weights(bias), 1)}, ${sizeOf(count)});`])), ...code.wait(),
      ...each(vectorLines(code, stack.matrices, planned, split, y, x)),
    ];
  }
  return [
    '{',
    `  float *turned = ${scratch}, *made = turned + ${vectors * columns};`,
    ...turn(code, 'turned', from, vectors, columns), ...code.wait().map((line) => `  ${line}`),
    ...streamLines(code, stack.matrices, planned, {
      from: 'turned', to: 'made', positions: vectors, vectors: width, activation: undefined, split,
      places: { row: (row) => bytes * vectors * row, column: (column) => bytes * vectors * column, bias: (row) => bias[row] ?? 0 },
    }).map((line) => `  ${line}`),
    ...code.wait().map((line) => `  ${line}`), ...turn(code, to, 'made', rows, vectors),
    '}',
  ];
}

const sizeOf = (count: string): string => `${/ /.test(count) ? `(size_t)(${count})` : count} * sizeof(float)`;

const turn = (code: LayerCode, to: string, from: string, rows: number, columns: number): string[] =>
  code.shared(rows, (range) => [`${code.kernel('transpose')}(${to}, ${from}, ${rows}, ${columns}, ${range.from}, ${range.to});`]).map((line) => `  ${line}`);

/** Vectors of four positions in a tile of the first product; undefined where the vector kernels do it. */
export const widthOf = ({ tuning }: Decision, ways: readonly ('stream' | 'vector')[]): number | undefined => {
  const tile = readTuning(tuning, ways)![0]!.tile;
  return tile === undefined ? undefined : tile / 4;
};

function stackFor(call: Call): Stack {
  const alpha = call.layer.operator === 'Gemm' ? attribute(call.layer, 'alpha', 'float', 1) : 1;
  const matrices = call.matrices(1)!.map((matrix): SparseMatrix => (alpha === 1 ? matrix : { ...matrix, payload: (matrix.payload as Float32Array).map((w) => w * alpha) }));
  const out = call.outShape();
  return { tensor: call.name(1), from: 0, to: 1, matrices, vectors: product(out) / matrices[0]!.rows, family: familyOf(call) };
}

const turnsInput = (call: Call): boolean => call.layer.operator === 'Gemm' && attribute(call.layer, 'transA', 'int', 0) !== 0;

function decide(call: Call): Decision {
  const stack = stackFor(call);
  if (!turnsInput(call) && isForBytes(call, stack.matrices[0]!)) return decideByteProduct(stack, call.threads);
  const { chosen, ...decided } = decideProduct(stack, call.threads, readTuning(call.tuning, [wayOf(stack)])?.[0]);
  const decision: Decision = { ...decided, tuning: writeTuning([chosen]) };
  return turnsInput(call) ? { ...decision, scratchBytes: (decision.scratchBytes ?? 0) + 4 * product(call.shape(0)) } : decision;
}

function emit(call: Call, decision: Decision, code: LayerCode): void {
  const stack = stackFor(call);
  const { rows } = sizesOf(stack);
  let from = code.input(0);
  if (turnsInput(call)) {
    code.add(`float *turnedInput = s + ${decision.scratchBytes! / 4 - product(call.shape(0))};`, ...turn(code, 'turnedInput', from, call.shape(0)[0]!, call.shape(0)[1]!), ...code.wait());
    from = 'turnedInput';
  }
  const beta = attribute(call.layer, 'beta', 'float', 1);
  const [shape, values] = call.has(2) ? [call.shape(2), call.numbers(2)] : [[], undefined];
  const perRow = values !== undefined && (values.length === 1 || (values.length === rows && shape.at(-1) === rows));
  const bias = perRow ? Float32Array.from({ length: rows }, (_, r) => beta * values[values.length === 1 ? 0 : r]!) : new Float32Array(rows);
  if (isDecidedForBytes(decision)) code.add(...byteProductLines(code, stack, decision.schedules![0]!, decision.splits![0]!, bias, 'y0', from, 's'));
  else code.add(...productLines(code, stack, decision.schedules![0]!, decision.splits![0]!, widthOf(decision, [wayOf(stack)]), bias, 'y0', from, 's'));
  if (call.has(2) && !perRow) {
    const strides = broadcastStrides(shape, call.outShape());
    code.add(...code.wait(), ...code.alone(nest(call.outShape(), [`y0[i0 * ${rows} + i1] += ${cFloat(beta)} * ${element({ pointer: code.input(2), strides })};`])));
  }
  code.activate();
}

/** A product of two matrices of which none is a constant weight. */
function emitPlain(call: Call, code: LayerCode): void {
  const [a, b, out] = [call.shape(0), call.shape(1), call.outShape()];
  const batch = out.slice(0, -2);
  const strides = (shape: readonly number[]): number[] => broadcastStrides(shape.slice(0, -2), batch).map((stride) => stride * product(shape.slice(-2)));
  const at = (pointer: string, own: readonly number[]): string => `&${element({ pointer, strides: own })}`;
  code.add(...nest(batch.length === 0 ? [1] : batch, [
    `${code.kernel('matmul')}(${at('y0', strides(out))}, ${at(code.input(0), strides(a))}, ${at(code.input(1), strides(b))}, ${a.at(-2)}, ${a.at(-1)}, ${b.at(-1)});`,
  ]));
  code.activate();
}

const isWeighted = (call: Call): boolean => call.matrices(1)?.length === 1 && call.shape(0).length >= 1 && call.tensor(0) === undefined;

function supports(call: Call): Support {
  if (isWeighted(call)) return call.matrices(1)![0]!.columns <= MOST_COLUMNS && call.matrices(1)![0]!.rows <= MOST_COLUMNS ? OK : refuse(`a matrix of more than ${MOST_COLUMNS} rows or columns is not compiled`, 'split the layer');
  if (call.layer.operator === 'Gemm') return refuse('its weight is no float32 constant', 'use MatMul for products of computed matrices');
  return call.shape(0).length >= 2 && call.shape(1).length >= 2 ? OK : refuse('a product of a computed vector is not compiled', 'reshape it to a matrix');
}

export const PRODUCTS: readonly OperatorRow[] = [{
  operators: ['Gemm', 'MatMul'], supports,
  products: (call) => (isWeighted(call) ? [sizeOfStack(stackFor(call))] : []),
  decide: (call) => (isWeighted(call) ? decide(call) : { kernel: 'loops', reason: 'both factors are computed: plain loops' }),
  emit: (call, decision, code) => (isWeighted(call) ? emit(call, decision, code) : emitPlain(call, code)),
}];
