import { DatasetError, shown } from './error.js';

export interface GunzipOptions {
  /** Most bytes to give; 4 GiB when left out. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 4 * 2 ** 30;
/** Some engines decompress a whole chunk before they hand on its first byte; this bounds that to 1032 x 64 KiB. */
const CHUNK = 65536;

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
  const stream = new DecompressionStream('gzip');
  const reader = stream.readable.getReader();
  const feeding = feed(stream.writable, bytes);
  // A failure of the feeding side also ends the reading side, where it is reported.
  feeding.catch(() => {});
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const next = await reader.read().catch((cause: unknown) => {
      throw corrupt(cause);
    });
    if (next.done) break;
    total += next.value.length;
    if (total > limit) {
      await reader.cancel().catch(() => {});
      throw new DatasetError('gzip.limit', {
        expected: `at most ${limit} bytes`, actual: `more, from ${bytes.length} compressed bytes`,
        hint: 'if you trust the file, raise the limit',
      });
    }
    chunks.push(next.value);
  }
  await feeding.catch((cause: unknown) => {
    throw corrupt(cause);
  });
  return join(chunks, total);
}

async function feed(writable: WritableStream<Uint8Array<ArrayBuffer>>, bytes: Uint8Array): Promise<void> {
  const writer = writable.getWriter();
  for (let at = 0; at < bytes.length; at += CHUNK) {
    await writer.ready;
    await writer.write(bytes.slice(at, at + CHUNK));
  }
  await writer.close();
}

function join(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const whole = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

const corrupt = (cause: unknown): DatasetError => new DatasetError('gzip.corrupt', {
  ...saidBy(cause),
  hint: 'fetch the file again and compare its checksum', cause,
});

/** Some engines put the decoder's words into the error, some into its cause, some nowhere. */
function saidBy(error: unknown): { readonly actual?: string } {
  if (!(error instanceof Error)) return {};
  return error.message === '' ? saidBy(error.cause) : { actual: shown(error.message) };
}

/** Bytes as people read them in a hex dump. */
export const hex = (bytes: Uint8Array): string =>
  bytes.length === 0 ? 'nothing' : [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
