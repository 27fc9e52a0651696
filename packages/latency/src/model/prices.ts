import { fcnnlsVector } from 'ml-fcnnls';
import { Matrix } from 'ml-matrix';
import type { Parts } from './parts.js';

/** ms for one unit of each part. */
export type Prices = Readonly<Record<string, number>>;

/** A layer's parts and what it took. */
export interface Priced {
  readonly parts: Parts;
  readonly ms: number;
}

export const priceOf = (parts: Parts, prices: Prices): number => Object.entries(parts).reduce((sum, [name, amount]) => sum + amount * (prices[name] ?? 0), 0);

const PASSES = 8;
const TIES = 0.01;

/**
 * Prices, none below zero, that miss the times by the least relative error: least squares (Lawson & Hanson), repeated with weights
 * that make it the least sum of absolute errors, so that a few odd layers do not set the prices of all.
 */
export function fitPrices(layers: readonly Priced[]): Prices {
  const names = [...new Set(layers.flatMap(({ parts }) => Object.keys(parts)))].filter((name) => layers.some(({ parts }) => (parts[name] ?? 0) > 0));
  // Amounts of very different sizes: each column is scaled to a mean of 1.
  const relative = layers.map(({ parts, ms }) => names.map((name) => (parts[name] ?? 0) / ms));
  const scales = names.map((_, c) => relative.reduce((sum, row) => sum + row[c]!, 0) / layers.length);
  let weights = layers.map(() => 1);
  let prices: readonly number[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    const rows = relative.map((row, r) => row.map((value, c) => (weights[r]! * value) / scales[c]!));
    // A little weight on small prices decides between parts that always come together, which the layers alone cannot.
    const ties = names.map((_, c) => names.map((_, other) => (c === other ? TIES * Math.sqrt(layers.length) : 0)));
    prices = fcnnlsVector(new Matrix([...rows, ...ties]), [...weights, ...names.map(() => 0)], { maxIterations: 100 * names.length, gradientTolerance: 1e-4 }).K.to1DArray();
    const errors = relative.map((row) => Math.abs(row.reduce((sum, value, c) => sum + (value / scales[c]!) * prices[c]!, 0) - 1));
    weights = errors.map((error) => 1 / Math.sqrt(Math.max(error, 0.03)));
  }
  return Object.fromEntries(names.map((name, c) => [name, prices[c]! / scales[c]!]));
}
