import { factorise, solve } from './cholesky.js';
import { dot } from './dot.js';

/** A layer's weights `[rows · columns]` and the second moments of its inputs, `[columns · columns]`. */
export interface Problem {
  readonly rows: number;
  readonly columns: number;
  readonly weights: Float32Array;
  readonly gram: Float64Array;
}

export interface RefitOptions {
  /** Columns of a block; matrices of up to twice as many are one block. */
  readonly blockColumns: number;
  /** Rounds over the blocks, at most; a single block needs one. */
  readonly sweeps: number;
}

/** `gram` with `damping` times its mean diagonal added to the diagonal. */
export function damped(gram: Float64Array, size: number, damping: number): Float64Array {
  const out = gram.slice();
  let trace = 0;
  for (let i = 0; i < size; i++) trace += out[i * size + i]!;
  const extra = Math.max(trace / size, Number.MIN_VALUE ** 0.5) * damping;
  for (let i = 0; i < size; i++) out[i * size + i] = out[i * size + i]! + extra;
  return out;
}

/** Blocks of about equal width. */
export function columnBlocks(columns: number, blockColumns: number): readonly (readonly [from: number, to: number])[] {
  const count = columns <= 2 * blockColumns ? 1 : Math.ceil(columns / blockColumns);
  return Array.from({ length: count }, (_, i) => [Math.floor((i * columns) / count), Math.floor(((i + 1) * columns) / count)] as const);
}

/** Rows whose gradients are taken together, so that each row of H is read once for all of them. */
const ROW_TILE = 16;

/**
 * The kept weights that change W·X least: tr (W - Ŵ)·H·(W - Ŵ)ᵀ is minimised over them, exactly in each block of columns
 * and over the blocks in turn, so that it never rises from the masked weights on. Rows that keep the same columns of a
 * block share one factor, which makes BCR and filters cheap. `keep` is `[rows · columns]`.
 */
export function refit({ rows, columns, weights, gram }: Problem, keep: Uint8Array, { blockColumns, sweeps }: RefitOptions): Float32Array {
  const away = Float64Array.from(weights, (w, i) => (keep[i] === 1 ? 0 : w));
  const blocks = columnBlocks(columns, blockColumns);
  const step = new Float64Array(columns);
  for (let sweep = 0; sweep < (blocks.length === 1 ? 1 : sweeps); sweep++) {
    let [moved, size] = [0, 0];
    for (const [from, to] of blocks) {
      const width = to - from;
      const factors = new Map<string, Factor>();
      const gradient = new Float64Array(ROW_TILE * width);
      for (let top = 0; top < rows; top += ROW_TILE) {
        const bottom = Math.min(rows, top + ROW_TILE);
        for (let c = from; c < to; c++) {
          for (let r = top; r < bottom; r++) {
            if (keep[r * columns + c] === 1) gradient[(r - top) * width + c - from] = dot(away, r * columns, gram, c * columns, columns);
          }
        }
        for (let r = top; r < bottom; r++) {
          const signature = keep.subarray(r * columns + from, r * columns + to).join('');
          let factor = factors.get(signature);
          if (factor === undefined) factors.set(signature, factor = factorOf(gram, columns, from, signature));
          const { kept, lower } = factor;
          for (let i = 0; i < kept.length; i++) step[i] = gradient[(r - top) * width + kept[i]! - from]!;
          solve(lower, kept.length, step);
          for (let i = 0; i < kept.length; i++) {
            const at = r * columns + kept[i]!;
            away[at] = away[at]! - step[i]!;
            moved += step[i]! * step[i]!;
            size += weights[at]! ** 2;
          }
        }
      }
    }
    if (moved <= 1e-6 * size) break;
  }
  return weights.map((w, i) => (keep[i] === 1 ? w - away[i]! : 0));
}

interface Factor {
  readonly kept: readonly number[];
  readonly lower: Float64Array;
}

/** The columns that `signature` (0 and 1, from column `from` on) keeps, and the factor of their part of H. */
function factorOf(gram: Float64Array, columns: number, from: number, signature: string): Factor {
  const kept = Array.from(signature, (_, i) => from + i).filter((c) => signature[c - from] === '1');
  const n = kept.length;
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) lower[i * n + j] = gram[kept[i]! * columns + kept[j]!]!;
  factorise(lower, n);
  return { kept, lower };
}

/** tr (W - Ŵ)·H·(W - Ŵ)ᵀ; without `fitted` tr W·H·Wᵀ. */
export function outputError({ rows, columns, weights, gram }: Problem, fitted?: Float32Array): number {
  let total = 0;
  const away = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) away[c] = weights[r * columns + c]! - (fitted === undefined ? 0 : fitted[r * columns + c]!);
    for (let i = 0; i < columns; i++) {
      if (away[i] === 0) continue;
      total += (2 * dot(gram, i * columns, away, 0, i) + gram[i * columns + i]! * away[i]!) * away[i]!;
    }
  }
  return Math.max(0, total);
}
