import { createHash } from 'node:crypto';
import { readFile as read, rename, rm, writeFile as write } from 'node:fs/promises';
import { FretworkError } from '@fretwork/format';

const HINTS: Readonly<Record<string, readonly [code: string, says: string, hint: string]>> = {
  ENOENT: ['file.missing', 'there is no such file', 'check the path'],
  EISDIR: ['file.folder', 'this is a folder', 'name a file in it'],
  ENOTDIR: ['file.missing', 'a part of the path is no folder', 'check the path'],
  EACCES: ['file.denied', 'the file may not be opened', 'check its permissions'],
  EPERM: ['file.denied', 'the file may not be opened', 'check its permissions'],
  EROFS: ['file.denied', 'the file system is read-only', 'write to another place'],
  ENOSPC: ['file.no-space', 'the disk is full', 'free some space and run the command again; the old file is untouched'],
};

function named(error: unknown, path: string): FretworkError {
  const system = (error as { code?: unknown }).code;
  const [code, says, hint] = (typeof system === 'string' ? HINTS[system] : undefined) ?? ['file.failed', (error as Error).message, 'check the path'];
  return new FretworkError(code, `${path}: ${says}`, { hint, cause: error });
}

/** The whole file. Throws `file.*`. */
export async function readFile(path: string): Promise<Uint8Array> {
  try {
    const bytes = await read(path);
    // Small files come as slices of a shared pool: a copy of their own keeps views aligned and nothing else alive.
    return bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : Uint8Array.from(bytes);
  } catch (error) {
    throw named(error, path);
  }
}

/** Writes beside `path` and renames: what stood there before stays whole until the new file is. Throws `file.*`. */
export async function writeFile(path: string, bytes: Uint8Array | string): Promise<void> {
  const beside = `${path}.${process.pid}.part`;
  try {
    await write(beside, bytes);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw named(error, path);
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
