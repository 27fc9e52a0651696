import type { Scheme } from '@fretwork/format';

/** `bcr 8x32, columns only`: a scheme without its rate, for reasons and tables. */
export function structureOf(scheme: Scheme): string {
  switch (scheme.kind) {
    case 'bcr': return `bcr ${scheme.blockRows}x${scheme.blockColumns}${SHARES[scheme.rowShare] ?? `, rows bear ${scheme.rowShare}`}`;
    case 'block-punched': return `block-punched ${scheme.blockFilters}x${scheme.blockChannels}`;
    case 'pattern': return `pattern ${scheme.keep} of kernel`;
    default: return scheme.kind;
  }
}

const SHARES: Readonly<Record<number, string>> = { 0: ', columns only', 0.5: '', 1: ', rows only' };

/** 0.0823 → `8.2 %`. */
export const percent = (share: number): string => `${share >= 0.1 ? (share * 100).toFixed(0) : (share * 100).toPrecision(2)} %`;

/** 0.01234 → `0.0123 ms`. */
export const milliseconds = (ms: number): string => `${Number(ms.toPrecision(3))} ms`;

/** The rate of a scheme; 1 for dense. */
export const rateOf = (scheme: Scheme): number => (scheme.kind === 'dense' ? 1 : scheme.rate);

/** The same structure at another rate. */
export const atRate = (scheme: Scheme, rate: number): Scheme => (scheme.kind === 'dense' ? scheme : { ...scheme, rate });
