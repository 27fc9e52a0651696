import type { Scheme, SchemeKind } from '@fretwork/format';
import type { Matrix, ProjectOptions, Support } from '../contract.js';
import { bcr } from './bcr.js';
import { blockPunched } from './block-punched.js';
import { choosePatterns, pattern } from './pattern.js';
import { channels, filters, unstructured } from './structured.js';

type Of<K extends SchemeKind> = Extract<Scheme, { readonly kind: K }>;
type Shape = Pick<Matrix, 'rows' | 'columns' | 'kernel'>;

/** One kind of scheme: what it is, what it fits, how it is projected. */
export interface SchemeRow<K extends SchemeKind> {
  readonly kind: K;
  /** One sentence. */
  readonly says: string;
  /** Asked for shapes with weights; left out: fits all. */
  readonly supports?: (shape: Shape, scheme: Of<K>) => Support;
  /** `[rows · columns]`, 1 = kept. */
  readonly project: (matrix: Matrix, scheme: Of<K>, options: ProjectOptions) => Uint8Array;
}

const enough = (count: number, unit: string, rate: number): Support => count >= rate ? { ok: true } : {
  ok: false, reason: `${count} ${unit}${count === 1 ? '' : 's'} cannot keep one in ${rate}`,
  hint: 'leave this layer dense, or ask for a lower rate or a finer scheme',
};

/** Positions of the kernels that pattern pruning is defined for: 3x3. */
const PATTERN_KERNEL = 9;

const onKernel = ({ kernel }: Shape, keep: number): Support => {
  if (kernel !== PATTERN_KERNEL) {
    return {
      ok: false, reason: `patterns are for kernels of 3x3 = 9 positions, this one has ${kernel}`,
      hint: 'use block-punched or bcr: they take any kernel',
    };
  }
  return keep <= kernel ? { ok: true } : { ok: false, reason: `${keep} of ${kernel} positions cannot be kept`, hint: 'keep 4 of 9' };
};

/** The patterns that a projection uses: those given, or those of the matrix itself. */
export const patternsFor = (matrix: Matrix, scheme: Of<'pattern'>, options: ProjectOptions): readonly number[] =>
  options.patterns ?? choosePatterns([matrix], { keep: scheme.keep, count: scheme.patterns });

/** Every kind of scheme; `project` and `supports` read this table, and so do the tests. */
export const SCHEMES: { readonly [K in SchemeKind]: SchemeRow<K> } = {
  dense: {
    kind: 'dense',
    says: 'every weight stays',
    project: (matrix) => new Uint8Array(matrix.rows * matrix.columns).fill(1),
  },
  unstructured: {
    kind: 'unstructured',
    says: 'the largest weights stay, wherever they are',
    supports: ({ rows, columns }, { rate }) => enough(rows * columns, 'weight', rate),
    project: (matrix, { rate }) => unstructured(matrix, rate),
  },
  filter: {
    kind: 'filter',
    says: 'whole rows stay or go: filters of a convolution, neurons of a fully connected layer',
    supports: ({ rows }, { rate }) => enough(rows, 'filter', rate),
    project: (matrix, { rate }) => filters(matrix, rate),
  },
  channel: {
    kind: 'channel',
    says: 'all columns of an input channel stay or go',
    supports: ({ columns, kernel }, { rate }) => enough(columns / kernel, 'input channel', rate),
    project: (matrix, { rate }) => channels(matrix, rate),
  },
  pattern: {
    kind: 'pattern',
    says: 'each 3x3 kernel keeps the positions of one pattern, or goes as a whole',
    supports: (shape, { keep, rate }) => {
      const fits = onKernel(shape, keep);
      return fits.ok ? enough(shape.rows * shape.columns, 'weight', Math.max(rate, shape.kernel / keep)) : fits;
    },
    project: (matrix, scheme, options) =>
      pattern(matrix, scheme, patternsFor(matrix, scheme, options), options.allocation ?? 'balanced'),
  },
  'block-punched': {
    kind: 'block-punched',
    says: 'in each block of filters x input channels the same kernel positions stay',
    supports: ({ rows, columns }, { rate }) => enough(rows * columns, 'weight', rate),
    project: (matrix, scheme, options) => blockPunched(matrix, scheme, options.allocation ?? 'balanced'),
  },
  bcr: {
    kind: 'bcr',
    says: 'in each block whole rows and whole columns go: kept rows x kept columns stay',
    supports: ({ rows, columns }, { rate }) => enough(rows * columns, 'weight', rate),
    project: (matrix, scheme, options) => bcr(matrix, scheme, options),
  },
};

/** The row of a scheme's kind, typed for any scheme. */
export const rowOf = (scheme: Scheme): SchemeRow<SchemeKind> => SCHEMES[scheme.kind] as SchemeRow<SchemeKind>;
