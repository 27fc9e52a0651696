import type { Scheme } from '../contract.js';
import { blockName, clipBlock, type BlockSize } from './block.js';

/**
 * Block sizes worth trying, large to small: among equal bytes the larger block is the faster one. One-row blocks are
 * plain bit maps, which is what masks without structure come down to.
 */
const BLOCKS: readonly BlockSize[] = [
  [Infinity, Infinity],
  [Infinity, 256], [256, Infinity],
  [16, 64], [16, 32], [8, 32], [16, 16], [8, 16], [4, 16], [4, 4],
  [1, 64], [1, 32], [1, 16], [1, 8],
];

/** The blocks that `scheme` prunes by, in columns of the matrix; nothing where it has none. */
export function blockOfScheme(scheme: Scheme | undefined, kernel: number): BlockSize | undefined {
  if (scheme?.kind === 'bcr') return [scheme.blockRows, scheme.blockColumns];
  if (scheme?.kind === 'block-punched') return [scheme.blockFilters, scheme.blockChannels * Math.max(1, kernel)];
  return undefined;
}

/** Candidates for a matrix of `rows` x `columns`: the scheme's own block first, each size once, none larger than the matrix. */
export function blockCandidates(rows: number, columns: number, kernel: number, scheme?: Scheme): readonly BlockSize[] {
  const own = blockOfScheme(scheme, kernel);
  const bySize = new Map<string, BlockSize>();
  for (const candidate of own === undefined ? BLOCKS : [own, ...BLOCKS]) {
    const block = clipBlock(candidate, rows, columns);
    if (!bySize.has(blockName(block))) bySize.set(blockName(block), block);
  }
  return [...bySize.values()];
}
