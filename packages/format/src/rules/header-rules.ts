import { crc32 } from '../container/crc32.js';
import { PREAMBLE_BYTES } from '../container/layout.js';
import { walkHeader, type WalkCode, type WalkedHeader } from '../container/walk-header.js';
import type { Rule } from './rule.js';

/** What is known of a header before its records are judged. */
export interface HeaderSubject {
  readonly expected: number;
  readonly found: number;
  /** One walk over the bytes serves all rules; none over damaged bytes. */
  readonly walked: WalkedHeader | undefined;
}

/** `memory`: bytes that the header may decode to, above three times its own length. */
export function headerSubject(bytes: Uint8Array, expected: number, memory: number): HeaderSubject {
  const found = crc32(bytes);
  return { expected, found, walked: found === expected ? walkHeader(bytes, PREAMBLE_BYTES, memory + 3 * bytes.length) : undefined };
}

const scanned = (code: WalkCode): Rule<HeaderSubject> => ({
  code, check: ({ walked }) => (walked !== undefined && 'code' in walked && walked.code === code ? walked.details : undefined),
});

export const HEADER_RULES: readonly Rule<HeaderSubject>[] = [
  {
    code: 'header.checksum',
    check: ({ expected, found }) =>
      (found === expected ? undefined
        : { offset: PREAMBLE_BYTES, expected: expected.toString(16), actual: found.toString(16), hint: 'the file is damaged; get it again' }),
  },
  scanned('header.truncated'),
  scanned('header.varint'),
  scanned('header.field'),
  scanned('header.wire-type'),
  scanned('header.order'),
  scanned('header.oneof'),
  scanned('header.integer'),
  scanned('header.text'),
  scanned('header.memory'),
];
