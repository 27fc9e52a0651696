/**
 * How many nats a mask costs to describe, under a structure and without one. A mask without structure is described by
 * its count and which of all masks with that count it is; a structure that holds is believed where it describes the
 * mask much shorter. By Kraft's inequality a mask drawn at random saves `s` nats with a chance below e^-s.
 */

/** ln(n!) for n >= 0: exact sums for small n, else Stirling's series (error below 1e-9). */
export function lnFactorial(n: number): number {
  if (n < 32) {
    let sum = 0;
    for (let i = 2; i <= n; i++) sum += Math.log(i);
    return sum;
  }
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}

/** ln of the number of ways to choose k of n. */
export const lnChoose = (n: number, k: number): number => (k <= 0 || k >= n ? 0 : lnFactorial(n) - lnFactorial(k) - lnFactorial(n - k));

/** Which of the masks of `size` weights with `nnz` kept it is, and how many are kept. */
export const plainLength = (size: number, nnz: number): number => lnChoose(size, nnz) + Math.log(size + 1);

/**
 * Counts symbols and says what writing them all costs: ideal lengths for the counts seen, and the table of those counts.
 */
export class Histogram {
  readonly #counts = new Map<number, number>();
  #total = 0;

  add(symbol: number): void {
    this.#counts.set(symbol, (this.#counts.get(symbol) ?? 0) + 1);
    this.#total++;
  }

  /** `symbols`: how many there could be. */
  length(symbols: number): number {
    let cost = this.#counts.size * (Math.log(symbols + 1) + Math.log(this.#total + 1));
    for (const count of this.#counts.values()) cost += count * Math.log(this.#total / count);
    return cost;
  }
}
