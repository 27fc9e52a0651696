/**
 * Items with the highest scores, until their weights add up to `budget` as nearly as whole items allow: an item that
 * would pass the budget is still taken where half of it fits. Among equal scores the lower index goes first.
 * `least` = 1 takes the best item even where it does not fit.
 *
 * Scores are finite and not negative, so that their bits order as they do: a radix descent finds the threshold in time
 * linear in their number, without sorting.
 */
export function selectTop(scores: Float64Array, weightOf: (item: number) => number, budget: number, least: 0 | 1): Uint8Array {
  const keep = new Uint8Array(scores.length);
  const words = new Uint32Array(scores.buffer, scores.byteOffset, scores.length * 2);
  const bucket = new Float64Array(2048);
  let candidates: Uint32Array | undefined;
  let size = scores.length;
  let rest = budget;
  for (const { word, shift, mask } of DIGITS) {
    bucket.fill(0);
    for (let k = 0; k < size; k++) {
      const i = candidates === undefined ? k : candidates[k]!;
      const digit = (words[2 * i + word]! >>> shift) & mask;
      bucket[digit] = bucket[digit]! + weightOf(i);
    }
    let edge = mask;
    while (edge >= 0 && bucket[edge]! <= rest) {
      rest -= bucket[edge]!;
      edge--;
    }
    const ties = new Uint32Array(edge < 0 ? 0 : size);
    let count = 0;
    for (let k = 0; k < size; k++) {
      const i = candidates === undefined ? k : candidates[k]!;
      const digit = (words[2 * i + word]! >>> shift) & mask;
      if (digit > edge) keep[i] = 1;
      else if (digit === edge) ties[count++] = i;
    }
    if (edge < 0) return keep;
    candidates = ties;
    size = count;
  }
  for (let k = 0; k < size; k++) {
    const i = candidates![k]!;
    const weight = weightOf(i);
    if (rest < weight / 2) break;
    keep[i] = 1;
    rest -= weight;
  }
  if (least === 1 && !keep.includes(1)) keep[highest(scores)] = 1;
  return keep;
}

/** The 64 bits of a double from the top, in digits of at most 11 bits; word 1 is the upper half. */
const DIGITS = [
  { word: 1, shift: 21, mask: 0x7ff }, { word: 1, shift: 10, mask: 0x7ff }, { word: 1, shift: 0, mask: 0x3ff },
  { word: 0, shift: 21, mask: 0x7ff }, { word: 0, shift: 10, mask: 0x7ff }, { word: 0, shift: 0, mask: 0x3ff },
] as const;

function highest(scores: Float64Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  return best;
}

/** Sets `flags[0 .. n)` to 1 for the `count` largest of `values`, else 0; among equals the lower index is taken. */
export function flagLargest(values: Float64Array, n: number, count: number, scratch: Float64Array, flags: Uint8Array): void {
  if (count <= 0 || count >= n) {
    flags.fill(count <= 0 ? 0 : 1, 0, n);
    return;
  }
  for (let i = 0; i < n; i++) scratch[i] = values[i]!;
  partition(scratch, n, count);
  const threshold = lowest(scratch, count);
  let ties = count;
  for (let i = 0; i < n; i++) if (values[i]! > threshold) ties--;
  for (let i = 0; i < n; i++) {
    const value = values[i]!;
    flags[i] = value > threshold || (value === threshold && ties-- > 0) ? 1 : 0;
  }
}

/** Reorders `values[0 .. n)` so that the `count` largest stand first (quickselect), 0 < count < n. */
export function partition(values: Float64Array, n: number, count: number): void {
  let left = 0;
  let right = n - 1;
  while (left < right) {
    const pivot = median(values[left]!, values[(left + right) >> 1]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! > pivot) i++;
      while (values[j]! < pivot) j--;
      if (i <= j) {
        const t = values[i]!;
        values[i++] = values[j]!;
        values[j--] = t;
      }
    }
    if (count - 1 <= j) right = j;
    else if (count - 1 >= i) left = i;
    else return;
  }
}

const median = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));

function lowest(values: Float64Array, count: number): number {
  let low = Infinity;
  for (let i = 0; i < count; i++) if (values[i]! < low) low = values[i]!;
  return low;
}
