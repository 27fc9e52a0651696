import { FretworkError, type Scheme } from '@fretwork/format';
import { project } from '@fretwork/pruner';
import { choose, type Random } from './random.js';

/**
 * How masks come about. `iid`: each row and each column of a block (each weight, where there are no blocks) stays with the
 * same probability, independent of all others, drawn anew until the whole has the density asked for. `uniform`: each block keeps the same counts, at drawn places.
 * `even`: as `uniform`, but what rounding its columns takes from one block the next one gets, so that the whole has the density asked for; a block may be left empty.
 * `magnitude`: `@fretwork/pruner` projects the random weights by the scheme, with its default allocation.
 */
export type MaskSource = 'iid' | 'uniform' | 'even' | 'magnitude';

export const MASK_SOURCES: readonly MaskSource[] = ['iid', 'uniform', 'even', 'magnitude'];

export type Block = readonly [rows: number, columns: number];

/** A scheme as the bench names it. */
export interface MaskScheme {
  readonly name: string;
  readonly says: string;
  readonly blocks: boolean;
  readonly scheme: (rate: number, block: Block) => Scheme;
  /** Share of the logarithm of the rate that rows bear; left out: such masks are not drawn. */
  readonly rowShare?: number;
}

const bcr = (rate: number, [blockRows, blockColumns]: Block, rowShare: number): Scheme => ({ kind: 'bcr', rate, blockRows, blockColumns, rowShare });

export const MASK_SCHEMES: readonly MaskScheme[] = [
  { name: 'bcr', says: 'rows and columns of each block, the square root of the density each', blocks: true, scheme: (rate, block) => bcr(rate, block, 0.5), rowShare: 0.5 },
  { name: 'columns', says: 'columns of each block alone', blocks: true, scheme: (rate, block) => bcr(rate, block, 0), rowShare: 0 },
  { name: 'rows', says: 'rows of each block alone', blocks: true, scheme: (rate, block) => bcr(rate, block, 1), rowShare: 1 },
  { name: 'unstructured', says: 'single weights', blocks: false, scheme: (rate) => ({ kind: 'unstructured', rate }), rowShare: 0 },
  { name: 'pattern', says: 'four positions of each 3x3 kernel, by eight patterns, and whole kernels', blocks: false, scheme: (rate) => ({ kind: 'pattern', rate, keep: 4, patterns: 8 }) },
  { name: 'block-punched', says: 'kernel positions of each block of filters x channels', blocks: true, scheme: (rate, [blockFilters, blockChannels]) => ({ kind: 'block-punched', rate, blockFilters, blockChannels }) },
  { name: 'filter', says: 'whole rows', blocks: false, scheme: (rate) => ({ kind: 'filter', rate }) },
  { name: 'channel', says: 'whole input channels', blocks: false, scheme: (rate) => ({ kind: 'channel', rate }) },
];

/** Throws `bench.option`. */
export function maskScheme(name: string): MaskScheme {
  const found = MASK_SCHEMES.find((row) => row.name === name);
  if (found === undefined) throw new FretworkError('bench.option', `there is no scheme ${JSON.stringify(name)}`, { expected: MASK_SCHEMES.map((row) => row.name).join(', ') });
  return found;
}

export interface MaskRequest {
  readonly scheme: string;
  readonly block: Block;
  /** Share of weights that stay, 0..1. */
  readonly density: number;
  readonly source: MaskSource;
}

/** A matrix of weights, row-major. */
export interface MaskedMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Columns that belong to one input channel. */
  readonly kernel: number;
  readonly values: Float32Array;
}

/** The values with those that go set to 0. Throws `bench.option`, and what `project` throws. */
export function prune(matrix: MaskedMatrix, request: MaskRequest, draw: Random): Float32Array {
  const row = maskScheme(request.scheme);
  if (request.source === 'magnitude') {
    const { mask } = project(matrix, row.scheme(1 / request.density, request.block));
    return matrix.values.map((value, i) => (mask.keep[i] === 1 ? value : 0));
  }
  if (row.rowShare === undefined) throw new FretworkError('bench.option', `masks of scheme ${row.name} are not drawn`, { hint: 'take --masks magnitude' });
  const { rowShare } = row;
  return nearest(request.density, () => (row.blocks ? drawBlocks(matrix, request, rowShare, draw) : drawSingles(matrix, request, draw)));
}

const DRAWS = 64;
const CLOSE_ENOUGH = 0.01;

/** A matrix of few blocks rarely has the density that was asked for: drawn anew until it is within 1 % of it, else the nearest. */
function nearest(density: number, once: () => Float32Array): Float32Array {
  let [best, error] = [once(), Infinity];
  for (let drawn = best, i = 1; ; drawn = once(), i++) {
    const off = Math.abs(drawn.reduce((kept, value) => kept + (value === 0 ? 0 : 1), 0) / (density * drawn.length) - 1);
    if (off < error) [best, error] = [drawn, off];
    if (error <= CLOSE_ENOUGH || i >= DRAWS) return best;
  }
}

function drawSingles({ rows, columns, values }: MaskedMatrix, { density, source }: MaskRequest, draw: Random): Float32Array {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    for (const c of places(columns, density, source, draw)) out[r * columns + c] = values[r * columns + c]!;
  }
  return out;
}

function drawBlocks({ rows, columns, values }: MaskedMatrix, { block: [blockRows, blockColumns], density, source }: MaskRequest, rowShare: number, draw: Random): Float32Array {
  const out = new Float32Array(values.length);
  let owed = 0;
  for (let r = 0; r < rows; r += blockRows) {
    for (let c = 0; c < columns; c += blockColumns) {
      const [height, width] = [Math.min(blockRows, rows - r), Math.min(blockColumns, columns - c)];
      const keptRows = places(height, density ** rowShare, source === 'even' ? 'uniform' : source, draw);
      // Counts are whole: what rounding the rows took or gave, the columns make good.
      const rest = source === 'iid' ? density ** (1 - rowShare) : Math.min(1, density * height / keptRows.length);
      const wanted = rest + (source === 'even' ? owed / width : 0);
      const keptColumns = places(width, wanted, source, draw);
      owed = wanted * width - keptColumns.length;
      for (const i of keptRows) {
        for (const j of keptColumns) out[(r + i) * columns + c + j] = values[(r + i) * columns + c + j]!;
      }
    }
  }
  return out;
}

function places(length: number, share: number, source: MaskSource, draw: Random): readonly number[] {
  if (share >= 1) return Array.from({ length }, (_, i) => i);
  if (source !== 'iid') return choose(draw, length, Math.max(source === 'even' ? 0 : 1, Math.round(length * share)));
  return Array.from({ length }, (_, i) => i).filter(() => draw() < share);
}
