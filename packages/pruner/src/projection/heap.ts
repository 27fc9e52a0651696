/** A binary heap of items 0 .. n-1 by a score that only the top item may change. */
export interface WeakestFirst {
  /** The item with the lowest score, among equals the highest index; -1 where every score is Infinity. */
  readonly top: () => number;
  /** To be called when the score of the top item has changed. */
  readonly update: () => void;
}

export function weakestFirst(n: number, scoreOf: (item: number) => number): WeakestFirst {
  const scores = new Float64Array(n);
  const items = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    scores[i] = scoreOf(i);
    items[i] = i;
  }
  const before = (a: number, b: number): boolean => {
    const first = scores[a]!;
    const second = scores[b]!;
    return first < second || (first === second && a > b);
  };
  const sink = (start: number): void => {
    const item = items[start]!;
    let at = start;
    for (let child = 2 * at + 1; child < n; child = 2 * at + 1) {
      if (child + 1 < n && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, item)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
  };
  for (let i = (n >> 1) - 1; i >= 0; i--) sink(i);
  return {
    top: () => (n === 0 || scores[items[0]!] === Infinity ? -1 : items[0]!),
    update: () => {
      scores[items[0]!] = scoreOf(items[0]!);
      sink(0);
    },
  };
}
