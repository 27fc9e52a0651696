import { cFloat, kernelName, packWeights, planSchedule, type PlannedSchedule } from '@fretwork/compiler';
import type { Activation, SparseMatrix } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { KERNELS, widest } from '../kernels/manifest.js';
import { passWidths } from '../kernels/stream.js';
import { partsOf, type Split } from './split.js';
import { layStream, type StreamList, type StreamPlaces } from './stream-program.js';
import { tilesOf, type Tile } from './stream-tiles.js';

export interface StreamCode {
  /** C expressions of pointers to the first position of the first column and row. */
  readonly from: string;
  readonly to: string;
  readonly positions: number;
  readonly vectors: number;
  readonly split: Split;
  readonly places: StreamPlaces;
  readonly activation: Activation | undefined;
}

/** Bounds that the kernels apply themselves. */
export const clampOf = (activation: Activation | undefined): readonly [low: number, high: number] | undefined =>
  (activation?.kind === 'relu' ? [0, Infinity] : activation?.kind === 'clip' ? [activation.alpha ?? -Infinity, activation.beta ?? Infinity] : undefined);

/** Lines that multiply the matrices of `planned` with all positions, four or more. */
export function streamLines(code: LayerCode, matrices: readonly SparseMatrix[], planned: PlannedSchedule, { from, to, positions, vectors, split, places, activation }: StreamCode): string[] {
  const schedule = planSchedule(matrices, planned.options);
  const packed = packWeights(matrices, schedule) as Float32Array;
  const clamp = clampOf(activation);
  const bounds = clamp === undefined ? '0.0f, 0.0f' : clamp.map(cFloat).join(', ');
  const calls = (lists: readonly StreamList[], tiles: readonly Tile[]): string[] => lists.map((list) => {
    for (const tile of tiles) {
      for (const width of passWidths(tile.vectors, widest(list.rows))) {
        code.kernel(kernelName(KERNELS.select({ operator: 'stream', rows: list.rows, pixels: 4 * width })[0]!));
      }
    }
    return `${code.kernel(`stream${list.rows}`)}(y, x, ${code.program(list.program)}, ${code.weights(list.weights)}, ${list.segments}, tiles[t][1], ${bounds});`;
  });
  const table = (tiles: readonly Tile[]): string => `static const int tiles[][2] = {${tiles.map(({ start, vectors: width }) => `{${start}, ${width}}`).join(', ')}};`;
  const overTiles = (head: string, body: readonly string[]): string[] => [
    `for (int t = ${head}; t++) {`, `  const float *x = ${from} + tiles[t][0];`, `  float *y = ${to} + tiles[t][0];`, ...body.map((line) => `  ${line}`), '}',
  ];
  const lay = (start?: number, end?: number): readonly StreamList[] => layStream(schedule, packed, places, clamp !== undefined, start, end);
  if (split.by === 'positions') {
    const parts = partsOf(positions, code.parts).map(({ start, count }) => tilesOf(count, vectors).map((tile) => ({ ...tile, start: tile.start + start })));
    const firsts = parts.reduce<number[]>((all, own) => [...all, all.at(-1)! + own.length], [0]);
    return [table(parts.flat()), `static const int firsts[] = {${firsts.join(', ')}};`, ...code.perPart(overTiles('firsts[part]; t < firsts[part + 1]', calls(lay(), parts.flat())))];
  }
  const tiles = tilesOf(positions, vectors);
  if (split.by === 'first') return [table(tiles), ...code.alone(overTiles(`0; t < ${tiles.length}`, calls(lay(), tiles)))];
  const cases = schedule.parts.flatMap(({ from: start, to: end }, part) => [`case ${part}:`, ...calls(lay(start, end), tiles).map((line) => `  ${line}`), '  break;']);
  return [table(tiles), ...code.perPart(overTiles(`0; t < ${tiles.length}`, ['switch (part) {', ...cases, '}']))];
}
