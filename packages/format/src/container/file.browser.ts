import { FretworkError } from '../error.js';
import type { ByteSource } from './byte-source.js';

/** Stands in for `file.node.ts` where there is no file system. Throws `load.no-files`. */
export async function openFile(place: string | URL): Promise<ByteSource> {
  throw new FretworkError('load.no-files', `${String(place)} is a path, and this host has no files`, {
    hint: 'fetch it and give the `body` of the response to loadModel',
  });
}
