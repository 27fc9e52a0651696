import type { Piece } from './sharing.js';

export const aligned = (bytes: number, alignment: number): number => Math.ceil(bytes / alignment) * alignment;

const together = (a: Piece, b: Piece): boolean => a.first <= b.last && b.first <= a.last;

/** Orders in which pieces are placed; the best result counts. */
const ORDERS: readonly ((a: Piece, b: Piece) => number)[] = [
  (a, b) => b.bytes - a.bytes || a.first - b.first,
  (a, b) => a.first - b.first || b.bytes - a.bytes,
  (a, b) => (b.last - b.first) - (a.last - a.first) || b.bytes - a.bytes,
];

export interface Placement {
  /** In the order of the pieces. */
  readonly offsets: readonly number[];
  readonly end: number;
}

/**
 * An offset for each piece so that no two that are live together overlap: one after another into the smallest gap
 * that is large enough (Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference, 2020, §5.2,
 * greedy by size), tried in several orders.
 */
export function placePieces(pieces: readonly Piece[], alignment: number): Placement {
  const tried = ORDERS.map((order) => placeInOrder(pieces, alignment, order));
  return tried.reduce((best, next) => (next.end < best.end ? next : best));
}

function placeInOrder(pieces: readonly Piece[], alignment: number, order: (a: Piece, b: Piece) => number): Placement {
  const offsets = new Map<Piece, number>();
  let end = 0;
  for (const piece of [...pieces].sort(order)) {
    const size = aligned(piece.bytes, alignment);
    const around = [...offsets].filter(([other]) => other.bytes > 0 && together(piece, other))
      .map(([other, offset]) => ({ start: offset, end: offset + aligned(other.bytes, alignment) }))
      .sort((a, b) => a.start - b.start);
    const offset = size === 0 ? 0 : smallestGap(around, size);
    offsets.set(piece, offset);
    end = Math.max(end, offset + size);
  }
  return { offsets: pieces.map((piece) => offsets.get(piece)!), end };
}

/** Where `size` bytes fit most tightly between `taken`, which is sorted by start; behind all of them if nowhere. */
function smallestGap(taken: readonly { readonly start: number; readonly end: number }[], size: number): number {
  let free = 0;
  let best: { readonly at: number; readonly room: number } | undefined;
  for (const { start, end } of taken) {
    const room = start - free;
    if (room >= size && (best === undefined || room < best.room)) best = { at: free, room };
    free = Math.max(free, end);
  }
  return best?.at ?? free;
}

/** Bytes live in the fullest step. */
export function fullestStep(pieces: readonly Piece[], alignment: number): number {
  const change = new Map<number, number>();
  const add = (step: number, bytes: number): void => void change.set(step, (change.get(step) ?? 0) + bytes);
  for (const piece of pieces) {
    add(piece.first, aligned(piece.bytes, alignment));
    add(piece.last + 1, -aligned(piece.bytes, alignment));
  }
  let live = 0;
  let most = 0;
  for (const step of [...change.keys()].sort((a, b) => a - b)) most = Math.max(most, live += change.get(step)!);
  return most;
}
