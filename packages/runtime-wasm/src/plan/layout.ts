import { oddLines } from './planes.js';

/**
 * How the maps of a value `[N, C, H, W]` lie in memory, all in cells of four bytes. Images and channels are `plane` cells
 * apart; cell (y, x) of a channel stands `first + y·pitch + x` behind its start. Around the cells stand `margin` rows and
 * columns of zeros, the columns right of a row and left of the next one being the same: a convolution that is padded by no
 * more than that reads the map where it lies (performance.md, section 7).
 */
export interface Layout {
  readonly margin: number;
  readonly pitch: number;
  readonly first: number;
  readonly plane: number;
}

/** As tensors lie: no margin, nothing between channels. */
export function compactLayout(shape: readonly number[]): Layout {
  const [, , ...spatial] = shape;
  return { margin: 0, pitch: spatial.at(-1) ?? 1, first: 0, plane: spatial.reduce((a, b) => a * b, 1) };
}

/**
 * Planes an odd number of cache lines apart, with room for the vectors that reach over the last cell. The first cell of a map
 * is aligned to a vector: a load that spans two cache lines takes two turns.
 */
export function planeLayout([, , height, width]: readonly number[], margin: number): Layout {
  const pitch = width! + margin;
  const first = Math.ceil((margin * pitch + margin) / 4) * 4;
  return { margin, pitch, first, plane: oddLines(first + (height! + margin) * pitch + 4) };
}

export const cellsOf = (layout: Layout, shape: readonly number[]): number => shape[0]! * (shape[1] ?? 1) * layout.plane;
