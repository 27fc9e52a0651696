import type { BcrScheme } from '@fretwork/format';
import type { Matrix, ProjectOptions } from '../contract.js';
import { bcrGlobal } from './bcr-global.js';
import { bestRectangles } from './bcr-blocks.js';
import { balancedCounts, equalCounts } from './block-counts.js';
import { blockGrid } from './block-grid.js';

/** Sets of lines of a block that are all tried unless the caller says otherwise: 4 of 8 are 70, 5 of 10 are 252. */
const EXHAUSTIVE = 256;

/** Kept rows x kept columns in each block (papers.md 1.1). */
export function bcr(matrix: Matrix, scheme: BcrScheme, options: ProjectOptions): Uint8Array {
  const { rows, columns } = matrix;
  if (scheme.rate === 1 || rows * columns === 0) return new Uint8Array(rows * columns).fill(1);
  const grid = blockGrid(rows, columns, scheme.blockRows, scheme.blockColumns);
  const limit = options.exhaustive ?? EXHAUSTIVE;
  switch (options.allocation ?? 'balanced') {
    case 'global': return bcrGlobal(matrix, scheme, grid);
    case 'equal': return bestRectangles(matrix, grid, (block) => equalCounts(block, scheme), limit);
    case 'balanced': return bestRectangles(matrix, grid, (block) => balancedCounts(block, scheme), limit, (rows * columns) / scheme.rate);
  }
}
