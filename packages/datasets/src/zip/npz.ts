import type { NdArray } from '../contract.js';
import { decompress } from '../decompress.js';
import { DatasetError, inFile, shown } from '../error.js';
import { DEFAULT_LIMIT, saidBy, type GunzipOptions } from '../gunzip.js';
import { readNpy } from '../npy-read.js';
import { crc32 } from './crc32.js';
import { zipEntries, type ZipEntry } from './zip-directory.js';

/**
 * The arrays of an NPZ archive by name, without `.npy`: what `numpy.savez` and `numpy.savez_compressed` write. `limit`
 * bounds all of them together, after decompression. Throws `zip.*`, and what `readNpy` throws with the array's name.
 */
export async function readNpz(bytes: Uint8Array, options: GunzipOptions = {}): Promise<Map<string, NdArray>> {
  const arrays = new Map<string, NdArray>();
  for (const [name, content] of await readZip(bytes, options)) {
    if (!name.endsWith('.npy')) throw new DatasetError('zip.feature', { file: name, expected: 'an archive of .npy files', actual: shown(name) });
    arrays.set(name.slice(0, -4), inFile(name, () => readNpy(content)));
  }
  return arrays;
}

/** The files of a ZIP archive by name; stored ones are views of `bytes`. Names are as they stand there: don't use them as paths. Throws `zip.*`. */
export async function readZip(bytes: Uint8Array, { limit = DEFAULT_LIMIT }: GunzipOptions = {}): Promise<Map<string, Uint8Array>> {
  const entries = zipEntries(bytes);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > limit) throw limitError(limit, `${total}`);
  const files = new Map<string, Uint8Array>();
  for (const entry of entries) files.set(entry.name, await unpack(entry));
  return files;
}

async function unpack({ name, method, crc, size, packed, offset }: ZipEntry): Promise<Uint8Array> {
  const corrupt = (details: { readonly expected?: string; readonly actual?: string; readonly cause?: unknown }): DatasetError =>
    new DatasetError('zip.corrupt', { file: name, offset, ...details, hint: 'fetch or write the archive again' });
  const content = method === 0 ? packed : await decompress(packed, 'deflate-raw', size, {
    corrupt: (cause) => corrupt({ ...saidBy(cause), cause }),
    limit: () => corrupt({ expected: `${size} bytes, as declared`, actual: 'more' }),
  });
  if (content.length !== size) throw corrupt({ expected: `${size} bytes, as declared`, actual: `${content.length}` });
  const sum = crc32(content);
  if (sum !== crc) throw corrupt({ expected: `CRC-32 ${crc.toString(16)}`, actual: sum.toString(16) });
  return content;
}

const limitError = (limit: number, actual: string): DatasetError =>
  new DatasetError('zip.limit', { expected: `at most ${limit} bytes`, actual, hint: 'if you trust the file, raise the limit' });
