import { DatasetError, shown } from './error.js';

/** A file of an archive. */
export interface UstarEntry {
  /** Relative, `/` between its parts, no `.`, `..` or empty part. */
  readonly path: string;
  /** A view of the archive's bytes. */
  readonly data: Uint8Array;
  /** Byte of the archive where `data` begins. */
  readonly offset: number;
}

const BLOCK = 512;
/** Where the header fields lie: [start, end). Source: POSIX.1-1988, pax "ustar Interchange Format". */
const FIELD = { name: [0, 100], size: [124, 136], checksum: [148, 156], type: [156, 157], magic: [257, 265], prefix: [345, 500] } as const;

/** The files of a USTAR archive by path, in the archive's order; data is shared. Throws `ustar.*`, also on a path that comes twice. */
export function readUstar(bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const { path, data, offset } of ustarEntries(bytes)) {
    if (files.has(path)) throw new DatasetError('ustar.duplicate', { offset: offset - BLOCK, actual: shown(path) });
    files.set(path, data);
  }
  return files;
}

/**
 * The files of a USTAR archive one after another; folders are passed over. Each header is checked before its entry is
 * given: checksum, magic, type, size against the bytes at hand, path. The archive must end with its two zero blocks.
 * Throws `ustar.*`; links, devices and pax or GNU extensions are refused, not skipped, since they change what
 * other entries mean.
 */
export function* ustarEntries(bytes: Uint8Array): Generator<UstarEntry, void, undefined> {
  let at = 0;
  for (;;) {
    if (bytes.length - at < BLOCK) throw truncated(bytes, at + BLOCK);
    const header = bytes.subarray(at, at + BLOCK);
    if (isZero(header)) {
      checkEnd(bytes, at);
      return;
    }
    checkHeader(header, at);
    const size = octal(header, FIELD.size, at);
    const path = pathOf(header, at);
    const offset = at + BLOCK;
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (bytes.length - offset < padded) throw truncated(bytes, offset + padded);
    const type = String.fromCharCode(header[FIELD.type[0]]!);
    if (type === '5') {
      if (size !== 0) throw new DatasetError('ustar.size', { offset: at + FIELD.size[0], expected: '0 for a folder', actual: `${size}` });
    } else if (type === '0' || type === '\0') {
      yield { path: checkPath(path, at), data: bytes.subarray(offset, offset + size), offset };
    } else {
      throw new DatasetError('ustar.type', {
        offset: at + FIELD.type[0], expected: 'a file (0) or a folder (5)', actual: `${shown(type)} for ${shown(path)}`,
        hint: 'pack plain files with: tar --format=ustar',
      });
    }
    at = offset + padded;
  }
}

const isZero = (block: Uint8Array): boolean => block.every((byte) => byte === 0);

const truncated = (bytes: Uint8Array, need: number): DatasetError =>
  new DatasetError('ustar.truncated', { offset: bytes.length, expected: `${need} bytes or more`, actual: `${bytes.length}` });

function checkEnd(bytes: Uint8Array, at: number): void {
  if (bytes.length < at + 2 * BLOCK) throw truncated(bytes, at + 2 * BLOCK);
  const rest = bytes.subarray(at);
  const stray = rest.findIndex((byte) => byte !== 0);
  if (stray >= 0) throw new DatasetError('ustar.trailing', { offset: at + stray, expected: 'zeros to the end' });
}

function checkHeader(header: Uint8Array, at: number): void {
  const magic = latin1(header, FIELD.magic);
  if (magic !== 'ustar\x0000') {
    throw new DatasetError('ustar.magic', {
      offset: at + FIELD.magic[0], expected: shown('ustar\x0000'), actual: shown(magic),
      hint: 'pack it with: tar --format=ustar; gunzip a .tar.gz first',
    });
  }
  const declared = octal(header, FIELD.checksum, at);
  // The sum is taken with the checksum's own field as eight blanks.
  const sum = header.reduce((total, byte, i) => total + (i >= FIELD.checksum[0] && i < FIELD.checksum[1] ? 0x20 : byte), 0);
  if (sum !== declared) throw new DatasetError('ustar.checksum', { offset: at + FIELD.checksum[0], expected: `${sum}`, actual: `${declared}` });
}

function octal(header: Uint8Array, field: readonly [number, number], at: number): number {
  const text = latin1(header, field);
  const digits = /^ *([0-7]+)[ \0]*$/.exec(text)?.[1];
  if (digits === undefined) {
    throw new DatasetError(field === FIELD.checksum ? 'ustar.checksum' : 'ustar.size', { offset: at + field[0], expected: 'octal digits', actual: shown(text) });
  }
  // At most 12 digits: below 2^36.
  return Number.parseInt(digits, 8);
}

function pathOf(header: Uint8Array, at: number): string {
  const prefix = text(header, FIELD.prefix, at);
  const name = text(header, FIELD.name, at);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function text(header: Uint8Array, [start, end]: readonly [number, number], at: number): string {
  const field = header.subarray(start, end);
  const nul = field.indexOf(0);
  const used = nul < 0 ? field : field.subarray(0, nul);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(used);
  } catch (cause) {
    throw new DatasetError('ustar.path', { offset: at + start, expected: 'UTF-8', actual: shown(latin1(header, [start, start + used.length])), cause });
  }
}

const latin1 = (bytes: Uint8Array, [start, end]: readonly [number, number]): string => String.fromCharCode(...bytes.subarray(start, end));

/** Names become paths on somebody's disk: what could leave the folder, or be read differently elsewhere, is refused. */
function checkPath(path: string, at: number): string {
  const plain = path.startsWith('./') ? path.slice(2) : path;
  const odd = /[\u0000-\u001f\u007f\\]|^[A-Za-z]:/.test(plain);
  if (odd || plain.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw new DatasetError('ustar.path', { offset: at, expected: 'a plain relative path', actual: shown(path) });
  }
  return plain;
}
