import { factorise, solve } from './cholesky.js';

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

/**
 * The kept weights that change W·X least: tr (W - Ŵ)·H·(W - Ŵ)ᵀ is minimised over them, exactly in each block of columns
 * and over the blocks in turn, so that it never rises from the masked weights on. Rows that keep the same columns of a
 * block share one factor, which makes BCR and filters cheap. `keep` is `[rows · columns]`.
 */
export function refit({ rows, columns, weights, gram }: Problem, keep: Uint8Array, { blockColumns, sweeps }: RefitOptions): Float32Array {
  const away = Float64Array.from(weights, (w, i) => (keep[i] === 1 ? 0 : w));
  const blocks = columnBlocks(columns, blockColumns).map(([from, to]) => groupRows(keep, rows, columns, from, to));
  for (let sweep = 0; sweep < (blocks.length === 1 ? 1 : sweeps); sweep++) {
    let [moved, size] = [0, 0];
    for (const groups of blocks) {
      for (const { columns: kept, rows: members } of groups) {
        const n = kept.length;
        const factor = new Float64Array(n * n);
        for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) factor[i * n + j] = gram[kept[i]! * columns + kept[j]!]!;
        factorise(factor, n);
        const step = new Float64Array(n);
        for (const row of members) {
          const from = row * columns;
          for (let i = 0; i < n; i++) {
            let sum = 0;
            for (let c = 0, at = kept[i]! * columns; c < columns; c++) sum += away[from + c]! * gram[at + c]!;
            step[i] = sum;
          }
          solve(factor, n, step);
          for (let i = 0; i < n; i++) {
            away[from + kept[i]!] = away[from + kept[i]!]! - step[i]!;
            moved += step[i]! * step[i]!;
            size += weights[from + kept[i]!]! ** 2;
          }
        }
      }
    }
    if (moved <= 1e-6 * size) break;
  }
  return weights.map((w, i) => (keep[i] === 1 ? w - away[i]! : 0));
}

interface RowGroup {
  readonly columns: readonly number[];
  readonly rows: readonly number[];
}

function groupRows(keep: Uint8Array, rows: number, columns: number, from: number, to: number): readonly RowGroup[] {
  const groups = new Map<string, number[]>();
  for (let r = 0; r < rows; r++) {
    const signature = keep.subarray(r * columns + from, r * columns + to).join('');
    if (!signature.includes('1')) continue;
    const members = groups.get(signature);
    if (members === undefined) groups.set(signature, [r]);
    else members.push(r);
  }
  return [...groups].map(([signature, members]) =>
    ({ columns: Array.from({ length: to - from }, (_, i) => from + i).filter((c) => signature[c - from] === '1'), rows: members }));
}

/** tr (W - Ŵ)·H·(W - Ŵ)ᵀ; without `fitted` tr W·H·Wᵀ. */
export function outputError({ rows, columns, weights, gram }: Problem, fitted?: Float32Array): number {
  let total = 0;
  const away = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) away[c] = weights[r * columns + c]! - (fitted === undefined ? 0 : fitted[r * columns + c]!);
    for (let i = 0; i < columns; i++) {
      if (away[i] === 0) continue;
      let dot = gram[i * columns + i]! * away[i]! / 2;
      for (let j = 0, at = i * columns; j < i; j++) dot += gram[at + j]! * away[j]!;
      total += 2 * dot * away[i]!;
    }
  }
  return Math.max(0, total);
}
