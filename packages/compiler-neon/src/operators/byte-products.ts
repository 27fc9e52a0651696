/**
 * Matrices times vectors of bytes: Gemm, MatMul, and the products of recurrent layers. Weights have one scale per row, every vector has one
 * of its own. Sums are exact in 32 bits; what comes in and goes out is float32.
 */
import { planSchedule, summariseSchedule, type PlannedSchedule, type ScheduleOptions } from '@fretwork/compiler';
import type { LayerCode } from '../emit/layer-code.js';
import { BYTES, WINDOW } from '../kernels/int8.js';
import { rowCounts } from '../kernels/manifest.js';
import { byteVectorCost, inBytes, layByteVector } from '../product/byte-program.js';
import { casesOf } from '../product/emit-stream.js';
import { BALANCE, describeSplit, splitOf, waysToSplit, weighed, type Split } from '../product/split.js';
import { words } from './int8.js';
import type { Stack } from './products.js';
import { partsOfSplits, type Decision } from './row.js';

/** Rows of a group that come into question. */
const HEIGHTS = [8, 16];

/** One behind the other in scratch memory, in words: the vectors as bytes, their sums, the largest value of each. */
function roomOf({ matrices, vectors }: Stack): { readonly pitch: number; readonly sums: number; readonly mosts: number; readonly all: number } {
  const rows = rowsOf(matrices);
  const pitch = words(matrices[0]!.columns + WINDOW);
  const sums = vectors * pitch;
  const mosts = sums + vectors * rows;
  return { pitch, sums, mosts, all: mosts + vectors };
}

const rowsOf = (matrices: Stack['matrices']): number => matrices.reduce((sum, matrix) => sum + matrix.rows, 0);

export function decideByteProduct(stack: Stack, threads: number): Decision {
  const { tensor, from, to, matrices, vectors } = stack;
  const weights = matrices.reduce((sum, { payload }) => sum + payload.length, 0);
  const by = waysToSplit(weights * vectors, 1, threads)[0]!;
  interface Candidate { readonly planned: PlannedSchedule; readonly split: Split; readonly cost: number; readonly kernel: string }
  const candidate = (height: number, reorder: 'as-stored' | 'by-columns'): Candidate => {
    const options: ScheduleOptions = { height, reorder, rowCounts: rowCounts('vector', 'i8').filter((count) => count <= height), threads: by === 'rows' ? threads : 1 };
    const schedule = planSchedule(matrices, options);
    const summary = summariseSchedule(schedule);
    const split = splitOf(by, summary, 1, threads);
    const { cost, kernel } = byteVectorCost(schedule);
    return { planned: { tensor, from, to, options, summary }, split, kernel, cost: weighed(cost, split) };
  };
  const best = (reorder: 'as-stored' | 'by-columns'): Candidate =>
    [...new Set(HEIGHTS.map((height) => Math.min(height, Math.max(1, rowsOf(matrices)))))].map((height) => candidate(height, reorder)).reduce((a, b) => (b.cost < a.cost ? b : a));
  // Rows as stored are cut between neighbours; where that comes out uneven they are dealt out in an order of their own.
  const stored = best('as-stored');
  const dealt = stored.split.balance <= BALANCE ? stored : best('by-columns');
  const { split, kernel, planned: schedule } = dealt.cost < stored.cost ? dealt : stored;
  return {
    kernel,
    reason: `bytes, sixteen columns at a time; groups of ${schedule.options.height} rows ${schedule.options.reorder!}${describeSplit(split, threads)}`,
    schedules: [schedule], splits: [split], parts: partsOfSplits([split], threads), scratchBytes: 4 * roomOf(stack).all,
  };
}

/**
 * Lines that make `to` `[vectors, rows]` of `from` `[vectors, columns]`: the product and `bias`, both added to what is there where `bias` is left out.
 * `scratch` is what `decideByteProduct` asked for. Who reads `to` waits first.
 */
export function byteProductLines(code: LayerCode, stack: Stack, { options }: PlannedSchedule, { by }: Split, bias: ArrayLike<number> | undefined, to: string, from: string, scratch: string): string[] {
  const { matrices, vectors } = stack;
  const [rows, { columns }, room] = [rowsOf(matrices), matrices[0]!, roomOf(stack)];
  const schedule = planSchedule(matrices, options);
  const { weights, scales } = inBytes(matrices, schedule);
  const each = (range: { readonly from: string; readonly to: string }, lines: readonly string[]): string[] => [`for (int i = ${range.from}; i < ${range.to}; i++) {`, ...lines.map((line) => `  ${line}`), '}'];
  const all = { from: '0', to: String(vectors) };
  const calls = (start?: number, end?: number): string[] => layByteVector(schedule, weights, start, end).map(({ kernel, segments, index, weights: own }) =>
    `${code.kernel(kernel)}(totals + i * ${rows}, bytes + i * ${4 * room.pitch}, ${code.index(index)}, ${code.bytes(own)}, ${segments});`);
  const factors = code.weights(scales);
  const added = bias === undefined ? undefined : code.weights(bias);
  return [
    '{',
    ...[
      `int8_t *bytes = (int8_t *)(${scratch});`, `int32_t *totals = (int32_t *)(void *)(${scratch} + ${room.sums});`, `float *mosts = ${scratch} + ${room.mosts};`,
      ...code.shared(vectors, (range) => each(range, [
        `mosts[i] = ${code.kernel('largest')}(${from} + i * ${columns}, ${columns});`,
        `${code.kernel('to_bytes')}(bytes + i * ${4 * room.pitch}, ${from} + i * ${columns}, ${columns}, mosts[i] > 0.0f ? 127.0f / mosts[i] : 0.0f);`,
        // Sixteen at a time are read: what lies behind the last column meets zeros. Windows read further and pick nothing of it.
        `memset(bytes + i * ${4 * room.pitch} + ${columns}, 0, ${BYTES});`, `memset(totals + i * ${rows}, 0, ${rows} * sizeof(int32_t));`,
      ])), ...code.wait(),
      ...(by === 'first' ? code.alone(each(all, calls())) : code.perPart(each(all, casesOf(schedule, calls)))), ...code.wait(),
      ...code.shared(rows, ({ at, count }) => each(all, [
        `${code.kernel('add_sums')}(${at(`${to} + i * ${rows}`, 1)}, ${at(`totals + i * ${rows}`, 1)}, ${count}, ${at(factors, 1)}, mosts[i] / 127.0f, ${at(added ?? `${to} + i * ${rows}`, 1)});`,
      ])),
    ].map((line) => `  ${line}`),
    '}',
  ];
}
