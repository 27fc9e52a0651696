import { cFloat, kernelName, packWeights, planSchedule, type PlannedSchedule, type Schedule } from '@fretwork/compiler';
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
  /** What is added to what is made, element by element: as `to`. */
  readonly more?: string | undefined;
  /** The product again with other weights and places, `from` and `to` floats on each time: one payload per time, in the order of the matrix's. */
  readonly repeats?: { readonly payloads: readonly Float32Array[]; readonly from: number; readonly to: number };
}

/** Bounds that the kernels apply themselves. */
export const clampOf = (activation: Activation | undefined): readonly [low: number, high: number] | undefined =>
  (activation?.kind === 'relu' ? [0, Infinity] : activation?.kind === 'clip' ? [activation.alpha ?? -Infinity, activation.beta ?? Infinity] : undefined);

/** Both bounds of an activation as C arguments. */
export const boundsOf = (activation: Activation | undefined): string => (clampOf(activation) ?? [-Infinity, Infinity]).map(cFloat).join(', ');

/** Other payloads in the order of a schedule of whole matrices, where a zero is a weight like any other. */
function packedLike(matrices: readonly SparseMatrix[], schedule: Schedule, payloads: readonly Float32Array[]): readonly Float32Array[] {
  const numbered = matrices.map((matrix): SparseMatrix => ({ ...matrix, payload: Int32Array.from(matrix.payload as Float32Array, (_, i) => i + 1) }));
  const places = packWeights(numbered, schedule) as Int32Array;
  return payloads.map((payload) => Float32Array.from(places, (place) => payload[place - 1]!));
}

/** The same lists with weights one behind the other. */
function joined(lists: readonly (readonly StreamList[])[]): readonly StreamList[] {
  if (lists.length === 1) return lists[0]!;
  return lists[0]!.map((list, l) => {
    const weights = new Float32Array(list.weights.length * lists.length);
    lists.forEach((own, k) => weights.set(own[l]!.weights, k * list.weights.length));
    return { ...list, weights };
  });
}

/** Lines that multiply the matrices of `planned` with all positions, as many as fill a vector or more. Tiles are planned in vectors of four. */
export function streamLines(code: LayerCode, matrices: readonly SparseMatrix[], planned: PlannedSchedule, { from, to, positions, vectors, split, places, activation, more, repeats }: StreamCode): string[] {
  const schedule = planSchedule(matrices, planned.options);
  const { scale, lanes, type } = code.family;
  const packs = repeats === undefined ? [packWeights(matrices, schedule) as Float32Array] : packedLike(matrices, schedule, repeats.payloads);
  const clamp = clampOf(activation);
  const ends = clamp !== undefined || more !== undefined;
  const bounds = ends ? boundsOf(activation) : '0.0f, 0.0f';
  const calls = (lists: readonly StreamList[], tiles: readonly Tile[]): string[] => lists.map((list) => {
    for (const tile of tiles) {
      for (const width of passWidths(tile.vectors, widest(list.rows))) {
        code.kernel(kernelName(KERNELS.select({ operator: 'stream', type, rows: list.rows, pixels: lanes * width })[0]!));
      }
    }
    return `${code.kernel(`stream${list.rows}`)}(y, x, ${more === undefined ? 'NULL' : 'more'}, ${code.program(list.program)}, ${code.weights(list.weights)}${repeats === undefined ? '' : ` + k * ${list.weights.length / packs.length}`}, ${list.segments}, tiles[t][1], ${bounds});`;
  });
  const again = (step: number | undefined): string => (step === undefined ? '' : `k * ${step} + `);
  const overTiles = (head: string, body: readonly string[]): string[] => [
    ...(repeats === undefined ? [] : [`for (int k = 0; k < ${packs.length}; k++)`]),
    ...[
      `for (int t = ${head}; t++) {`, `  const float *x = ${from} + ${again(repeats?.from)}tiles[t][0];`, `  float *y = ${to} + ${again(repeats?.to)}tiles[t][0];`, ...(more === undefined ? [] : [`  const float *more = ${more} + tiles[t][0];`]),
      ...body.map((line) => `  ${line}`), '}',
    ].map((line) => (repeats === undefined ? line : `  ${line}`)),
  ];
  const lay = (start?: number, end?: number): readonly StreamList[] => joined(packs.map((packed) => layStream(schedule, packed, places, ends, start, end)));
  return linesOfParts(code, schedule, { positions: positions / scale, vectors, split, scale }, (tiles, start, end) => calls(lay(start, end), tiles), overTiles);
}

/** Lines for each part's share of the groups or of the positions. `positions` and `vectors` are vectors of four, each of them `scale` times four positions. */
export function linesOfParts(
  code: LayerCode, schedule: Schedule, { positions, vectors, split, scale }: Pick<StreamCode, 'positions' | 'vectors' | 'split'> & { readonly scale: number },
  calls: (tiles: readonly Tile[], start?: number, end?: number) => readonly string[], overTiles: (head: string, body: readonly string[]) => readonly string[],
): string[] {
  const table = (tiles: readonly Tile[]): string => `static const int tiles[][2] = {${tiles.map(({ start, vectors: width }) => `{${scale * start}, ${width}}`).join(', ')}};`;
  if (split.by === 'positions') {
    const parts = partsOf(positions, code.parts).map(({ start, count }) => tilesOf(count, vectors).map((tile) => ({ ...tile, start: tile.start + start })));
    const firsts = parts.reduce<number[]>((all, own) => [...all, all.at(-1)! + own.length], [0]);
    return [table(parts.flat()), `static const int firsts[] = {${firsts.join(', ')}};`, ...code.perPart(overTiles('firsts[part]; t < firsts[part + 1]', calls(parts.flat())))];
  }
  const tiles = tilesOf(positions, vectors);
  if (split.by === 'first') return [table(tiles), ...code.alone(overTiles(`0; t < ${tiles.length}`, calls(tiles)))];
  return [table(tiles), ...code.perPart(overTiles(`0; t < ${tiles.length}`, casesOf(schedule, (start, end) => calls(tiles, start, end))))];
}

/** What each part does of the groups of a schedule that is cut by its rows. */
export const casesOf = ({ parts }: Schedule, calls: (start: number, end: number) => readonly string[]): string[] =>
  ['switch (part) {', ...parts.flatMap(({ from, to }, part) => [`case ${part}:`, ...calls(from, to).map((line) => `  ${line}`), '  break;']), '}'];
