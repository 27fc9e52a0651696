import type { Segment, Sharing } from './contract.js';
import { bits } from './reorder.js';
import type { Rows } from './rows.js';

/** A segment before it is known where its weights lie. */
export type BareSegment = Omit<Segment, 'weights'>;

/** Cuts the columns of groups into segments, one group after the other, on the same scratch array. */
export class Segments {
  readonly #rows: Rows;
  readonly #chunk: number;
  readonly #sharing: Sharing;
  /** Most first. */
  readonly #rowCounts: readonly number[];
  /** Bit r of column c: row r of the group keeps it. */
  readonly #masks: Uint32Array;

  constructor(rows: Rows, chunk: number, sharing: Sharing, rowCounts: readonly number[]) {
    this.#rows = rows;
    this.#chunk = chunk;
    this.#sharing = sharing;
    this.#rowCounts = rowCounts;
    this.#masks = new Uint32Array(rows.columns);
  }

  of(group: readonly number[]): BareSegment[] {
    const columns = new Map<number, { mask: number; chunk: number; columns: number[] }>();
    for (const { mask, column } of this.#sharing === 'per-row' ? this.#perRow(group) : this.#byMask(group)) {
      const chunk = Math.floor(column / this.#chunk);
      const key = chunk * 2 ** 32 + mask;
      const segment = columns.get(key);
      if (segment === undefined) columns.set(key, { mask, chunk, columns: [column] });
      else segment.columns.push(column);
    }
    const whole = [...columns.values()];
    const cut = whole.flatMap(({ mask, chunk, columns }) => {
      const ids = Uint32Array.from(columns);
      return this.#cut(mask).map((part): BareSegment => ({ mask: part, count: bits(part), chunk, columns: ids }));
    });
    return cut.sort((a, b) => a.chunk - b.chunk || b.count - a.count || b.columns.length - a.columns.length || a.mask - b.mask);
  }

  *#perRow(group: readonly number[]): Iterable<{ mask: number; column: number }> {
    const { start, column } = this.#rows;
    for (const [r, row] of group.entries()) for (let i = start[row]!; i < start[row + 1]!; i++) yield { mask: (1 << r) >>> 0, column: column[i]! };
  }

  *#byMask(group: readonly number[]): Iterable<{ mask: number; column: number }> {
    const { start, column } = this.#rows;
    const found: number[] = [];
    for (const [r, row] of group.entries()) {
      for (let i = start[row]!; i < start[row + 1]!; i++) {
        const c = column[i]!;
        if (this.#masks[c] === 0) found.push(c);
        this.#masks[c]! |= 1 << r;
      }
    }
    for (const c of Uint32Array.from(found).sort()) {
      yield { mask: this.#masks[c]!, column: c };
      this.#masks[c] = 0;
    }
  }

  /** Parts of `mask` that kernels have: most rows first. */
  #cut(mask: number): number[] {
    const parts: number[] = [];
    let left = mask;
    while (left !== 0) {
      const count = bits(left);
      const take = this.#rowCounts.find((rows) => rows <= count)!;
      let part = 0;
      for (let taken = 0; taken < take; taken++) {
        const lowest = (left & -left) >>> 0;
        part = (part | lowest) >>> 0;
        left = (left ^ lowest) >>> 0;
      }
      parts.push(part);
    }
    return parts;
  }
}
