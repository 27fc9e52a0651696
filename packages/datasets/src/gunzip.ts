import { decompress } from './decompress.js';
import { DatasetError, shown } from './error.js';

export interface GunzipOptions {
  /** Most bytes to give; 4 GiB when left out. */
  readonly limit?: number;
}

export const DEFAULT_LIMIT: number = 4 * 2 ** 30;

/**
 * The content of a gzip file. Memory stays below twice the limit plus one chunk, whatever the file claims.
 * A file of several members in a row is decompressed or refused as the engine's `DecompressionStream` does it.
 * Throws `gzip.magic`, `gzip.corrupt` (damaged, cut off), `gzip.limit`. Source: RFC 1952.
 */
export async function gunzip(bytes: Uint8Array, options: GunzipOptions = {}): Promise<Uint8Array> {
  const limit = options.limit ?? DEFAULT_LIMIT;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    throw new DatasetError('gzip.magic', {
      offset: 0, expected: '1f 8b', actual: hex(bytes.subarray(0, 2)),
      hint: 'if the file is not compressed, give it a name without .gz',
    });
  }
  return await decompress(bytes, 'gzip', limit, {
    corrupt: (cause) => new DatasetError('gzip.corrupt', { ...saidBy(cause), hint: 'fetch the file again and compare its checksum', cause }),
    limit: () => new DatasetError('gzip.limit', {
      expected: `at most ${limit} bytes`, actual: `more, from ${bytes.length} compressed bytes`,
      hint: 'if you trust the file, raise the limit',
    }),
  });
}

/** Some engines put the decoder's words into the error, some into its cause, some nowhere. */
export function saidBy(error: unknown): { readonly actual?: string } {
  if (!(error instanceof Error)) return {};
  return error.message === '' ? saidBy(error.cause) : { actual: shown(error.message) };
}

/** Bytes as people read them in a hex dump. */
export const hex = (bytes: Uint8Array): string =>
  bytes.length === 0 ? 'nothing' : [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
