import { cFloat, kernelName, packWeights, planSchedule, type PlannedSchedule } from '@fretwork/compiler';
import type { Activation, SparseMatrix } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { KERNELS, widest } from '../kernels/manifest.js';
import { passWidths } from '../kernels/stream.js';
import { layStream, type StreamPlaces } from './stream-program.js';
import { tilesOf } from './stream-tiles.js';

export interface StreamCode {
  /** C expressions of pointers to the first position of the first column and row. */
  readonly from: string;
  readonly to: string;
  readonly positions: number;
  readonly vectors: number;
  readonly places: StreamPlaces;
  readonly activation: Activation | undefined;
}

/** Bounds that the kernels apply themselves. */
export const clampOf = (activation: Activation | undefined): readonly [low: number, high: number] | undefined =>
  (activation?.kind === 'relu' ? [0, Infinity] : activation?.kind === 'clip' ? [activation.alpha ?? -Infinity, activation.beta ?? Infinity] : undefined);

/** Lines that multiply the matrices of `planned` with all positions, four or more. */
export function streamLines(code: LayerCode, matrices: readonly SparseMatrix[], planned: PlannedSchedule, { from, to, positions, vectors, places, activation }: StreamCode): string[] {
  const schedule = planSchedule(matrices, planned.options);
  const packed = packWeights(matrices, schedule) as Float32Array;
  const clamp = clampOf(activation);
  const tiles = tilesOf(positions, vectors);
  const lists = layStream(schedule, packed, places, clamp !== undefined);
  const bounds = clamp === undefined ? '0.0f, 0.0f' : clamp.map(cFloat).join(', ');
  const calls = lists.map((list) => {
    for (const tile of tiles) {
      for (const width of passWidths(tile.vectors, widest(list.rows))) {
        code.kernel(kernelName(KERNELS.select({ operator: 'stream', rows: list.rows, pixels: 4 * width })[0]!));
      }
    }
    return `${code.kernel(`stream${list.rows}`)}(y, x, ${code.program(list.program)}, ${code.weights(list.weights)}, ${list.segments}, tiles[t][1], ${bounds});`;
  });
  return [
    `static const int tiles[][2] = {${tiles.map(({ start, vectors: width }) => `{${start}, ${width}}`).join(', ')}};`,
    `for (int t = 0; t < ${tiles.length}; t++) {`,
    `  const float *x = ${from} + tiles[t][0];`,
    `  float *y = ${to} + tiles[t][0];`,
    ...calls.map((line) => `  ${line}`),
    '}',
  ];
}
