/**
 * Matrices times vectors of bytes: Gemm, MatMul, and the products of recurrent layers. Weights have one scale per row, every vector has one
 * of its own. Sums are exact in 32 bits; what comes in and goes out is float32.
 */
import { kernelName, planSchedule, summariseSchedule, type PlannedSchedule, type ScheduleOptions } from '@fretwork/compiler';
import type { LayerCode } from '../emit/layer-code.js';
import { BYTES } from '../kernels/int8.js';
import { KERNELS, rowCounts } from '../kernels/manifest.js';
import { inBytes, layByteVector } from '../product/byte-program.js';
import { casesOf } from '../product/emit-stream.js';
import { BALANCE, describeSplit, splitOf, waysToSplit, type Split } from '../product/split.js';
import { words } from './int8.js';
import type { Stack } from './products.js';
import { partsOfSplits, type Decision } from './row.js';

/** Rows of a group. */
const HEIGHT = 8;

/** One behind the other in scratch memory, in words: the vectors as bytes, their sums, the largest value of each. */
function roomOf({ matrices, vectors }: Stack): { readonly pitch: number; readonly sums: number; readonly mosts: number; readonly all: number } {
  const rows = rowsOf(matrices);
  const pitch = words(matrices[0]!.columns + BYTES);
  const sums = vectors * pitch;
  const mosts = sums + vectors * rows;
  return { pitch, sums, mosts, all: mosts + vectors };
}

const rowsOf = (matrices: Stack['matrices']): number => matrices.reduce((sum, matrix) => sum + matrix.rows, 0);

export function decideByteProduct(stack: Stack, threads: number): Decision {
  const { tensor, from, to, matrices, vectors } = stack;
  const weights = matrices.reduce((sum, { payload }) => sum + payload.length, 0);
  const by = waysToSplit(weights * vectors, 1, threads)[0]!;
  const height = Math.min(HEIGHT, Math.max(1, rowsOf(matrices)));
  const planned = (reorder: 'as-stored' | 'by-columns'): PlannedSchedule & { readonly split: Split } => {
    const options: ScheduleOptions = { height, reorder, rowCounts: rowCounts('vector', 'i8').filter((count) => count <= height), threads: by === 'rows' ? threads : 1 };
    const summary = summariseSchedule(planSchedule(matrices, options));
    return { tensor, from, to, options, summary, split: splitOf(by, summary, 1, threads) };
  };
  // Rows as stored are cut between neighbours; where that comes out uneven they are dealt out in an order of their own.
  const stored = planned('as-stored');
  const dealt = stored.split.balance <= BALANCE ? stored : planned('by-columns');
  const { split, ...schedule } = dealt.split.balance < stored.split.balance ? dealt : stored;
  const rows = schedule.options.rowCounts!.find((count) => (schedule.summary.sharedBy[count - 1] ?? 0) > 0) ?? 1;
  return {
    kernel: kernelName(KERNELS.select({ operator: 'vector', type: 'i8', rows })[0]!),
    reason: `bytes, sixteen columns at a time; groups of ${height} rows ${schedule.options.reorder!}${describeSplit(split, threads)}`,
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
        // Sixteen at a time are read: what lies behind the last column meets zeros.
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
