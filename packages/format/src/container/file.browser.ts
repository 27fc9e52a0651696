import { FretworkError } from '../error.js';
import type { ByteSource } from './byte-source.js';
import { openAddress } from './fetch.js';

/** Stands in for `file.node.ts` where there is no file system: a text is an address there. Throws `load.no-files` for `file:`. */
export async function openFile(place: string | URL, signal: AbortSignal | undefined): Promise<ByteSource> {
  if (!/^file:/i.test(String(place))) return openAddress(place, signal);
  throw new FretworkError('load.no-files', `${String(place)} is a file; this host has none`, {
    hint: 'serve it, or take a Blob from an input of type file',
  });
}
