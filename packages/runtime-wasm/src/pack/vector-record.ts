/**
 * A matrix as the gemv kernels read it: 32-bit words, little-endian, and between them columns of 16 bits each. A program
 * is one part per thread; parts have no row in common.
 *
 * Part:  end of the part, outputs [from, to) as byte offsets, address of their biases, groups.
 * Group: rows of each of its blocks, end of the group, blocks.
 * Block: address of the weights, columns, byte offset of the activations that column 0 means, byte offset of each
 *        row's output, the columns.
 *
 * Weights: column after column, in each the rows. With sixteen rows columns ascend, and a turn takes four of them, one from each
 * quarter: memory is read in four places, which the host fetches ahead at once; so the columns stand in the order of turns.
 */
export const PART = { end: 0, from: 4, to: 8, bias: 12, groups: 16 } as const;
export const GROUP = { rows: 0, end: 4, blocks: 8 } as const;
export const BLOCK = { weights: 0, columns: 4, input: 8, rows: 12 } as const;

/** Blocks of this many rows are read in four places. */
export const QUARTERED_ROWS = 16;

/** Columns that 16 bits tell apart; wider matrices are cut. */
export const MOST_COLUMNS = 65536;

/** Bytes of a block. */
export const blockBytes = (rows: number, columns: number): number => BLOCK.rows + 4 * rows + 4 * Math.ceil(columns / 2);
