import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { appendFile as append, mkdir, readdir, readFile as read, rename, rm, writeFile as write } from 'node:fs/promises';
import { FretworkError } from '@fretwork/format';

const HINTS: Readonly<Record<string, readonly [code: string, says: string, hint: string]>> = {
  ENOENT: ['path.missing', 'there is no such file', 'check the path'],
  EISDIR: ['path.folder', 'this is a folder', 'name a file in it'],
  ENOTDIR: ['path.missing', 'a part of the path is no folder', 'check the path'],
  EACCES: ['path.denied', 'the file may not be opened', 'check its permissions'],
  EPERM: ['path.denied', 'the file may not be opened', 'check its permissions'],
  EROFS: ['path.denied', 'the file system is read-only', 'write to another place'],
  ENOSPC: ['path.no-space', 'the disk is full', 'free some space and run the command again; the old file is untouched'],
};

const WRITING: typeof HINTS = {
  ...HINTS,
  ENOENT: ['path.missing', 'the folder does not exist', 'make it first, or write to another place'],
  EEXIST: ['path.taken', 'there is a file where a folder should be', 'name another folder'],
  ENOTDIR: ['path.taken', 'there is a file where a folder should be', 'name another folder'],
  EISDIR: ['path.folder', 'this is a folder', 'name a file in it'],
};

function named(error: unknown, path: string, table: typeof HINTS = HINTS): FretworkError {
  const system = (error as { code?: unknown }).code;
  const [code, says, hint] = (typeof system === 'string' ? table[system] : undefined) ?? ['path.failed', (error as Error).message, 'check the path'];
  return new FretworkError(code, `${path}: ${says}`, { hint, cause: error });
}

/** The whole file. Throws `path.*`. */
export async function readFile(path: string): Promise<Uint8Array> {
  try {
    const bytes = await read(path);
    // Small files come as slices of a shared pool: a copy of their own keeps views aligned and nothing else alive.
    return bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : Uint8Array.from(bytes);
  } catch (error) {
    throw named(error, path);
  }
}

/** Writes beside `path` and renames: what stood there before stays whole until the new file is. Throws `path.*`. */
export async function writeFile(path: string, bytes: Uint8Array | string): Promise<void> {
  const beside = `${path}.${process.pid}.part`;
  try {
    await write(beside, bytes);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw named(error, path, WRITING);
  }
}

/** Adds to the end of a file, which need not be there yet. Throws `path.*`. */
export async function appendFile(path: string, text: string): Promise<void> {
  try {
    await append(path, text);
  } catch (error) {
    throw named(error, path, WRITING);
  }
}

/** Does nothing where there is no such file. Throws `path.*`. */
export async function removeFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw named(error, path, WRITING);
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Makes `path` and the folders above it. Throws `path.*`. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw named(error, path, WRITING);
  }
}

/** The files below `folder`, as paths relative to it. Throws `path.*`. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  } catch (error) {
    throw named(error, folder);
  }
}
