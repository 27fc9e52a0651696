import type { Scheme, SchemeKind } from '@fretwork/format';
import { numberOption, usage } from './arguments.js';
import type { Arguments, OptionRow } from './contract.js';

interface SchemeRow {
  readonly kind: SchemeKind;
  readonly block: string;
  readonly make: (rate: number, block: readonly [number, number], rowShare: number) => Scheme;
}

/** What `--scheme` can name. `block` says what --block means for it. */
const SCHEMES: readonly SchemeRow[] = [
  { kind: 'bcr', block: 'rows x columns of a block', make: (rate, [blockRows, blockColumns], rowShare) => ({ kind: 'bcr', rate, blockRows, blockColumns, rowShare }) },
  { kind: 'block-punched', block: 'filters x channels of a block', make: (rate, [blockFilters, blockChannels]) => ({ kind: 'block-punched', rate, blockFilters, blockChannels }) },
  { kind: 'pattern', block: '', make: (rate) => ({ kind: 'pattern', rate, keep: 4, patterns: 8 }) },
  { kind: 'unstructured', block: '', make: (rate) => ({ kind: 'unstructured', rate }) },
  { kind: 'filter', block: '', make: (rate) => ({ kind: 'filter', rate }) },
  { kind: 'channel', block: '', make: (rate) => ({ kind: 'channel', rate }) },
];

const DEFAULT_BLOCK: Readonly<Partial<Record<SchemeKind, readonly [number, number]>>> = { bcr: [8, 32], 'block-punched': [8, 4] };

export const SCHEME_OPTIONS: readonly OptionRow[] = [
  { name: 'scheme', value: 'KIND', says: `${SCHEMES.map((s) => s.kind).join(', ')}. Default: bcr.` },
  { name: 'block', value: 'RxC', says: 'bcr: rows x columns of a block (default 8x32); block-punched: filters x channels (default 8x4).' },
  { name: 'rate', value: 'N', says: 'Keep one weight in N of every pruned layer.' },
  { name: 'row-share', value: 'S', says: 'bcr: share of the rate that rows bear, 0 (columns only) to 1 (rows only). Default: 0.5.' },
];

/** The scheme that the options ask for; `otherwise` is its rate where --rate may be left out. Throws `usage.*`. */
export function schemeOption(args: Arguments, otherwise?: number): Scheme {
  const kind = args.text('scheme') ?? 'bcr';
  const row = SCHEMES.find((s) => s.kind === kind);
  if (row === undefined) throw usage('scheme', `there is no scheme ${JSON.stringify(kind)}; known: ${SCHEMES.map((s) => s.kind).join(', ')}`, args.command);
  const rate = numberOption(args, 'rate', { least: 1, most: 1e6 }) ?? otherwise;
  if (rate === undefined) throw usage('rate', `${args.command} needs --rate: 10 keeps one weight in ten`, args.command);
  const text = args.text('block');
  if (text !== undefined && row.block === '') throw usage('block', `scheme ${kind} has no blocks: leave --block out`, args.command);
  const block = text === undefined ? DEFAULT_BLOCK[row.kind] ?? [1, 1] : parseBlock(args, text, row.block);
  const rowShare = numberOption(args, 'row-share', { least: 0, most: 1 });
  if (rowShare !== undefined && kind !== 'bcr') throw usage('row-share', `scheme ${kind} has no row share: leave --row-share out`, args.command);
  return row.make(rate, block, rowShare ?? 0.5);
}

function parseBlock(args: Arguments, text: string, means: string): readonly [number, number] {
  const match = /^([1-9]\d{0,6})x([1-9]\d{0,6})$/.exec(text);
  if (match === null) throw usage('block', `--block is ${means}, such as 8x32, not ${JSON.stringify(text)}`, args.command);
  return [Number(match[1]), Number(match[2])];
}

/** `bcr 8x32`, for tables. */
export function schemeText(scheme: Scheme | undefined): string {
  if (scheme === undefined) return '–';
  switch (scheme.kind) {
    case 'bcr': return `bcr ${scheme.blockRows}x${scheme.blockColumns}${scheme.rowShare === 0.5 ? '' : ` rows ${scheme.rowShare}`}`;
    case 'block-punched': return `block-punched ${scheme.blockFilters}x${scheme.blockChannels}`;
    case 'pattern': return `pattern ${scheme.keep} of kernel`;
    default: return scheme.kind;
  }
}
