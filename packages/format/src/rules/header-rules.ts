import { crc32 } from '../container/crc32.js';
import { PREAMBLE_BYTES } from '../container/layout.js';
import { scanHeader, type ScanCode, type ScanFault } from '../container/scan.js';
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

const scanned = (code: ScanCode, says: string): Rule<HeaderSubject> => ({
  code, says, check: ({ fault }) => (fault?.code === code ? fault.details : undefined),
});

export const HEADER_RULES: readonly Rule<HeaderSubject>[] = [
  {
    code: 'header.checksum',
    says: 'The header has the CRC-32 that stands in the preamble.',
    check: ({ expected, found }) =>
      (found === expected ? undefined
        : { offset: PREAMBLE_BYTES, expected: expected.toString(16), actual: found.toString(16), hint: 'the file is damaged; get it again' }),
  },
  scanned('header.truncated', 'Every field of the header ends inside the record it belongs to.'),
  scanned('header.varint', 'Every varint of the header has at most 64 bits, in its shortest form.'),
  scanned('header.field', 'The header has the fields of its schema and no others.'),
  scanned('header.wire-type', 'Every field of the header has the wire type of its schema.'),
  scanned('header.order', 'Fields of the header ascend by number, and only repeated ones come more than once.'),
  scanned('header.oneof', 'Of the fields of a oneof the header has at most one.'),
  scanned('header.integer', 'Integers are safe integers, inside the range of their field.'),
  scanned('header.text', 'Texts are well-formed Unicode.'),
  scanned('header.memory', 'The header decodes to at most 3 x its length + 16 MiB.'),
];
