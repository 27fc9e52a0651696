import type { BlockPunchedScheme } from '@fretwork/format';
import type { Allocation, Matrix } from '../contract.js';
import { allocate } from './allocate.js';

/**
 * In a block of `blockFilters` x `blockChannels`, each kernel position stays or goes for all its filters and channels.
 * Score of a position (papers.md 3.1): over the channels of the block, the mean of the l2 norm over its filters. Norms
 * are divided by the root of their length and means taken, so that edge blocks, which are smaller, compete on equal
 * terms; inside a block the order is the papers'. `global` is their percentile over the layer, `equal` a quota per
 * block. With a 1x1 kernel a block has one position and stays or goes as a whole.
 */
export function blockPunched(matrix: Matrix, scheme: BlockPunchedScheme, allocation: Allocation): Uint8Array {
  const { rows, columns, kernel, values } = matrix;
  const channels = columns / kernel;
  const blockFilters = Math.min(scheme.blockFilters, rows);
  const blockChannels = Math.min(scheme.blockChannels, channels);
  const across = Math.ceil(channels / blockChannels);
  const parts = Math.ceil(rows / blockFilters) * across;
  const scores = new Float64Array(parts * kernel);
  const heightOf = (part: number): number => Math.min(blockFilters, rows - Math.floor(part / across) * blockFilters);
  const widthOf = (part: number): number => Math.min(blockChannels, channels - (part % across) * blockChannels);

  const energy = new Float64Array(columns);
  for (let top = 0; top < rows; top += blockFilters) {
    const bottom = Math.min(top + blockFilters, rows);
    energy.fill(0);
    for (let r = top; r < bottom; r++) {
      for (let c = 0; c < columns; c++) {
        const w = values[r * columns + c]!;
        energy[c] = energy[c]! + w * w;
      }
    }
    const first = (top / blockFilters) * across;
    for (let c = 0; c < columns; c++) {
      const part = first + Math.floor(c / (kernel * blockChannels));
      const at = part * kernel + (c % kernel);
      scores[at] = scores[at]! + Math.sqrt(energy[c]! / (bottom - top)) / widthOf(part);
    }
  }
  const weightOf = (part: number): number => heightOf(part) * widthOf(part);
  const kept = allocate({ parts, groups: kernel, scores, weightOf }, 1 / scheme.rate, allocation);

  const keep = new Uint8Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const first = Math.floor(r / blockFilters) * across;
    for (let c = 0; c < columns; c++) {
      keep[r * columns + c] = kept[(first + Math.floor(c / (kernel * blockChannels))) * kernel + (c % kernel)]!;
    }
  }
  return keep;
}
