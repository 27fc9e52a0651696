import { decodeMatrix, type SparseMatrix } from '@fretwork/format';
import { product, type Convolution } from '@fretwork/compiler';
import { chooseStream, type StreamChoice } from '../product/choose-stream.js';
import type { ProductTuning } from '../product/tuning.js';
import { INPUTS, OUTPUTS, PRODUCTS, transformWeights } from './transforms.js';

/** Bytes of transformed inputs and sums up to which all rows of tiles are done at once. */
export const STRIP_BYTES: number = 2 ** 21;

/** Tiles below which a product does not fill its registers. */
const LEAST_TILES = 48;

/** How a convolution is done by Winograd's way. */
export interface WinogradPlan {
  readonly choice: StreamChoice;
  /** Tiles per row of a map, rows of tiles per strip; strips start at these rows of tiles, the last over the one before it. */
  readonly across: number;
  readonly down: number;
  readonly strips: readonly number[];
  /** Positions of one of the 36 products, and floats from channel to channel. */
  readonly positions: number;
  readonly pitch: number;
  /** Floats of padded rows that a part works on. */
  readonly rows: number;
  /** Instructions, as counted in what clang 14 makes of it. */
  readonly cost: number;
}

/** 3x3, step 1, one group: what it is for. Pruned weights are zeros to it, and cost as much as others. */
export const isForWinograd = ({ window: w, groups }: Convolution): boolean =>
  w.kernel.every((size) => size === 3) && [...w.strides, ...w.dilations].every((step) => step === 1) && groups === 1 && w.output.every((size) => size >= OUTPUTS);

export function planWinograd({ window: w, batch, channels, filters }: Convolution, threads: number, tuning?: ProductTuning): WinogradPlan {
  const [rowsOfTiles, across] = w.output.map((size) => Math.ceil(size / OUTPUTS)) as [number, number];
  const fits = Math.floor(STRIP_BYTES / (4 * PRODUCTS * (channels + filters) * across));
  const count = Math.ceil(rowsOfTiles / Math.min(rowsOfTiles, Math.max(1, fits, Math.ceil(LEAST_TILES / across))));
  const down = Math.ceil(rowsOfTiles / count);
  const strips = Array.from({ length: count }, (_, s) => Math.min(s * down, rowsOfTiles - down));
  const [positions, fours] = [4 * Math.ceil((down * across) / 4), Math.ceil(across / 4)];
  const choice = chooseStream([structure(filters, channels)], {
    positions, groupRows: filters, threads, tuning,
  });
  // Per four tiles 430 there and as many back, and per row of inputs what copying takes.
  const transforms = channels * (down * fours * 430 + (OUTPUTS * down + 2) * (60 + 2 * fours)) + filters * (down * fours * 430 + 20);
  return {
    choice, across, down, strips, positions, pitch: 4 * Math.ceil(Math.max(positions, (down - 1) * across + 4 * fours) / 4),
    rows: (OUTPUTS * down + INPUTS - OUTPUTS) * (16 * fours + 4), cost: batch * count * (PRODUCTS * choice.cost + transforms),
  };
}

/** A whole matrix; what its weights are does not matter. */
export const structure = (rows: number, columns: number): SparseMatrix =>
  ({ encoding: 'bcr', rows, columns, blockRows: rows, blockColumns: columns, payload: new Float32Array(rows * columns).fill(1) });

/** 36 payloads for `structure(filters, channels)`. */
export const winogradWeights = ({ matrix }: Convolution): readonly Float32Array[] => transformWeights(decodeMatrix(matrix) as Float32Array, product([matrix.rows, matrix.columns]) / 9);

/** Floats of scratch memory: transformed inputs, sums, padded rows of each part. */
export const winogradFloats = ({ pitch, rows }: WinogradPlan, { channels, filters }: Convolution, parts: number): number => PRODUCTS * (channels + filters) * pitch + parts * rows;
