import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = process.env['FRETWORK_DATA_DIR'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

export const dataPath = (path: string): string => `${root}/${path}`;

/** Why the data cannot be used, or nothing: pass it to `ctx.skip`. */
export const missing = (path: string): string | undefined =>
  existsSync(dataPath(path)) ? undefined : `no ${path} in the data folder (set FRETWORK_DATA_DIR)`;

/** `node:fs/promises` as the kit wants it. */
export const folder = { readdir: (path: string, options: { readonly recursive: true }): Promise<string[]> => readdir(path, options), readFile };
