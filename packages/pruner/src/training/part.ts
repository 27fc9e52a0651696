import type { Scheme } from '@fretwork/format';

/**
 * Which part of a scheme a stage prunes. Progressive pruning of BCR goes by columns first and by rows on the result
 * (papers.md 1.1, step 1 and 2); schemes without two sides are done in the first of the two stages.
 */
export type Part = 'all' | 'columns' | 'rows';

export const hasTwoSides = (scheme: Scheme): boolean => scheme.kind === 'bcr' && scheme.rowShare > 0 && scheme.rowShare < 1;

/** What a stage projects onto; undefined: nothing is left to do for this scheme. */
export function partOf(scheme: Scheme, part: Part): Scheme | undefined {
  if (part === 'all' || scheme.kind !== 'bcr' || !hasTwoSides(scheme)) return part === 'rows' ? undefined : scheme;
  const share = part === 'rows' ? scheme.rowShare : 1 - scheme.rowShare;
  return { ...scheme, rate: scheme.rate ** share, rowShare: part === 'rows' ? 1 : 0 };
}

export const withRate = (scheme: Scheme, rate: number): Scheme => (scheme.kind === 'dense' ? scheme : { ...scheme, rate });
