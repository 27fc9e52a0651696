import type { SparseMatrix, TensorData, Tile } from '../contract.js';
import { isKept, type Kept } from './kept.js';
import { wordsOf, zerosLike } from './raw.js';

/** An encoding whose index is known and whose payload is still to be filled. */
export type Unfilled<M extends SparseMatrix> = Omit<M, 'payload'> & { readonly payloadLength: number };

/** What an encoding costs, known without making it. */
export type Measure =
  | { readonly ok: true; readonly indexBytes: number; readonly payloadLength: number }
  | { readonly ok: false; readonly reason: string };

/**
 * Gathers the payload of every encoder: walks the tiles of `matrix` and copies what they cover. Places inside a tile
 * that are not kept stay +0, so that a -0 comes back as +0 whichever encoding was chosen.
 */
export function fill<M extends SparseMatrix>(
  unfilled: Unfilled<M>, walk: (matrix: M) => Iterable<Tile>, values: TensorData, kept: Kept,
): M {
  const { payloadLength, ...index } = unfilled;
  const payload = zerosLike(values, payloadLength);
  const from = wordsOf(values);
  const to = wordsOf(payload);
  let at = 0;
  for (const { rows, columns } of walk({ ...index, payload: to } as unknown as M)) {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const start = row * kept.columns;
      for (let j = 0; j < columns.length; j++, at++) {
        const column = columns[j]!;
        if (isKept(kept, row, column)) to[at] = from[start + column]!;
      }
    }
  }
  return { ...index, payload } as unknown as M;
}
