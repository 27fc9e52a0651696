import { partition } from './select.js';

interface Largest {
  /** Sum of the `count` largest of `n` values, also left in `sum`; `next` is the largest of the rest (0: none). */
  readonly of: (values: Float64Array) => number;
  sum: number;
  next: number;
}

/** Up to this many are kept sorted by insertion; more are found by partition. */
const INSERTION = 12;

/** For values `[n]`, 0 <= count <= n. */
export function largest(n: number, count: number): Largest {
  const scratch = new Float64Array(Math.max(n, INSERTION + 1));
  const size = Math.min(count + 1, n);
  const result: Largest = {
    sum: 0,
    next: 0,
    of: (values) => {
      if (count <= INSERTION) {
        scratch.fill(-1, 0, size);
        for (let i = 0; i < n; i++) {
          const value = values[i]!;
          if (value <= scratch[size - 1]!) continue;
          let at = size - 1;
          for (; at > 0 && scratch[at - 1]! < value; at--) scratch[at] = scratch[at - 1]!;
          scratch[at] = value;
        }
      } else {
        for (let i = 0; i < n; i++) scratch[i] = values[i]!;
        if (count < n) partition(scratch, n, count);
      }
      let sum = 0;
      let next = 0;
      for (let i = 0; i < count; i++) sum += scratch[i]!;
      for (let i = count; i < (count <= INSERTION ? size : n); i++) if (scratch[i]! > next) next = scratch[i]!;
      result.sum = sum;
      result.next = next;
      return sum;
    },
  };
  return result;
}
