/** What a stream can do to `decompress`: end badly, or grow too large. */
export interface DecompressFailures {
  readonly corrupt: (cause: unknown) => Error;
  readonly limit: () => Error;
}

/** Some engines decompress a whole chunk before they hand on its first byte; this bounds that to 1032 x 64 KiB. */
const CHUNK = 65536;

/** The content of a compressed stream. Memory stays below twice the limit plus one chunk, whatever the stream claims. */
export async function decompress(bytes: Uint8Array, format: CompressionFormat, limit: number, failures: DecompressFailures): Promise<Uint8Array> {
  const stream = new DecompressionStream(format);
  const reader = stream.readable.getReader();
  const feeding = feed(stream.writable, bytes);
  // A failure of the feeding side also ends the reading side, where it is reported.
  feeding.catch(() => {});
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const next = await reader.read().catch((cause: unknown) => {
      throw failures.corrupt(cause);
    });
    if (next.done) break;
    total += next.value.length;
    if (total > limit) {
      await reader.cancel().catch(() => {});
      throw failures.limit();
    }
    chunks.push(next.value);
  }
  await feeding.catch((cause: unknown) => {
    throw failures.corrupt(cause);
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

/** The chunks behind one another; `total` is the sum of their lengths. */
export function join(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const whole = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
