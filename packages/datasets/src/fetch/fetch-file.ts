import { DatasetError } from '../error.js';
import { saidBy } from '../gunzip.js';
import type { OriginFile } from './fetch-table.js';

/** The folder that downloads go into. Paths are relative, with `/`; the implementation makes folders as they are needed. */
export interface DataCache {
  /** Bytes of the file; nothing where there is none. */
  readonly size: (path: string) => Promise<number | undefined>;
  readonly read: (path: string) => Promise<Uint8Array>;
  /** Adds to the end of the file, which it makes where there is none. */
  readonly append: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Takes the place of what stands at `to`. */
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Does nothing where there is no such file. */
  readonly remove: (path: string) => Promise<void>;
}

export type Fetch = (url: string, init: { readonly headers: Readonly<Record<string, string>>; readonly signal?: AbortSignal }) => Promise<Response>;

/** `kept`: it was there; `fetched`: it came whole; `resumed`: the rest of a part came. */
export type FileOutcome = 'kept' | 'fetched' | 'resumed';

export interface FileFetch {
  readonly cache: DataCache;
  readonly fetch: Fetch;
  readonly signal?: AbortSignal;
  readonly onBytes: (received: number) => void;
}

const AGAIN = 'run it again: it goes on where it stopped';

/** One file, proven by size and SHA-256 before it gets its name. Throws `fetch.*`. */
export async function fetchFile(file: OriginFile, path: string, run: FileFetch): Promise<FileOutcome> {
  const { cache, signal } = run;
  signal?.throwIfAborted();
  if (await cache.size(path) === file.bytes && await sha256(await cache.read(path)) === file.sha256) {
    run.onBytes(file.bytes);
    return 'kept';
  }
  const part = `${path}.part`;
  let have = await cache.size(part) ?? 0;
  if (have > file.bytes) {
    await cache.remove(part);
    have = 0;
  }
  const resumed = have > 0 && have < file.bytes ? await download(file, part, have, run) : have > 0;
  if (have === 0) await download(file, part, 0, run);
  const actual = await sha256(await cache.read(part));
  if (actual !== file.sha256) {
    await cache.remove(part);
    throw new DatasetError('fetch.checksum', {
      file: path, expected: `SHA-256 ${file.sha256}`, actual,
      hint: 'what came is deleted: run it again, and if that fails too, the origin no longer serves this file',
    });
  }
  await cache.rename(part, path);
  return resumed ? 'resumed' : 'fetched';
}

/** Appends what is missing from byte `from` on. Whether it went on from there: a server that knows no ranges sends everything anew. */
async function download(file: OriginFile, part: string, from: number, { cache, fetch, signal, onBytes }: FileFetch): Promise<boolean> {
  const response = await request(file, from, fetch, signal);
  const resumed = response.status === 206;
  if (resumed && !goesOn(response.headers.get('content-range'), from, file.bytes)) {
    await response.body?.cancel();
    throw new DatasetError('fetch.range', { file: part, expected: `bytes ${from}-${file.bytes - 1}/${file.bytes}`, actual: response.headers.get('content-range') ?? 'no range', hint: `delete ${part} and run it again` });
  }
  if (!resumed) await cache.remove(part);
  let have = resumed ? from : 0;
  onBytes(have);
  const reader = response.body?.getReader();
  for (;;) {
    const next = await reader?.read().catch((cause: unknown) => {
      throw broken(part, cause, signal);
    });
    if (next === undefined || next.done) break;
    if (have + next.value.length > file.bytes) {
      await reader?.cancel();
      await cache.remove(part);
      throw new DatasetError('fetch.size', { file: part, expected: `${file.bytes} bytes`, actual: 'more', hint: 'the origin serves another file' });
    }
    await cache.append(part, next.value);
    have += next.value.length;
    onBytes(have);
    signal?.throwIfAborted();
  }
  if (have < file.bytes) throw new DatasetError('fetch.size', { file: part, expected: `${file.bytes} bytes`, actual: `${have}`, hint: AGAIN });
  return resumed;
}

async function request(file: OriginFile, from: number, fetch: Fetch, signal: AbortSignal | undefined): Promise<Response> {
  // A compressed transfer would change sizes and ranges.
  const headers = { 'accept-encoding': 'identity', ...(from === 0 ? {} : { range: `bytes=${from}-` }) };
  const response = await fetch(file.url, { headers, ...(signal === undefined ? {} : { signal }) }).catch((cause: unknown) => {
    throw broken(file.url, cause, signal);
  });
  if (response.status === 200 || (response.status === 206 && from > 0)) return response;
  await response.body?.cancel();
  throw new DatasetError('fetch.status', {
    file: file.url, expected: from === 0 ? '200' : '200 or 206', actual: `${response.status} ${response.statusText}`.trim(),
    hint: response.status >= 500 ? AGAIN : 'the origin no longer serves this file: get it elsewhere and put it into the cache under its name',
  });
}

const goesOn = (range: string | null, from: number, bytes: number): boolean => range === `bytes ${from}-${bytes - 1}/${bytes}`;

/** An abort is the caller's own wish and keeps its reason. */
function broken(file: string, cause: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted === true ? signal.reason : new DatasetError('fetch.network', { file, ...saidBy(cause), hint: AGAIN, cause });
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
