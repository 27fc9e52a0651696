import { decodePreamble, MAGIC, PREAMBLE_BYTES, RESERVED_OFFSET, VERSION, type Preamble } from '../container/layout.js';
import type { ReadLimits } from '../container/limits.js';
import type { ErrorDetails } from '../error.js';
import type { Rule } from './rule.js';

/** The start of a file; `size` is the length of the whole file, where that is known by other means. */
export interface PreambleSubject {
  readonly prefix: Uint8Array;
  readonly size: number | undefined;
  readonly limits: Required<ReadLimits>;
}

/** Rules look at the numbers only where there are enough bytes: a prefix may still grow. */
const judged = (code: string, check: (preamble: Preamble, subject: PreambleSubject) => ErrorDetails | undefined): Rule<PreambleSubject> =>
  ({ code, check: (subject) => (subject.prefix.length < PREAMBLE_BYTES ? undefined : check(decodePreamble(subject.prefix), subject)) });

const tooShort = (size: number, least: number, offset?: number): ErrorDetails | undefined =>
  (size >= least ? undefined : { ...(offset !== undefined && { offset }), expected: `${least} bytes`, actual: `${size}`, hint: 'get the file again: its end is missing' });

export const PREAMBLE_RULES: readonly Rule<PreambleSubject>[] = [
  {
    code: 'preamble.magic',
    check: ({ prefix }) => {
      const at = MAGIC.findIndex((byte, i) => i < prefix.length && prefix[i] !== byte);
      if (at < 0) return undefined;
      const hint = at >= 4 ? 'copy the file again, as binary' : 'ONNX files need `fretwork convert` first';
      return { offset: at, expected: hex(MAGIC[at]!), actual: hex(prefix[at]!), hint };
    },
  },
  { code: 'preamble.length', check: ({ size = Infinity }) => tooShort(size, PREAMBLE_BYTES) },
  judged('preamble.version', ({ version }) =>
    (version === VERSION ? undefined : { offset: 8, expected: `${VERSION}`, actual: `${version}`, hint: 'a newer @fretwork/format may read it' })),
  judged('preamble.reserved', (_, { prefix }) => {
    const at = prefix.subarray(RESERVED_OFFSET, RESERVED_OFFSET + 4).findIndex((byte) => byte !== 0);
    return at < 0 ? undefined : { offset: RESERVED_OFFSET + at, expected: '00', actual: hex(prefix[RESERVED_OFFSET + at]!) };
  }),
  judged('preamble.header-length', ({ headerBytes }, { limits }) =>
    (headerBytes <= limits.headerBytes ? undefined : { offset: 12, expected: `at most ${limits.headerBytes} bytes`, actual: `${headerBytes}` })),
  judged('preamble.file-length', ({ headerBytes, fileBytes }, { limits }) =>
    (fileBytes >= PREAMBLE_BYTES + headerBytes && fileBytes <= limits.fileBytes ? undefined
      : { offset: 24, expected: `${PREAMBLE_BYTES + headerBytes} to ${limits.fileBytes} bytes`, actual: `${fileBytes}` })),
  judged('file.truncated', ({ fileBytes }, { size = Infinity }) => tooShort(size, fileBytes, size)),
  judged('file.trailing', ({ fileBytes }, { size = 0 }) =>
    (size <= fileBytes ? undefined : { offset: fileBytes, expected: `${fileBytes} bytes`, actual: `${size}` })),
];

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');
