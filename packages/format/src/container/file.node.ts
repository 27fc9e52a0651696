import { open } from 'node:fs/promises';
import { FretworkError } from '../error.js';
import type { ByteSource } from './byte-source.js';

const PIECE_BYTES = 1 << 20;

/** A file of Node's file system, by path or `file:` URL. Throws `load.file` where it cannot be opened. */
export async function openFile(place: string | URL, _signal?: AbortSignal): Promise<ByteSource> {
  const file = await open(place).catch((cause: unknown): never => {
    throw new FretworkError('load.file', `${String(place)} cannot be opened`, { cause, hint: 'check the path and the right to read it' });
  });
  const status = await file.stat();
  return {
    // Pipes and devices say 0.
    size: status.isFile() ? status.size : undefined,
    next: async () => {
      const buffer = new Uint8Array(PIECE_BYTES);
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, null);
      return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
    },
    close: () => file.close(),
  };
}
