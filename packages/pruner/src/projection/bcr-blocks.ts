import type { Matrix } from '../contract.js';
import type { BlockCounts } from './block-counts.js';
import { eachBlock, gatherSquares, markBlock, type Block, type BlockGrid, type Side } from './block-grid.js';
import { rectangleSearch, type RectangleSearch } from './rectangle.js';
import { flagLargest, selectTop } from './select.js';

/** Everything that blocks of one size share. */
interface Shape extends BlockCounts {
  readonly lineSide: Side;
  readonly lines: number;
  readonly places: number;
  readonly search: RectangleSearch;
}

/**
 * The mask of the best rectangle of each block. Where `target` weights are asked for, the blocks that gain most energy
 * per weight by it keep one line of their varied side more, until the target is met.
 */
export function bestRectangles(
  matrix: Matrix, grid: BlockGrid, countsOf: (block: Block) => BlockCounts, limit: number, target?: number,
): Uint8Array {
  const shapeOf = shapes(grid, countsOf, limit);
  let stride = 0;
  eachBlock(grid, (block) => { stride = Math.max(stride, shapeOf(block).lines); });
  const squares = new Float64Array(grid.blockRows * grid.blockColumns);
  const sets = new Uint8Array(grid.blocks * 2 * stride);
  const gain = new Float64Array(grid.blocks);
  const step = new Float64Array(grid.blocks);
  let kept = 0;
  eachBlock(grid, (block) => {
    const { fixed, count, lineSide, search } = shapeOf(block);
    gatherSquares(matrix, block, lineSide, squares);
    search.run(squares);
    const at = block.index * 2 * stride;
    sets.set(search.base.lines, at);
    sets.set(search.plus.lines, at + stride);
    gain[block.index] = Math.max(0, search.plus.energy - search.base.energy) / fixed;
    step[block.index] = fixed;
    kept += fixed * count;
  });
  const more = target === undefined
    ? new Uint8Array(grid.blocks)
    : selectTop(gain, (block) => step[block]!, target - kept, kept === 0 ? 1 : 0);

  const keep = new Uint8Array(matrix.rows * matrix.columns);
  const longer = Math.max(grid.blockRows, grid.blockColumns);
  const sums = new Float64Array(longer);
  const scratch = new Float64Array(longer);
  const keptPlaces = new Uint8Array(longer);
  eachBlock(grid, (block) => {
    const { count, lines, places, lineSide } = shapeOf(block);
    const extra = more[block.index]!;
    if (count + extra === 0) return;
    gatherSquares(matrix, block, lineSide, squares);
    const from = (block.index * 2 + extra) * stride;
    const keptLines = sets.subarray(from, from + lines);
    sums.fill(0);
    for (let l = 0; l < lines; l++) {
      if (keptLines[l] === 0) continue;
      for (let p = 0; p < places; p++) sums[p] = sums[p]! + squares[l * places + p]!;
    }
    flagLargest(sums, places, count + extra, scratch, keptPlaces);
    if (lineSide === 'rows') markBlock(keep, matrix.columns, block, keptLines, keptPlaces);
    else markBlock(keep, matrix.columns, block, keptPlaces, keptLines);
  });
  return keep;
}

/** A grid has at most four sizes of blocks: inner, right edge, lower edge, corner. */
function shapes(grid: BlockGrid, countsOf: (block: Block) => BlockCounts, limit: number): (block: Block) => Shape {
  const known: (Shape | undefined)[] = [undefined, undefined, undefined, undefined];
  return (block) => {
    const key = (block.rows === grid.blockRows ? 0 : 2) + (block.columns === grid.blockColumns ? 0 : 1);
    return known[key] ??= shapeFor(block, countsOf(block), limit);
  };
}

function shapeFor(block: Block, counts: BlockCounts, limit: number): Shape {
  const { varied, fixed, count } = counts;
  const [lineSide, lines, places]: [Side, number, number] = varied === 'columns'
    ? ['rows', block.rows, block.columns]
    : ['columns', block.columns, block.rows];
  const search = rectangleSearch({ lines, places, keepLines: fixed, keepPlaces: count }, limit);
  return { ...counts, lineSide, lines, places, search };
}
