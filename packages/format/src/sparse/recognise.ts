import type { DType, Scheme, TensorData } from '../contract.js';
import { clipBlock, blockName, type BlockSize } from './block.js';
import { plainLength } from './code-length.js';
import { countRow, isKept, keptOf, type Kept } from './kept.js';
import { bcrStructure, patternStructure, punchedStructure, type Structure } from './structure.js';

export interface Recognised {
  readonly scheme: Scheme;
  /** One sentence: what the zeros show, or why they show no structure. */
  readonly reason: string;
}

/** Blocks in which kept rows x kept columns are looked for, by area; of one row or one column every mask consists. */
const BCR_BLOCKS: readonly BlockSize[] = [
  [Infinity, Infinity],
  [Infinity, 512], [512, Infinity], [Infinity, 256], [256, Infinity], [Infinity, 128], [128, Infinity], [Infinity, 64], [64, Infinity],
  [64, 64], [32, 64], [64, 32], [16, 64], [64, 16], [32, 32], [16, 32], [32, 16], [8, 32], [16, 16], [8, 16], [16, 8], [4, 16], [8, 8], [4, 8], [4, 4],
];

/** Filters x channels that block-punched pruning is looked for in. */
const PUNCHED_SIDES: readonly number[] = [64, 32, 16, 8, 4, 2];

/** A random mask saves this many nats with a chance below one in a million. */
const EVIDENCE = Math.log(1e6);

/** Fewer zeros than this are chance (quantised weights are sometimes 0), not pruning. */
const FEW_ZEROS = 0.01;

/**
 * Tells from the zeros alone how `values` `[rows, channels·kernel]` were pruned. Structures must hold exactly; pattern,
 * block-punched and BCR must in addition describe the mask so much shorter than its plain count that a random
 * mask would not (`code-length.ts`), and the one that describes it shortest is named. Small matrices of which nothing
 * can be known are called unstructured. `dtype`: needed for f16 and bf16, as in `ValueOptions`. Throws `encode.length`.
 */
export function recogniseScheme(values: TensorData, rows: number, columns: number, kernel: number, dtype?: DType): Recognised {
  const kept = keptOf(values, rows, columns, dtype);
  return recogniseKept(kept, Number.isInteger(kernel) && kernel >= 1 && columns % kernel === 0 ? kernel : 1);
}

function recogniseKept(kept: Kept, kernel: number): Recognised {
  const size = kept.rows * kept.columns;
  const gone = size - kept.nnz;
  if (gone === 0) return { scheme: { kind: 'dense' }, reason: 'no weight is zero' };
  if (kept.nnz === 0) return { scheme: { kind: 'filter', rate: size }, reason: 'every weight is zero: all filters are gone, the rate is a bound' };
  const whole = wholeRows(kept) ?? wholeChannels(kept, kernel);
  if (whole !== undefined) return whole;
  const believable = plainLength(size, kept.nnz) - EVIDENCE;
  const best = [patternStructure(kept, kernel), largestPunched(kept, kernel), largestBcr(kept, believable)]
    .filter((s): s is Structure => s !== undefined && s.codeLength < believable)
    .reduce<Structure | undefined>((a, b) => (a === undefined || b.codeLength < a.codeLength ? b : a), undefined);
  if (best !== undefined) return { scheme: best.scheme, reason: best.says };
  if (gone < FEW_ZEROS * size) {
    return { scheme: { kind: 'dense' }, reason: `${gone} of ${size} weights are zero, too few for pruning, and without structure` };
  }
  return {
    scheme: { kind: 'unstructured', rate: size / kept.nnz },
    reason: `${gone} of ${size} weights are zero, in no structure that a random mask would not show as well`,
  };
}

function wholeRows(kept: Kept): Recognised | undefined {
  let full = 0;
  for (let r = 0; r < kept.rows; r++) {
    const count = countRow(kept, r);
    if (count === kept.columns) full++;
    else if (count !== 0) return undefined;
  }
  return {
    scheme: { kind: 'filter', rate: kept.rows / full },
    reason: `${kept.rows - full} of ${kept.rows} filters are gone, the others are full`,
  };
}

function wholeChannels(kept: Kept, kernel: number): Recognised | undefined {
  for (let w = kept.stride; w < kept.words.length; w++) {
    if (kept.words[w] !== kept.words[w % kept.stride]) return undefined;
  }
  const channels = kept.columns / kernel;
  let full = 0;
  for (let channel = 0; channel < channels; channel++) {
    const first = isKept(kept, 0, channel * kernel);
    if (first) full++;
    for (let i = 1; i < kernel; i++) if (isKept(kept, 0, channel * kernel + i) !== first) return undefined;
  }
  return {
    scheme: { kind: 'channel', rate: channels / full },
    reason: `${channels - full} of ${channels} input channels are gone, the others are full`,
  };
}

function largestPunched(kept: Kept, kernel: number): Structure | undefined {
  const channels = kept.columns / kernel;
  const sizes = PUNCHED_SIDES.flatMap((filters) => PUNCHED_SIDES.map((c): BlockSize => [filters, c]));
  return first(byArea([[Infinity, Infinity], ...sizes], kept.rows, channels), ([filters, c]) => punchedStructure(kept, kernel, filters, c));
}

function largestBcr(kept: Kept, believable: number): Structure | undefined {
  return first(byArea(BCR_BLOCKS, kept.rows, kept.columns), (block) => {
    const found = bcrStructure(kept, block);
    return found !== undefined && found.codeLength < believable ? found : undefined;
  });
}

/** Blocks clipped to the matrix, each once, large to small, without those of one row or one column. */
function byArea(blocks: readonly BlockSize[], rows: number, columns: number): readonly BlockSize[] {
  const bySize = new Map<string, BlockSize>();
  for (const block of blocks.map((b) => clipBlock(b, rows, columns))) {
    if (block[0] > 1 && block[1] > 1) bySize.set(blockName(block), block);
  }
  return [...bySize.values()].sort((a, b) => b[0] * b[1] - a[0] * a[1]);
}

function first<T>(blocks: readonly BlockSize[], find: (block: BlockSize) => T | undefined): T | undefined {
  for (const block of blocks) {
    const found = find(block);
    if (found !== undefined) return found;
  }
  return undefined;
}
