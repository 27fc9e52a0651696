import { decodeMatrix } from '@fretwork/format';
import type { Convolution } from '@fretwork/compiler';
import { PANEL } from '../kernels/panel.js';
import { fitsPanels, layPanels, panelCost } from '../product/panel-program.js';
import { isForWinograd, STRIP_BYTES } from './plan-winograd.js';
import { INPUTS, OUTPUTS, PRODUCTS, transformWeights } from './transforms.js';

/** How a convolution is done by Winograd's way, channels in the lanes. */
export interface WinogradPanelPlan {
  /** Tiles per row of a map, rows of tiles per strip; strips start at these rows of tiles, the last over the one before it. */
  readonly across: number;
  readonly down: number;
  readonly strips: readonly number[];
  readonly tiles: number;
  /** Floats of padded rows that a part works on. */
  readonly rows: number;
  /** Instructions, as counted in what clang 14 makes of it. */
  readonly cost: number;
}

export const isForWinogradPanels = (conv: Convolution): boolean => isForWinograd(conv) && fitsPanels(conv.filters, conv.channels);

export function planWinogradPanels({ window: w, batch, channels, filters }: Convolution): WinogradPanelPlan {
  const [rowsOfTiles, across] = w.output.map((size) => Math.ceil(size / OUTPUTS)) as [number, number];
  const fits = Math.floor(STRIP_BYTES / (4 * PRODUCTS * (channels + filters) * across));
  const count = Math.ceil(rowsOfTiles / Math.min(rowsOfTiles, Math.max(1, fits)));
  const down = Math.ceil(rowsOfTiles / count);
  const strips = Array.from({ length: count }, (_, s) => Math.min(s * down, rowsOfTiles - down));
  const tiles = down * across;
  // Per four channels of a tile there and back, and what padding a row takes; rows that end inside a tile are stored one by one.
  const odd = w.output[1] % OUTPUTS === 0 ? 0 : 60 * down;
  const transforms = (channels / 4) * (tiles * 445 + (OUTPUTS * down + INPUTS - OUTPUTS) * (40 + 16 * across)) + (filters / 4) * (tiles * 495 + odd + 300);
  return {
    across, down, strips, tiles, rows: 4 * (OUTPUTS * down + INPUTS - OUTPUTS) * (OUTPUTS * across + INPUTS - OUTPUTS),
    cost: batch * count * (PRODUCTS * panelCost(filters / PANEL, channels, tiles) + transforms),
  };
}

/** 36 matrices in panels, one behind the other. */
export function winogradPanelWeights({ matrix, filters, channels }: Convolution): Float32Array {
  const out = new Float32Array(PRODUCTS * filters * channels);
  transformWeights(decodeMatrix(matrix) as Float32Array, filters * channels).forEach((weights, k) => out.set(layPanels(filters, channels, (f, c) => weights[f * channels + c]!), k * filters * channels));
  return out;
}
