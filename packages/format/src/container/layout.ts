/**
 * The `.bcr` file, version 1, byte by byte. All numbers are little-endian.
 *
 *  1. Bytes 0-7, magic: 89 42 43 52 0D 0A 1A 0A. The first byte is no ASCII, then `BCR`, then a CR LF, an end-of-file mark
 *     and an LF: a transfer that takes the file for text breaks the magic.
 *  2. Bytes 8-11, u32: version, 1.
 *  3. Bytes 12-15, u32: length H of the header, at most 16 MiB.
 *  4. Bytes 16-19, u32: CRC-32 of the header.
 *  5. Bytes 20-23: reserved, zero.
 *  6. Bytes 24-31, u64: length of the file.
 *  7. Bytes 32 to 32 + H: the header, a `Header` of `../schema/bcr.proto`: everything but the arrays, and a table of them.
 *     Of the ways in which protobuf can write a record only one is legal: fields ascend by number, a singular field comes
 *     once, scalars are packed, varints are as short as can be, nothing is unknown.
 *  8. Then the arrays in the order of `Header.sections`. Before each come 0 to 63 zero bytes, up to the next multiple of 64;
 *     `length` elements of `element` follow, with the CRC-32 of these bytes in the table.
 *  9. The last byte of the last array is the last byte of the file (without arrays: the last byte of the header).
 *
 * So every byte is either checked by value (1-6, padding) or by a CRC, and there is no place for bytes that belong to nothing.
 */
import type { DType } from '../contract.js';
import { DTYPES, mulChecked } from '../dtype.js';
import { FretworkError } from '../error.js';
import type { ArrayPlace } from './outline.js';

export const MAGIC: readonly number[] = [0x89, 0x42, 0x43, 0x52, 0x0d, 0x0a, 0x1a, 0x0a];
export const VERSION = 1;
export const PREAMBLE_BYTES = 32;
export const ALIGNMENT = 64;
export const RESERVED_OFFSET = 20;
export const MAX_HEADER_BYTES: number = 16 * 2 ** 20;

/** What stands in bytes 8 to 31. `fileBytes` is exact up to 2^53, then the nearest number. */
export interface Preamble {
  readonly version: number;
  readonly headerBytes: number;
  readonly headerCrc32: number;
  readonly fileBytes: number;
}

/** Reads the first `PREAMBLE_BYTES` of `bytes` without judging them. */
export function decodePreamble(bytes: Uint8Array): Preamble {
  const view = new DataView(bytes.buffer, bytes.byteOffset, PREAMBLE_BYTES);
  return {
    version: view.getUint32(8, true),
    headerBytes: view.getUint32(12, true),
    headerCrc32: view.getUint32(16, true),
    fileBytes: view.getUint32(28, true) * 2 ** 32 + view.getUint32(24, true),
  };
}

export function encodePreamble(preamble: Preamble): Uint8Array {
  const bytes = new Uint8Array(PREAMBLE_BYTES);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, preamble.version, true);
  view.setUint32(12, preamble.headerBytes, true);
  view.setUint32(16, preamble.headerCrc32, true);
  view.setUint32(24, preamble.fileBytes % 2 ** 32, true);
  view.setUint32(28, Math.floor(preamble.fileBytes / 2 ** 32), true);
  return bytes;
}

/** A row of the section table. */
export interface SectionRow {
  readonly dtype: DType;
  readonly length: number;
  readonly crc32: number;
}

/** Where arrays lie that follow a header of `headerBytes`, and the length of the file. Throws `shape.overflow`. */
export function placeSections(headerBytes: number, rows: readonly SectionRow[]): { readonly places: readonly ArrayPlace[]; readonly fileBytes: number } {
  let end = PREAMBLE_BYTES + headerBytes;
  const places = rows.map((row) => {
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    const byteLength = mulChecked(row.length, DTYPES[row.dtype].bytes);
    end = offset + byteLength;
    mulChecked(end, 1);
    return { ...row, offset, byteLength };
  });
  return { places, fileBytes: end };
}

const littleEndian: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Throws `host.big-endian` where typed arrays would read the file's numbers backwards. */
export function requireLittleEndian(host: boolean = littleEndian): void {
  if (host) return;
  throw new FretworkError('host.big-endian', '.bcr files need a little-endian host', {
    hint: 'use another machine',
  });
}
