import { crc32 } from '../container/crc32.js';
import { PREAMBLE_BYTES } from '../container/layout.js';
import { scanHeader, type ScanCode, type ScanFault } from '../container/walk-header.js';
import type { Rule } from './rule.js';

/** What is known of a header before it is decoded. */
export interface HeaderSubject {
  readonly expected: number;
  readonly found: number;
  /** One walk over the bytes serves all rules. */
  readonly fault: ScanFault | undefined;
}

/** `memory`: bytes that the header may decode to, above three times its own length. */
export function headerSubject(bytes: Uint8Array, expected: number, memory: number): HeaderSubject {
  const found = crc32(bytes);
  const fault = found === expected ? scanHeader(bytes, PREAMBLE_BYTES, memory + 3 * bytes.length) : undefined;
  return { expected, found, fault };
}

const scanned = (code: ScanCode): Rule<HeaderSubject> => ({
  code, check: ({ fault }) => (fault?.code === code ? fault.details : undefined),
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
