import { elementName } from '../container/element.js';
import { PREAMBLE_BYTES, placeSections, type SectionRow } from '../container/layout.js';
import type { ArrayPlace } from '../container/outline.js';
import { crc32 } from '../container/crc32.js';
import { FretworkError } from '../error.js';
import type * as wire from '../schema/bcr.pb.js';
import type { Rule } from './rule.js';

/** The section table against the lengths of the preamble: no array is needed. */
export interface TableSubject {
  readonly rows: readonly SectionRow[];
  readonly headerBytes: number;
  readonly fileBytes: number;
}

export const sectionRows = (header: wire.Header): readonly SectionRow[] => header.sections.map((row) => ({
  dtype: elementName(row.element),
  length: row.length,
  crc32: row.crc32,
}));

export const TABLE_RULES: readonly Rule<TableSubject>[] = [
  {
    code: 'section.size',
    check: ({ rows, headerBytes }) => {
      try {
        placeSections(headerBytes, rows);
        return undefined;
      } catch (error) {
        if (error instanceof FretworkError) return error.details;
        throw error;
      }
    },
  },
  {
    code: 'section.total',
    check: ({ rows, headerBytes, fileBytes }) => {
      const placed = placeSections(headerBytes, rows).fileBytes;
      return placed === fileBytes ? undefined : { expected: `${fileBytes} bytes`, actual: `${placed}` };
    },
  },
];

/** The bytes behind the header, all there. */
export interface SectionSubject {
  readonly bytes: Uint8Array;
  readonly headerBytes: number;
  readonly places: readonly ArrayPlace[];
}

export const SECTION_RULES: readonly Rule<SectionSubject>[] = [
  {
    code: 'section.padding',
    check: ({ bytes, headerBytes, places }) => {
      let end = PREAMBLE_BYTES + headerBytes;
      for (const place of places) {
        for (; end < place.offset; end++) if (bytes[end] !== 0) return { offset: end, expected: '0', actual: `${bytes[end]}` };
        end = place.offset + place.byteLength;
      }
      return undefined;
    },
  },
  {
    code: 'section.checksum',
    check: ({ bytes, places }) => {
      for (const place of places) {
        const found = crc32(bytes.subarray(place.offset, place.offset + place.byteLength));
        if (found !== place.crc32) {
          return { offset: place.offset, expected: place.crc32.toString(16), actual: found.toString(16), hint: 'the file is damaged; get it again' };
        }
      }
      return undefined;
    },
  },
];
