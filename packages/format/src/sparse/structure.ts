import type { Scheme } from '../contract.js';
import { popcount } from './bits.js';
import { blockName, blockScanner, gridOf, type BlockSize } from './block.js';
import { Histogram, lnChoose } from './code-length.js';
import { bitsAt, isKept, type Kept } from './kept.js';
import { MAX_KERNEL } from './pattern.js';

/** A structure that a mask keeps exactly, and how many nats it takes to describe the mask by it. */
export interface Structure {
  readonly scheme: Scheme;
  readonly says: string;
  readonly codeLength: number;
}

/** More than this are no library of patterns. */
const MOST_PATTERNS = 12;

const rateOf = (kept: Kept): number => (kept.rows * kept.columns) / kept.nnz;

/** Kernels that all keep the same number of positions, by few patterns, or nothing. */
export function patternStructure(kept: Kept, kernel: number): Structure | undefined {
  if (kernel < 2 || kernel > MAX_KERNEL || kept.columns % kernel !== 0) return undefined;
  const patterns = new Set<number>();
  let used = 0;
  let keep = 0;
  for (let r = 0; r < kept.rows; r++) {
    for (let c = 0; c < kept.columns; c += kernel) {
      const bits = bitsAt(kept, r, c, kernel);
      if (bits === 0) continue;
      if (keep === 0) keep = popcount(bits);
      patterns.add(bits);
      if (popcount(bits) !== keep || patterns.size > MOST_PATTERNS) return undefined;
      used++;
    }
  }
  const kernels = kept.rows * (kept.columns / kernel);
  const which = lnChoose(kernels, used) + Math.log(kernels + 1);
  const library = patterns.size * lnChoose(kernel, keep) + Math.log(kernel + 1) + Math.log(MOST_PATTERNS);
  return {
    scheme: { kind: 'pattern', rate: rateOf(kept), keep, patterns: patterns.size },
    says: `each of the ${used} kept kernels keeps ${keep} of ${kernel} positions, by ${patterns.size} patterns`,
    codeLength: which + library + used * Math.log(patterns.size),
  };
}

/** Blocks of `blockFilters` x `blockChannels` in which all kernels keep the same positions. */
export function punchedStructure(kept: Kept, kernel: number, blockFilters: number, blockChannels: number): Structure | undefined {
  const block: BlockSize = [blockFilters, blockChannels * kernel];
  const [gridRows, gridColumns] = gridOf(block, kept.rows, kept.columns);
  const counts = new Histogram();
  let which = 0;
  for (let i = 0; i < gridRows; i++) {
    for (let j = 0; j < gridColumns; j++) {
      const positions = commonPositions(kept, kernel, block, i, j);
      if (positions === undefined) return undefined;
      counts.add(positions);
      which += lnChoose(kernel, positions);
    }
  }
  return {
    scheme: { kind: 'block-punched', rate: rateOf(kept), blockFilters, blockChannels },
    says: `in each block of ${blockFilters} filters x ${blockChannels} channels all kernels keep the same positions`,
    codeLength: counts.length(kernel + 1) + which,
  };
}

/** How many positions all kernels of a block keep; undefined where they differ. */
function commonPositions(kept: Kept, kernel: number, [blockRows, blockColumns]: BlockSize, i: number, j: number): number | undefined {
  const top = i * blockRows;
  const left = j * blockColumns;
  const bottom = Math.min(top + blockRows, kept.rows);
  const right = Math.min(left + blockColumns, kept.columns);
  let count = 0;
  for (let position = 0; position < kernel; position++) {
    const first = isKept(kept, top, left + position);
    if (first) count++;
    for (let r = top; r < bottom; r++) {
      for (let c = left + position; c < right; c += kernel) if (isKept(kept, r, c) !== first) return undefined;
    }
  }
  return count;
}

/** Blocks that are each an exact product of kept rows and kept columns. */
export function bcrStructure(kept: Kept, block: BlockSize): Structure | undefined {
  const [blockRows, blockColumns] = block;
  const [gridRows, gridColumns] = gridOf(block, kept.rows, kept.columns);
  const scan = blockScanner(kept, block);
  const sizes = new Histogram();
  let which = 0;
  let rows = 0, keptRows = 0, columns = 0, keptColumns = 0;
  for (let i = 0; i < gridRows; i++) {
    for (let j = 0; j < gridColumns; j++) {
      const found = scan(i, j);
      if (found.nnz !== found.keptRows * found.keptColumns) return undefined;
      sizes.add(found.keptRows * (blockColumns + 1) + found.keptColumns);
      if (found.nnz === 0) continue;
      which += lnChoose(found.height, found.keptRows) + lnChoose(found.width, found.keptColumns);
      rows += found.height;
      keptRows += found.keptRows;
      columns += found.width;
      keptColumns += found.keptColumns;
    }
  }
  const byRows = Math.log(rows / keptRows);
  const byColumns = Math.log(columns / keptColumns);
  // Whole blocks gone and the others full: neither rows nor columns have the larger share.
  const rowShare = byRows + byColumns === 0 ? 0.5 : byRows / (byRows + byColumns);
  return {
    scheme: { kind: 'bcr', rate: rateOf(kept), blockRows, blockColumns, rowShare },
    says: `each ${blockName(block)} block keeps whole rows x whole columns`,
    codeLength: sizes.length((blockRows + 1) * (blockColumns + 1)) + which,
  };
}
