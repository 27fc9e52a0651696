import { alternation } from './alternation.js';
import { largest } from './largest.js';

/**
 * The joint choice inside one block: which `lines` x `places` rectangle of kept rows and kept columns holds the most
 * energy. A block is given as its squared weights, `[lines · places]`, one line behind the other; whether lines are
 * rows or columns is the caller's. Given the lines, the best places are the largest sums over these lines: exact. So
 * only the set of lines is searched, and only that is returned.
 */
export interface Rectangle {
  /** Energy of the best rectangle found. */
  energy: number;
  /** `[lines]`: 1 = the line is in it. */
  readonly lines: Uint8Array;
}

/** `base`: keepLines x keepPlaces; `plus`: keepLines x (keepPlaces + 1). Filled anew by each `run`. */
export interface RectangleSearch {
  readonly base: Rectangle;
  readonly plus: Rectangle;
  readonly run: (squares: Float64Array) => void;
}

export interface RectangleSize {
  readonly lines: number;
  readonly places: number;
  readonly keepLines: number;
  readonly keepPlaces: number;
}

/**
 * A search for blocks of one size, with its scratch memory. Where the sets of lines are at most `limit` in number, all
 * are tried and the result is the optimum (the first one in lexicographic order among equals); else alternation from
 * four starts, which is a local optimum and never below greedy, rows first or columns first. keepPlaces < places.
 */
export function rectangleSearch(size: RectangleSize, limit: number): RectangleSearch {
  const { lines, keepLines } = size;
  const base: Rectangle = { energy: 0, lines: new Uint8Array(lines) };
  const plus: Rectangle = { energy: 0, lines: new Uint8Array(lines) };
  const run = binomial(lines, keepLines, limit) <= limit ? exhaustive(size, base, plus) : alternating(size, base, plus);
  return { base, plus, run };
}

function exhaustive(size: RectangleSize, base: Rectangle, plus: Rectangle): (squares: Float64Array) => void {
  const { lines, places, keepLines, keepPlaces } = size;
  const sets = subsets(lines, keepLines);
  const count = sets.length / keepLines;
  const sums = new Float64Array(places);
  const top = largest(places, keepPlaces);
  return (squares) => {
    base.energy = -1;
    plus.energy = -1;
    let bestBase = 0;
    let bestPlus = 0;
    for (let s = 0; s < count; s++) {
      const from = s * keepLines;
      sumLines(squares, places, sets, from, keepLines, sums);
      top.of(sums);
      if (top.sum > base.energy) {
        base.energy = top.sum;
        bestBase = from;
      }
      if (top.sum + top.next > plus.energy) {
        plus.energy = top.sum + top.next;
        bestPlus = from;
      }
    }
    base.lines.fill(0);
    plus.lines.fill(0);
    for (let k = 0; k < keepLines; k++) {
      base.lines[sets[bestBase + k]!] = 1;
      plus.lines[sets[bestPlus + k]!] = 1;
    }
  };
}

function sumLines(squares: Float64Array, places: number, sets: Uint32Array, from: number, count: number, sums: Float64Array): void {
  sums.fill(0);
  for (let k = 0; k < count; k++) {
    const line = sets[from + k]! * places;
    for (let p = 0; p < places; p++) sums[p] = sums[p]! + squares[line + p]!;
  }
}

function alternating(size: RectangleSize, base: Rectangle, plus: Rectangle): (squares: Float64Array) => void {
  const { places, keepPlaces } = size;
  const first = alternation(size);
  const second = alternation({ ...size, keepPlaces: Math.min(keepPlaces + 1, places) });
  return (squares) => {
    first(squares, base);
    second(squares, plus);
  };
}

/** n over k, or any number above `limit` where it is above. */
function binomial(n: number, k: number, limit: number): number {
  let count = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) {
    count = (count * (n - i + 1)) / i;
    if (count > limit) return count;
  }
  return count;
}

/** All sets of k of n lines, each ascending, in lexicographic order, one behind the other. */
function subsets(n: number, k: number): Uint32Array {
  const found: number[] = [];
  const set = Array.from({ length: k }, (_, i) => i);
  for (;;) {
    for (const line of set) found.push(line);
    let i = k - 1;
    while (i >= 0 && set[i] === n - k + i) i--;
    if (i < 0) return Uint32Array.from(found);
    set[i] = set[i]! + 1;
    for (let j = i + 1; j < k; j++) set[j] = set[j - 1]! + 1;
  }
}
