/**
 * Convolutions and products on bytes. Weights have one scale per row, found when the code is made; activations one scale per layer and
 * run, from the largest that is there. Sums are exact in 32 bits; biases, activations and everything between layers stay float32.
 */
import { kernelName, packWeights, planSchedule, product, stagingOf, summariseSchedule, type Call, type Convolution, type ScheduleOptions } from '@fretwork/compiler';
import type { SparseMatrix } from '@fretwork/format';
import { isOfBytes } from '../family.js';
import type { LayerCode } from '../emit/layer-code.js';
import { BYTES, WIDEST } from '../kernels/int8.js';
import { KERNELS, rowCounts } from '../kernels/manifest.js';
import { passWidths } from '../kernels/stream.js';
import { layByteStream, layByteVector, packedBytes, rowScales } from '../product/byte-program.js';
import { chooseStream } from '../product/choose-stream.js';
import { boundsOf, clampOf } from '../product/emit-stream.js';
import { tilesOf } from '../product/stream-tiles.js';
import { readTuning, writeTuning } from '../product/tuning.js';
import type { Decision } from './row.js';

/** Columns below which a quad would be filled up more than used. */
const LEAST_COLUMNS = 16;

/** 127 products of 127 fit 31 bits so many times. */
const MOST_COLUMNS = 130_000;

export const isForBytes = (call: Call, { columns }: SparseMatrix): boolean => isOfBytes(call) && columns >= LEAST_COLUMNS && columns <= MOST_COLUMNS;

export const isDecidedForBytes = ({ kernel }: Pick<Decision, 'kernel'>): boolean => kernel.includes('_i8_');

/** Bytes, in units of four: what scratch memory is counted in. */
const words = (bytes: number): number => Math.ceil(bytes / 4);

/** What lies in scratch memory, one behind the other: bytes of the input, planes of them, sums. In words. */
function roomOf(conv: Convolution): { readonly input: number; readonly planes: number; readonly sums: number } {
  const staging = stagingOf(conv, BYTES);
  const input = words(conv.channels * product(conv.window.input) + BYTES);
  return { input, planes: staging.direct ? 0 : words(staging.floats + BYTES), sums: conv.filters * Math.max(BYTES, product(conv.window.output)) };
}

export function decideByteConvolution(conv: Convolution, call: Call): Decision {
  const positions = Math.max(BYTES, product(conv.window.output));
  const { options, summary, vectors, tuning } = chooseStream([conv.matrix], { positions: positions / 4, groupRows: conv.filters / conv.groups, threads: 1, tuning: readTuning(call.tuning, ['stream'])?.[0] });
  const rows = summary.sharedBy.reduce((most, columns, i) => (columns * (i + 1) > (summary.sharedBy[most - 1] ?? 0) * most ? i + 1 : most), 1);
  const { input, planes, sums } = roomOf(conv);
  return {
    kernel: kernelName(KERNELS.select({ operator: 'stream', type: 'i8', rows, pixels: BYTES * Math.min(vectors, WIDEST[rows]!) })[0]!),
    reason: `bytes, four columns at a time; groups of ${options.height} rows ${options.reorder ?? 'by-columns'}, tiles of ${BYTES * vectors} positions`,
    schedules: [{ tensor: call.name(1), from: 0, to: 1, options, summary }],
    scratchBytes: 4 * (input + planes + sums), tuning: writeTuning([tuning]),
  };
}

export function emitByteConvolution(conv: Convolution, call: Call, decision: Decision, code: LayerCode, x: string): void {
  const { window: w, batch, channels, filters, groups, bias, matrix } = conv;
  const staging = stagingOf(conv, BYTES);
  const [positions, size, taps] = [product(w.output), product(w.input), product(w.kernel)];
  const [pitch, perGroup, kw, perFilters] = [Math.max(BYTES, positions), channels / groups, w.kernel[1], filters / groups];
  const room = roomOf(conv);
  const schedule = planSchedule([matrix], decision.schedules![0]!.options);
  const packed = packWeights([matrix], schedule) as Float32Array;
  const scales = rowScales(schedule, packed);
  const lists = layByteStream(schedule, packedBytes(schedule, packed, scales), {
    row: (row) => 4 * pitch * row,
    column: (column, row) => {
      const [channel, tap] = [Math.floor(column / taps) + Math.floor(row / perFilters) * perGroup, column % taps];
      return channel * staging.channel + staging.tap(Math.floor(tap / kw), tap % kw);
    },
  });
  const tiles = tilesOf(pitch / 4, readTuning(decision.tuning, ['stream'])![0]!.tile! / 4);
  const [from, to] = batch === 1 ? [x, 'y0'] : [`${x} + n * ${channels * size}`, `y0 + n * ${filters * positions}`];
  const lines = [
    `int8_t *bytes = (int8_t *)s, *planes = (int8_t *)(s + ${room.input});`,
    `int32_t *sums = (int32_t *)(void *)(s + ${room.input + room.planes});`,
    `const float most = ${code.kernel('largest')}(${from}, ${channels * size});`,
    `${code.kernel('to_bytes')}(bytes, ${from}, ${channels * size}, most > 0.0f ? 127.0f / most : 0.0f);`,
    staging.direct ? 'planes = bytes;'
      : `${code.kernel('stage_bytes')}(planes, bytes, ${code.program(staging.rows)}, ${staging.rows.length}, ${channels}, ${w.input.join(', ')}, ${kw}, ${w.dilations[1]}, ${w.begins[1]}, ${w.strides[1]}, ${w.output[1]});`,
    `static const int tiles[][2] = {${tiles.map(({ start, vectors }) => `{${4 * start}, ${vectors}}`).join(', ')}};`,
    `for (int t = 0; t < ${tiles.length}; t++) {`,
    '  const int8_t *x = planes + tiles[t][0];',
    '  int32_t *y = sums + tiles[t][0];',
    ...lists.map((list) => {
      for (const tile of tiles) for (const width of passWidths(tile.vectors, WIDEST[list.rows]!)) code.kernel(kernelName(KERNELS.select({ operator: 'stream', type: 'i8', rows: list.rows, pixels: BYTES * width })[0]!));
      return `  ${code.kernel(`bytes${list.rows}`)}(y, x, ${code.program(list.program)}, ${code.bytes(list.weights)}, ${list.segments}, tiles[t][1]);`;
    }),
    '}',
    `${code.kernel('from_sums')}(${to}, sums, ${filters}, ${positions}, ${pitch}, ${code.weights(scales)}, most / 127.0f, ${code.weights(Float32Array.from({ length: filters }, (_, f) => bias?.[f] ?? 0))}, ${boundsOf(call.layer.activation)});`,
  ];
  if (batch === 1) code.add(...lines);
  else code.add(`for (int n = 0; n < ${batch}; n++) {`, ...lines.map((line) => `  ${line}`), '}');
  if (clampOf(call.layer.activation) === undefined) code.activate();
}

/** Rows of a group, for vectors of bytes. */
const byteVectorOptions = (rows: number): ScheduleOptions => {
  const height = Math.min(8, Math.max(1, rows));
  return { height, reorder: 'as-stored', rowCounts: rowCounts('vector', 'i8').filter((count) => count <= height) };
};

/** One matrix times a few vectors. */
export function decideByteProduct(tensor: string, matrix: SparseMatrix): Decision {
  const options = byteVectorOptions(matrix.rows);
  const summary = summariseSchedule(planSchedule([matrix], options));
  const rows = options.rowCounts!.find((count) => (summary.sharedBy[count - 1] ?? 0) > 0) ?? 1;
  return {
    kernel: kernelName(KERNELS.select({ operator: 'vector', type: 'i8', rows })[0]!), reason: `bytes, sixteen columns at a time; groups of ${options.height} rows as-stored`,
    schedules: [{ tensor, from: 0, to: 1, options, summary }],
    scratchBytes: 4 * (words(matrix.columns + BYTES) + matrix.rows),
  };
}

/** Lines that make `to` `[vectors, rows]` of `from` `[vectors, columns]`. */
export function byteProductLines(code: LayerCode, matrix: SparseMatrix, { schedules }: Decision, vectors: number, bias: ArrayLike<number>, to: string, from: string): string[] {
  const { rows, columns } = matrix;
  const schedule = planSchedule([matrix], schedules![0]!.options);
  const packed = packWeights([matrix], schedule) as Float32Array;
  const scales = rowScales(schedule, packed);
  return [
    `for (int i = 0; i < ${vectors}; i++) {`,
    '  int8_t *bytes = (int8_t *)s;',
    `  int32_t *sums = (int32_t *)(void *)(s + ${words(columns + BYTES)});`,
    `  const float most = ${code.kernel('largest')}(${from} + i * ${columns}, ${columns});`,
    `  ${code.kernel('to_bytes')}(bytes, ${from} + i * ${columns}, ${columns}, most > 0.0f ? 127.0f / most : 0.0f);`,
    // Sixteen at a time are read: what lies behind the last column meets zeros.
    `  memset(bytes + ${columns}, 0, ${BYTES});`,
    `  memset(sums, 0, ${rows} * sizeof(int32_t));`,
    ...layByteVector(schedule, packedBytes(schedule, packed, scales)).map(({ kernel, segments, index, weights }) =>
      `  ${code.kernel(kernel)}(sums, bytes, ${code.index(index)}, ${code.bytes(weights)}, ${segments});`),
    `  for (int r = 0; r < ${rows}; r++) (${to})[i * ${rows} + r] = (float)sums[r] * ((${code.weights(scales)})[r] * (most / 127.0f)) + (${code.weights(bias)})[r];`,
    '}',
  ];
}
