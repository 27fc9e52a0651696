import type { Reorder } from './contract.js';
import type { Rows } from './rows.js';

/** 32-bit words that finding alike rows may compare: about half a second. */
const MOST_COMPARED = 2 ** 27;

/** Groups of rows, each ascending; groups by their first row. */
export type Grouping = readonly (readonly number[])[];

/** Rows that may be grouped: `[from, to)` each, since rows of different groups of a convolution read different channels. */
export interface Fences {
  readonly rows: number;
  /** Divides `rows`. */
  readonly groupRows: number;
}

/**
 * Cuts rows into groups of at most `height`. `by-columns` brings rows with equal, then similar column sets together; it
 * never takes more loads than the rows as stored, which are taken where nothing is better.
 */
export function groupRows(rows: Rows, fences: Fences, height: number, reorder: Reorder): Grouping {
  const stored = inOrder(fences, height);
  if (reorder === 'as-stored' || height === 1 || rows.nnz === rows.rows * rows.columns) return stored;
  const sets = new ColumnSets(rows);
  const alike: number[][] = [];
  for (let from = 0; from < fences.rows; from += fences.groupRows) alike.push(...groupAlike(sets, from, from + fences.groupRows, height));
  alike.sort((a, b) => a[0]! - b[0]!);
  return unionsOf(sets, alike) < unionsOf(sets, stored) ? alike : stored;
}

function inOrder({ rows, groupRows }: Fences, height: number): number[][] {
  const groups: number[][] = [];
  for (let from = 0; from < rows; from += groupRows) {
    for (let first = from; first < from + groupRows; first += height) {
      groups.push(Array.from({ length: Math.min(height, from + groupRows - first) }, (_, r) => first + r));
    }
  }
  return groups;
}

/** Loads that groups need where every vector is loaded once. */
function unionsOf(sets: ColumnSets, groups: Grouping): number {
  let sum = 0;
  for (const group of groups) {
    sets.begin(group[0]!);
    for (const row of group.slice(1)) sets.add(row);
    sum += sets.unionSize();
  }
  return sum;
}

/**
 * Rows with the very same columns are grouped first. Then, from the fullest row left on, each group takes the row that
 * has most in common with it (by the share of columns that both have), until it is full. In a large matrix only rows near
 * the first one are looked at: there its own block lies.
 */
function groupAlike(sets: ColumnSets, from: number, to: number, height: number): number[][] {
  const { groups, left } = groupEqual(sets, from, to, height);
  const near = Math.max(2 * height, Math.floor(MOST_COMPARED / Math.max(1, left.length * sets.stride)));
  const waiting = left.sort((a, b) => a - b);
  const place = new Map(waiting.map((row, i) => [row, i]));
  const taken = new Uint8Array(waiting.length);
  const fullestFirst = [...waiting].sort((a, b) => sets.size(b) - sets.size(a) || a - b);
  for (const first of fullestFirst) {
    const at = place.get(first)!;
    if (taken[at] === 1) continue;
    taken[at] = 1;
    const group = [first];
    sets.begin(first);
    const candidates = around(at, taken, near);
    while (group.length < height && candidates.length > 0) {
      const [best] = candidates.splice(mostAlike(sets, candidates, waiting), 1);
      taken[best!] = 1;
      group.push(waiting[best!]!);
      sets.add(waiting[best!]!);
    }
    groups.push(group.sort((a, b) => a - b));
  }
  return groups;
}

/** Up to `count` places that are not taken, nearest to `at` first. */
function around(at: number, taken: Uint8Array, count: number): number[] {
  const places: number[] = [];
  for (let far = 1; places.length < count && (at - far >= 0 || at + far < taken.length); far++) {
    if (taken[at + far] === 0) places.push(at + far);
    if (taken[at - far] === 0) places.push(at - far);
  }
  return places;
}

function mostAlike(sets: ColumnSets, candidates: readonly number[], waiting: readonly number[]): number {
  let best = 0;
  let bestShare = -1;
  const union = sets.unionSize();
  for (let i = 0; i < candidates.length; i++) {
    const row = waiting[candidates[i]!]!;
    const size = sets.size(row);
    const common = sets.commonWith(row);
    const share = union + size === 0 ? 1 : common / (union + size - common);
    if (share > bestShare) [best, bestShare] = [i, share];
  }
  return best;
}

/** Full groups of rows with one column set, and the rows that are left over. */
function groupEqual(sets: ColumnSets, from: number, to: number, height: number): { groups: number[][]; left: number[] } {
  const bySet = new Map<string, number[]>();
  for (let row = from; row < to; row++) {
    const key = sets.key(row);
    const same = bySet.get(key);
    if (same === undefined) bySet.set(key, [row]);
    else same.push(row);
  }
  const groups: number[][] = [];
  const left: number[] = [];
  for (const same of bySet.values()) {
    const full = same.length - (same.length % height);
    for (let i = 0; i < full; i += height) groups.push(same.slice(i, i + height));
    left.push(...same.slice(full));
  }
  return { groups, left };
}

/** Column sets of all rows as bits, and the union of a group under construction. */
class ColumnSets {
  readonly stride: number;
  readonly #rows: Rows;
  readonly #words: Uint32Array;
  readonly #union: Uint32Array;

  constructor(rows: Rows) {
    this.stride = Math.ceil(rows.columns / 32);
    this.#rows = rows;
    this.#words = new Uint32Array(rows.rows * this.stride);
    this.#union = new Uint32Array(this.stride);
    for (let r = 0; r < rows.rows; r++) {
      for (let i = rows.start[r]!; i < rows.start[r + 1]!; i++) {
        const c = rows.column[i]!;
        this.#words[r * this.stride + (c >>> 5)]! |= 1 << (c & 31);
      }
    }
  }

  size(row: number): number {
    return this.#rows.start[row + 1]! - this.#rows.start[row]!;
  }

  /** Equal for equal sets alone. */
  key(row: number): string {
    return this.#words.subarray(row * this.stride, (row + 1) * this.stride).join();
  }

  begin(row: number): void {
    this.#union.set(this.#words.subarray(row * this.stride, (row + 1) * this.stride));
  }

  add(row: number): void {
    for (let w = 0, at = row * this.stride; w < this.stride; w++, at++) this.#union[w]! |= this.#words[at]!;
  }

  unionSize(): number {
    let size = 0;
    for (let w = 0; w < this.stride; w++) size += bits(this.#union[w]!);
    return size;
  }

  commonWith(row: number): number {
    let size = 0;
    for (let w = 0, at = row * this.stride; w < this.stride; w++, at++) size += bits(this.#union[w]! & this.#words[at]!);
    return size;
  }
}

/** Set bits of a 32-bit word. */
export function bits(word: number): number {
  let w = word - ((word >>> 1) & 0x55555555);
  w = (w & 0x33333333) + ((w >>> 2) & 0x33333333);
  return Math.imul((w + (w >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
