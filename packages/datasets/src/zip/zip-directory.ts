import { DatasetError, shown } from '../error.js';

/** A file of an archive, as the central directory and its own header agree on it. */
export interface ZipEntry {
  readonly name: string;
  /** 0: stored; 8: deflated. */
  readonly method: 0 | 8;
  readonly crc: number;
  /** Bytes after decompression, as declared. */
  readonly size: number;
  /** A view of the archive's bytes. */
  readonly packed: Uint8Array;
  /** Byte of the archive where the entry's own header begins. */
  readonly offset: number;
}

const END = { signature: 0x06054b50, bytes: 22 } as const;
const CENTRAL = { signature: 0x02014b50, bytes: 46 } as const;
const LOCAL = { signature: 0x04034b50, bytes: 30 } as const;
/** A size or offset of this value stands in a ZIP64 field elsewhere. */
const IN_ZIP64 = 0xffffffff;

/**
 * The entries of a ZIP archive, in the directory's order; folders are passed over. Throws `zip.magic` (no directory at
 * the end), `zip.directory` (it contradicts the bytes), `zip.feature` (encryption, another method, ZIP64, several
 * disks), `zip.duplicate`. Source: PKWARE APPNOTE 6.3.
 */
export function zipEntries(bytes: Uint8Array): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (start === IN_ZIP64 || size === IN_ZIP64 || count === 0xffff) throw unsupported(end, 'ZIP64', 'keep the archive below 4 GiB and 65,535 files');
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 6, true) !== 0 || view.getUint16(end + 8, true) !== count) throw unsupported(end, 'several disks');
  if (start + size > end) throw broken(end + 12, `a directory before byte ${end}`, `${size} bytes at ${start}`);
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = start;
  for (let i = 0; i < count; i++) {
    const { entry, next } = centralEntry(bytes, view, at, start, start + size);
    at = next;
    if (entry.name.endsWith('/') && entry.size === 0) continue;
    if (names.has(entry.name)) throw new DatasetError('zip.duplicate', { offset: entry.offset, actual: shown(entry.name) });
    names.add(entry.name);
    entries.push(entry);
  }
  if (at !== start + size) throw broken(at, `the directory's end at ${start + size}`, `${at}`);
  return entries;
}

/** The end record is the last thing in the file, but for a comment of up to 65,535 bytes whose length it knows. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END.bytes;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (view.getUint32(at, true) === END.signature && view.getUint16(at + 20, true) === last - at) return at;
  }
  throw new DatasetError('zip.magic', { offset: view.byteLength, expected: 'a ZIP directory at the end', hint: 'the file is cut off, or no ZIP or NPZ archive' });
}

function centralEntry(bytes: Uint8Array, view: DataView, at: number, directory: number, end: number): { readonly entry: ZipEntry; readonly next: number } {
  if (at + CENTRAL.bytes > end || view.getUint32(at, true) !== CENTRAL.signature) throw broken(at, 'an entry of the directory');
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const packedSize = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const nameLength = view.getUint16(at + 28, true);
  const offset = view.getUint32(at + 42, true);
  const next = at + CENTRAL.bytes + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > end) throw broken(at, `an entry that ends before byte ${end}`, `${next}`);
  const rawName = bytes.subarray(at + CENTRAL.bytes, at + CENTRAL.bytes + nameLength);
  if ((flags & 1) !== 0) throw unsupported(at, 'encryption');
  if (method !== 0 && method !== 8) throw unsupported(at, `compression method ${method}`, 'write it with numpy.savez or numpy.savez_compressed');
  if (packedSize === IN_ZIP64 || size === IN_ZIP64 || offset === IN_ZIP64) throw unsupported(at, 'ZIP64', 'keep each array below 4 GiB');
  const packed = localData(bytes, view, offset, rawName, packedSize, directory);
  if (method === 0 && size !== packedSize) throw broken(at + 24, `${packedSize} bytes, as stored`, `${size}`);
  const name = new TextDecoder().decode(rawName);
  return { entry: { name, method, crc: view.getUint32(at + 16, true), size, packed, offset }, next };
}

/** Its own header repeats the name; sizes there may stand elsewhere and are not used. */
function localData(bytes: Uint8Array, view: DataView, offset: number, name: Uint8Array, size: number, directory: number): Uint8Array {
  if (offset + LOCAL.bytes > directory || view.getUint32(offset, true) !== LOCAL.signature) throw broken(offset, 'an entry before the directory');
  const nameLength = view.getUint16(offset + 26, true);
  const start = offset + LOCAL.bytes + nameLength + view.getUint16(offset + 28, true);
  if (start + size > directory) throw broken(offset, `data that ends before byte ${directory}`, `${start + size}`);
  if (nameLength !== name.length || name.some((byte, i) => bytes[offset + LOCAL.bytes + i] !== byte)) throw broken(offset + LOCAL.bytes, 'the name that the directory gives');
  return bytes.subarray(start, start + size);
}

const broken = (offset: number, expected: string, actual?: string): DatasetError =>
  new DatasetError('zip.directory', { offset, expected, ...(actual === undefined ? {} : { actual }) });

const unsupported = (offset: number, actual: string, hint?: string): DatasetError =>
  new DatasetError('zip.feature', { offset, expected: 'one plain archive, stored or deflated', actual, ...(hint === undefined ? {} : { hint }) });
