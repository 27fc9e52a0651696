import { openFile } from '#file';
import { iterableSource, streamSource, type ByteSource } from './byte-source.js';
import { openAddress } from './fetch.js';

/**
 * What `loadModel` reads from. A `URL`, and a text that starts with `http:` or `https:`, is fetched; in a browser any other text is
 * an address relative to the page or worker. A `URL` with the scheme `file:`, and in Node any other text, is a file.
 */
export type ModelSource = Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | URL | string;

/** Bytes in memory are no `ByteSource`: they are read where they lie. */
export async function openSource(source: Exclude<ModelSource, Uint8Array | ArrayBuffer>, signal: AbortSignal | undefined): Promise<ByteSource> {
  if (typeof source === 'string' || source instanceof URL) return isAddress(source) ? openAddress(source, signal) : openFile(source, signal);
  if (source instanceof Blob) return streamSource(source.stream(), source.size);
  // A ReadableStream is iterable in some hosts only.
  if ('getReader' in source) return streamSource(source, undefined);
  return iterableSource(source);
}

const isAddress = (source: string | URL): boolean => (typeof source === 'string' ? /^https?:/i.test(source) : source.protocol !== 'file:');
