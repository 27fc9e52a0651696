import type { SparseMatrix, Tile } from '../contract.js';
import { bcrTiles } from './bcr.js';
import { bcrcTiles } from './bcrc.js';
import { csrTiles } from './csr.js';
import { patternTiles } from './pattern.js';

/**
 * The one way to walk a matrix of any encoding: its non-empty tiles, in the order of the payload, each stored weight
 * in exactly one of them. A tile is a view on buffers that the next tile may reuse: read it before going on.
 * The matrix must keep `SPARSE_RULES`.
 */
export function tiles(matrix: SparseMatrix): Iterable<Tile> {
  switch (matrix.encoding) {
    case 'csr': return csrTiles(matrix);
    case 'bcrc': return bcrcTiles(matrix);
    case 'bcr': return bcrTiles(matrix);
    case 'pattern': return patternTiles(matrix);
  }
}
