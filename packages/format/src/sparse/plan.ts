import type { DenseTensor, DType, Encoding, MatrixView, Scheme } from '../contract.js';
import { DTYPES, elementCount } from '../dtype.js';
import { measureBcr } from './bcr.js';
import { measureBcrc } from './bcrc.js';
import { blockName, type BlockSize } from './block.js';
import { blockCandidates } from './candidates.js';
import { measureCsr } from './csr.js';
import type { Measure } from './fill.js';
import { keptOf, type Kept } from './kept.js';
import { measurePattern } from './pattern.js';
import { checkView, matrixValues } from './place.js';

export interface EncodeOptions {
  /** How the weights were pruned: its own tiles win where they cost at most `OWN_TILES_SLACK` more than the smallest. */
  readonly scheme?: Scheme;
  /** Only these may be chosen, even where dense is smaller; left out: all of them, and dense. */
  readonly encodings?: readonly Encoding[];
}

/**
 * Kernels are fastest on the tiles that a scheme pruned by: they are not split into smaller ones for less than this
 * share of the bytes.
 */
export const OWN_TILES_SLACK = 0.05;

/** One way to store the tensor: what it costs, or why it is none. */
export type EncodingCandidate = {
  readonly encoding: 'dense' | Encoding;
  /** Of `bcr` alone. */
  readonly block?: BlockSize;
} & (
  | { readonly ok: true; readonly indexBytes: number; readonly payloadBytes: number; readonly totalBytes: number }
  | { readonly ok: false; readonly reason: string }
);

export type PossibleCandidate = Extract<EncodingCandidate, { ok: true }>;

/** What `encode` is going to do and why. All matrices of a tensor get one encoding, so that a layer has one kernel. */
export interface EncodingPlan {
  readonly dtype: DType;
  readonly view: MatrixView;
  /** Weights that are not zero. */
  readonly nnz: number;
  /** In the order that decides ties: dense, the blocks of BCR (the scheme's own, then large to small), pattern, BCRC, CSR. */
  readonly candidates: readonly EncodingCandidate[];
  /** The smallest; `ok: false` where no encoding that was asked for is possible. */
  readonly chosen: EncodingCandidate;
  /** The chosen one and its rivals with their bytes, smallest first. */
  readonly reason: string;
}

/** Kept weights of each matrix. */
export const keptMatrices = (tensor: DenseTensor, view: MatrixView): readonly Kept[] =>
  Array.from({ length: view.count }, (_, m) => keptOf(matrixValues(tensor, view, m), view.rows, view.columns, tensor.dtype));

/** Weighs every encoding of `tensor` by its bytes without making one. Pure. Throws `encode.view`. */
export function planEncoding(tensor: DenseTensor, view: MatrixView, options: EncodeOptions = {}): EncodingPlan {
  checkView(tensor.shape, view);
  return planKept(tensor, view, keptMatrices(tensor, view), options);
}

/** The same, where the kept weights are known already. */
export function planKept(tensor: DenseTensor, view: MatrixView, kept: readonly Kept[], options: EncodeOptions): EncodingPlan {
  const bytes = DTYPES[tensor.dtype].bytes;
  const asked = (encoding: Encoding): boolean => options.encodings?.includes(encoding) ?? true;
  const weigh = (encoding: Encoding, measure: (matrix: Kept) => Measure, block?: BlockSize): EncodingCandidate => {
    const name = { encoding, ...(block === undefined ? {} : { block }) };
    if (!asked(encoding)) return { ...name, ok: false, reason: 'not among the encodings asked for' };
    let indexBytes = 0;
    let payloadBytes = 0;
    for (const matrix of kept) {
      const measured = measure(matrix);
      if (!measured.ok) return { ...name, ok: false, reason: measured.reason };
      indexBytes += measured.indexBytes;
      payloadBytes += measured.payloadLength * bytes;
    }
    return { ...name, ok: true, indexBytes, payloadBytes, totalBytes: indexBytes + payloadBytes };
  };
  const blocks = blockCandidates(view.rows, view.columns, view.kernel, options.scheme);
  const candidates: EncodingCandidate[] = [
    denseCandidate(elementCount(tensor.shape) * bytes, options),
    ...blocks.map((block) => weigh('bcr', (matrix) => measureBcr(matrix, block), block)),
    weigh('pattern', (matrix) => measurePattern(matrix, view.kernel)),
    weigh('bcrc', measureBcrc),
    weigh('csr', (matrix) => measureCsr(matrix)),
  ];
  const nnz = kept.reduce((sum, matrix) => sum + matrix.nnz, 0);
  const chosen = choose(candidates, ownTiles(candidates, options.scheme));
  return { dtype: tensor.dtype, view, nnz, candidates, chosen, reason: reasonFor(chosen, candidates) };
}

/** `bcr 4x16`, `csr`. */
export const candidateName = (c: EncodingCandidate): string =>
  c.block === undefined ? c.encoding : `${c.encoding} ${blockName(c.block)}`;

function denseCandidate(payloadBytes: number, options: EncodeOptions): EncodingCandidate {
  if (options.encodings !== undefined) return { encoding: 'dense', ok: false, reason: 'a sparse encoding was asked for' };
  return { encoding: 'dense', ok: true, indexBytes: 0, payloadBytes, totalBytes: payloadBytes };
}

function smallest(candidates: readonly EncodingCandidate[]): EncodingCandidate {
  const possible = candidates.filter((c): c is PossibleCandidate => c.ok);
  const [first, ...others] = possible;
  if (first === undefined) return candidates.find((c) => c.encoding !== 'dense') ?? candidates[0]!;
  return others.reduce((best, c) => (c.totalBytes < best.totalBytes ? c : best), first);
}

/** The candidate that stores the tiles of `scheme` as they were cut. */
function ownTiles(candidates: readonly EncodingCandidate[], scheme: Scheme | undefined): EncodingCandidate | undefined {
  if (scheme?.kind === 'pattern') return candidates.find((c) => c.encoding === 'pattern');
  return scheme?.kind === 'bcr' || scheme?.kind === 'block-punched' ? candidates.find((c) => c.encoding === 'bcr') : undefined;
}

function choose(candidates: readonly EncodingCandidate[], own: EncodingCandidate | undefined): EncodingCandidate {
  const least = smallest(candidates);
  if (!least.ok || own?.ok !== true || least.encoding === 'dense' || own.totalBytes > least.totalBytes * (1 + OWN_TILES_SLACK)) return least;
  // The one bound that holds without exception: never more than CSR.
  const csr = candidates.find((c) => c.encoding === 'csr');
  return csr?.ok === true && csr.totalBytes < own.totalBytes ? least : own;
}

function reasonFor(chosen: EncodingCandidate, candidates: readonly EncodingCandidate[]): string {
  if (!chosen.ok) return candidates.filter((c) => !c.ok).map((c) => `${candidateName(c)}: ${c.reason}`).join('; ');
  const rivals = new Map<string, PossibleCandidate>();
  for (const c of candidates) {
    if (!c.ok || c.encoding === chosen.encoding) continue;
    const known = rivals.get(c.encoding);
    if (known === undefined || c.totalBytes < known.totalBytes) rivals.set(c.encoding, c);
  }
  const listed = [...rivals.values()].sort((a, b) => a.totalBytes - b.totalBytes);
  const [first, ...rest] = [chosen, ...listed].map((c) => [candidateName(c), c.totalBytes.toLocaleString('en-US')] as const);
  return [`${first![0]}: ${first![1]} bytes`, ...rest.map(([name, size]) => `${name} ${size}`)].join(', ');
}
