import { DatasetError, shown } from '../error.js';
import { fetchFile, type DataCache, type Fetch, type FileOutcome } from './fetch-file.js';
import { PUBLIC_SETS, type PublicSet } from './fetch-table.js';

export interface FetchOptions {
  readonly cache: DataCache;
  /** `globalThis.fetch`, or what stands for it. */
  readonly fetch: Fetch;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FetchProgress) => void;
}

export interface FetchProgress {
  /** Path in the cache. */
  readonly file: string;
  /** Bytes of this file that are there, and all it has. */
  readonly received: number;
  readonly bytes: number;
  /** The same of all files of the set. */
  readonly receivedInAll: number;
  readonly bytesInAll: number;
}

export interface FetchResult {
  readonly files: readonly { readonly path: string; readonly outcome: FileOutcome }[];
  /** What `loadDataset` takes with the cache as its `root`. */
  readonly specs: readonly string[];
}

/**
 * Downloads a public set, a row of `PUBLIC_SETS` or one of the caller's own, into the cache as `<name>/<file>`, one file
 * after another. A file that is there and has its checksum is kept; a part of one is gone on with. Nothing stands under
 * its name before its size and SHA-256 are proven. Throws `fetch.*`; what the cache throws, and an abort's reason, pass
 * through. What has come until then is kept, so calling it again goes on.
 */
export async function fetchDataset(set: string | PublicSet, { cache, fetch, signal, onProgress }: FetchOptions): Promise<FetchResult> {
  const row = typeof set === 'string' ? PUBLIC_SETS.find(({ name }) => name === set) : set;
  if (row === undefined) {
    throw new DatasetError('fetch.name', { expected: PUBLIC_SETS.map(({ name }) => name).join(' | '), actual: shown(String(set)) });
  }
  for (const part of [row.name, ...row.files.map(({ name }) => name)]) {
    // Rows may be the caller's: they name files on somebody's disk.
    if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part)) throw new DatasetError('fetch.name', { expected: 'names of letters, digits, dots, - and _', actual: shown(part) });
  }
  const bytesInAll = row.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const files: { path: string; outcome: FileOutcome }[] = [];
  let before = 0;
  for (const file of row.files) {
    const path = `${row.name}/${file.name}`;
    const outcome = await fetchFile(file, path, {
      cache, fetch, ...(signal === undefined ? {} : { signal }),
      onBytes: (received) => onProgress?.({ file: path, received, bytes: file.bytes, receivedInAll: before + received, bytesInAll }),
    });
    before += file.bytes;
    files.push({ path, outcome });
  }
  return { files, specs: row.specs };
}
