/**
 * Convolutions on bytes. Weights have one scale per row, found when the code is made; activations one scale per layer and
 * run, from the largest that is there. Sums are exact in 32 bits; biases, activations and everything between layers stay float32.
 */
import { kernelName, planSchedule, product, stagingOf, type Call, type Convolution } from '@fretwork/compiler';
import type { SparseMatrix } from '@fretwork/format';
import { isOfBytes } from '../family.js';
import type { LayerCode } from '../emit/layer-code.js';
import { BYTES, WIDEST } from '../kernels/int8.js';
import { KERNELS } from '../kernels/manifest.js';
import { passWidths } from '../kernels/stream.js';
import { inBytes, layByteStream } from '../product/byte-program.js';
import { chooseStream } from '../product/choose-stream.js';
import { boundsOf, clampOf, linesOfParts } from '../product/emit-stream.js';
import { describeSplit } from '../product/split.js';
import { readTuning, writeTuning } from '../product/tuning.js';
import { partsOfSplits, type Decision } from './row.js';

/** Columns below which a quad would be filled up more than used. */
const LEAST_COLUMNS = 16;

/** 127 products of 127 fit 31 bits so many times. */
const MOST_COLUMNS = 130_000;

export const isForBytes = (call: Call, { columns }: SparseMatrix): boolean => isOfBytes(call) && columns >= LEAST_COLUMNS && columns <= MOST_COLUMNS;

export const isDecidedForBytes = ({ kernel }: Pick<Decision, 'kernel'>): boolean => kernel.includes('_i8_');

/** Bytes, in units of four: what scratch memory is counted in. */
export const words = (bytes: number): number => Math.ceil(bytes / 4);

/** What lies in scratch memory, one behind the other: bytes of the input, planes of them, sums, the largest value of each part's share. In words. */
function roomOf(conv: Convolution): { readonly input: number; readonly planes: number; readonly sums: number } {
  const staging = stagingOf(conv, BYTES);
  const input = words(conv.channels * product(conv.window.input) + BYTES);
  return { input, planes: staging.direct ? 0 : words(staging.floats + BYTES), sums: conv.filters * Math.max(BYTES, product(conv.window.output)) };
}

export function decideByteConvolution(conv: Convolution, call: Call): Decision {
  const positions = Math.max(BYTES, product(conv.window.output));
  const { options, summary, vectors, tuning, split } = chooseStream([conv.matrix], { positions: positions / 4, groupRows: conv.filters / conv.groups, threads: call.threads, tuning: readTuning(call.tuning, ['stream'])?.[0] });
  const rows = summary.sharedBy.reduce((most, columns, i) => (columns * (i + 1) > (summary.sharedBy[most - 1] ?? 0) * most ? i + 1 : most), 1);
  const { input, planes, sums } = roomOf(conv);
  return {
    kernel: kernelName(KERNELS.select({ operator: 'stream', type: 'i8', rows, pixels: BYTES * Math.min(vectors, WIDEST[rows]!) })[0]!),
    reason: `bytes, four columns at a time; groups of ${options.height} rows ${options.reorder ?? 'by-columns'}, tiles of ${BYTES * vectors} positions${describeSplit(split, call.threads)}`,
    schedules: [{ tensor: call.name(1), from: 0, to: 1, options, summary }], splits: [split], parts: partsOfSplits([split], call.threads),
    scratchBytes: 4 * (input + planes + sums + call.threads), tuning: writeTuning([tuning]),
  };
}

export function emitByteConvolution(conv: Convolution, call: Call, decision: Decision, code: LayerCode, x: string): void {
  const { window: w, batch, channels, filters, groups, bias, matrix } = conv;
  const staging = stagingOf(conv, BYTES);
  const [positions, size, taps] = [product(w.output), product(w.input), product(w.kernel)];
  const [pitch, perGroup, kw, perFilters] = [Math.max(BYTES, positions), channels / groups, w.kernel[1], filters / groups];
  const room = roomOf(conv);
  const schedule = planSchedule([matrix], decision.schedules![0]!.options);
  const { weights, scales } = inBytes([matrix], schedule);
  const places = {
    row: (row: number): number => 4 * pitch * row,
    column: (column: number, row: number): number => {
      const [channel, tap] = [Math.floor(column / taps) + Math.floor(row / perFilters) * perGroup, column % taps];
      return channel * staging.channel + staging.tap(Math.floor(tap / kw), tap % kw);
    },
  };
  const [from, to] = batch === 1 ? [x, 'y0'] : [`${x} + n * ${channels * size}`, `y0 + n * ${filters * positions}`];
  const biases = code.weights(Float32Array.from({ length: filters }, (_, f) => bias?.[f] ?? 0));
  const factors = code.weights(scales);
  const lines = [
    `int8_t *bytes = (int8_t *)s, *planes = ${staging.direct ? 'bytes' : `(int8_t *)(s + ${room.input})`};`,
    `int32_t *sums = (int32_t *)(void *)(s + ${room.input + room.planes});`,
    ...mostLines(code, from, channels * size, `s + ${room.input + room.planes + room.sums}`),
    ...code.shared(channels * size, ({ at, count }) => [`${code.kernel('to_bytes')}(${at('bytes', 1)}, ${at(from, 1)}, ${count}, most > 0.0f ? 127.0f / most : 0.0f);`]), ...code.wait(),
    ...(staging.direct ? [] : [
      ...code.shared(channels, ({ at, count }) => [
        `${code.kernel('stage_bytes')}(${at('planes', staging.channel)}, ${at('bytes', size)}, ${code.program(staging.rows)}, ${staging.rows.length}, ${count}, ${w.input.join(', ')}, ${kw}, ${w.dilations[1]}, ${w.begins[1]}, ${w.strides[1]}, ${w.output[1]});`,
      ]), ...code.wait(),
    ]),
    ...linesOfParts(
      code, schedule, { positions: pitch / 4, vectors: readTuning(decision.tuning, ['stream'])![0]!.tile! / 4, split: decision.splits![0]!, scale: 4 },
      (tiles, start, end) => layByteStream(schedule, weights, places, start, end).map((list) => {
        for (const tile of tiles) for (const width of passWidths(tile.vectors, WIDEST[list.rows]!)) code.kernel(kernelName(KERNELS.select({ operator: 'stream', type: 'i8', rows: list.rows, pixels: BYTES * width })[0]!));
        return `${code.kernel(`bytes${list.rows}`)}(y, x, ${code.program(list.program)}, ${code.bytes(list.weights)}, ${list.segments}, tiles[t][1]);`;
      }),
      (head, body) => [`for (int t = ${head}; t++) {`, '  const int8_t *x = planes + tiles[t][0];', '  int32_t *y = sums + tiles[t][0];', ...body.map((line) => `  ${line}`), '}'],
    ), ...code.wait(),
    ...code.shared(filters, ({ at, count }) =>
      [`${code.kernel('from_sums')}(${at(to, positions)}, ${at('sums', pitch)}, ${count}, ${positions}, ${pitch}, ${at(factors, 1)}, most / 127.0f, ${at(biases, 1)}, ${boundsOf(call.layer.activation)});`]),
  ];
  if (batch === 1) code.add(...lines);
  else code.add(`for (int n = 0; n < ${batch}; n++) {`, ...lines.map((line) => `  ${line}`), '}');
  if (clampOf(call.layer.activation) === undefined) code.activate();
}

/** Lines that declare `most`, the largest magnitude of `size` floats: of shares first, each part's own, in `shares`. */
function mostLines(code: LayerCode, from: string, size: number, shares: string): string[] {
  if (code.parts === 1) return [`const float most = ${code.kernel('largest')}(${from}, ${size});`];
  return [
    `float *shares = ${shares};`,
    ...code.shared(size, ({ at, count }) => [`shares[part] = ${code.kernel('largest')}(${at(from, 1)}, ${count});`]), ...code.wait(),
    `const float most = ${code.kernel('largest')}(shares, ${code.parts});`,
  ];
}
