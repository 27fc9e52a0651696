import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PUBLIC_SETS, fetchDataset, loadDataset, parseDataSpec, type DataCache, type FetchProgress, type FetchResult, type PublicSet } from '@fretwork/datasets';
import { concat, dice, idx } from './forge.js';
import { memoryCache, origin, type Origin } from './origin-server.js';

const roll = dice(8);
/** Of noise, which gzip leaves long enough to be cut anywhere. */
const images = new Uint8Array(gzipSync(idx([40, 28, 28], Array.from({ length: 40 * 784 }, () => roll(256)))));
const labels = new Uint8Array(gzipSync(idx([40], Array.from({ length: 40 }, (_, i) => i % 10))));
const FILES: Readonly<Record<string, Uint8Array>> = { 't10k-images-idx3-ubyte.gz': images, 't10k-labels-idx1-ubyte.gz': labels };
const IMAGES = 'fashion-mnist/t10k-images-idx3-ubyte.gz';
const LABELS = 'fashion-mnist/t10k-labels-idx1-ubyte.gz';

let server: Origin;
beforeEach(async () => {
  server = await origin(FILES);
});
afterEach(() => server.close());

const row = (): PublicSet => ({
  name: 'fashion-mnist',
  licence: 'MIT',
  files: Object.entries(FILES).map(([name, bytes]) => ({ name, url: `${server.base}/${name}`, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })),
  specs: ['fashion-mnist/test'],
});
const run = (cache: DataCache, options: { readonly signal?: AbortSignal; readonly onProgress?: (progress: FetchProgress) => void; readonly set?: PublicSet } = {}): Promise<FetchResult> =>
  fetchDataset(options.set ?? row(), { cache, fetch, ...options });
const outcomes = (result: FetchResult): string[] => result.files.map(({ outcome }) => outcome);
const failing = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => null, (error: unknown) => error);

describe('fetchDataset', () => {
  it('brings a set that loadDataset reads with the cache as its root', async () => {
    const cache = memoryCache();
    const result = await run(cache);
    expect(result).toEqual({ files: [{ path: IMAGES, outcome: 'fetched' }, { path: LABELS, outcome: 'fetched' }], specs: ['fashion-mnist/test'] });
    expect([...cache.files.keys()]).toEqual([IMAGES, LABELS]);
    const set = await loadDataset(result.specs[0]!, { root: 'cache', readFile: async (path) => cache.files.get(path.slice('cache/'.length))! });
    expect(set.inputs.shape).toEqual([40, 1, 28, 28]);
  });

  it('asks for nothing that is there already, and replaces what is damaged', async () => {
    const cache = memoryCache();
    await run(cache);
    expect(outcomes(await run(cache))).toEqual(['kept', 'kept']);
    expect(server.requests).toEqual(['whole', 'whole']);
    cache.files.set(LABELS, cache.files.get(LABELS)!.map((byte, i) => (i === 20 ? byte ^ 1 : byte)));
    expect(outcomes(await run(cache))).toEqual(['kept', 'fetched']);
    expect(cache.files.get(LABELS)).toEqual(labels);
  });

  it('goes on after a broken connection', async () => {
    const cache = memoryCache();
    server.behave = (_request, response) => {
      response.writeHead(200, { 'content-length': images.length });
      response.write(images.subarray(0, 5000), () => setTimeout(() => response.destroy(), 50));
    };
    expect(await failing(run(cache))).toMatchObject({ code: 'fetch.network' });
    expect(cache.files.get(IMAGES)).toBeUndefined();
    expect(cache.files.get(`${IMAGES}.part`)).toEqual(images.subarray(0, 5000));
    server.behave = (_request, _response, respond) => respond();
    expect(outcomes(await run(cache))).toEqual(['resumed', 'fetched']);
    expect(server.requests).toEqual(['whole', 'bytes=5000-', 'whole']);
    expect(cache.files.get(IMAGES)).toEqual(images);
  });

  it('starts anew where the server knows no ranges', async () => {
    const cache = memoryCache(new Map([[`${IMAGES}.part`, images.slice(0, 700)]]));
    server.behave = (request, response) => void response.writeHead(200).end(FILES[request.url!.slice(1)]);
    expect(outcomes(await run(cache))).toEqual(['fetched', 'fetched']);
    expect(cache.files.get(IMAGES)).toEqual(images);
  });

  it('only checks a part that is complete, and drops one that is too long', async () => {
    const cache = memoryCache(new Map([[`${IMAGES}.part`, images], [`${LABELS}.part`, concat(labels, [0])]]));
    expect(outcomes(await run(cache))).toEqual(['resumed', 'fetched']);
    expect(server.requests).toEqual(['whole']);
    expect(cache.files.get(LABELS)).toEqual(labels);
  });

  it('tells how far it is', async () => {
    const seen: FetchProgress[] = [];
    await run(memoryCache(), { onProgress: (progress) => seen.push(progress) });
    const all = images.length + labels.length;
    expect(seen[0]).toEqual({ file: IMAGES, received: 0, bytes: images.length, receivedInAll: 0, bytesInAll: all });
    expect(seen.at(-1)).toEqual({ file: LABELS, received: labels.length, bytes: labels.length, receivedInAll: all, bytesInAll: all });
    for (let i = 1; i < seen.length; i++) expect(seen[i]!.receivedInAll).toBeGreaterThanOrEqual(seen[i - 1]!.receivedInAll);
  });

  it('stops with the reason of the abort and keeps the part', async () => {
    const cache = memoryCache();
    const stop = new AbortController();
    const reason = new Error('enough');
    server.behave = (_request, response) => {
      response.writeHead(200, { 'content-length': images.length });
      response.write(images.subarray(0, 4000));
    };
    const onProgress = ({ received }: FetchProgress): void => {
      if (received === 4000) stop.abort(reason);
    };
    expect(await failing(run(cache, { signal: stop.signal, onProgress }))).toBe(reason);
    expect(cache.files.get(`${IMAGES}.part`)!.length).toBe(4000);
    expect(await failing(run(cache, { signal: stop.signal }))).toBe(reason);
    expect(server.requests.length).toBe(1);
  });

  it.each([
    ['fetch.status', 'a file that is gone', (): void => { server.behave = (_request, response) => void response.writeHead(404).end(); }],
    ['fetch.size', 'a file that is too short', (): void => { server.behave = (_request, response) => void response.writeHead(200).end(images.subarray(9)); }],
    ['fetch.size', 'a file that is too long', (): void => { server.behave = (_request, response) => void response.writeHead(200).end(concat(images, [1])); }],
    ['fetch.checksum', 'another file of the same size', (): void => { server.behave = (_request, response) => void response.writeHead(200).end(new Uint8Array(images.length)); }],
    ['fetch.network', 'no answer', (): void => { server.behave = (request) => void request.destroy(); }],
  ] as const)('%s: %s never gets its name', async (code, _what, prepare) => {
    const cache = memoryCache();
    prepare();
    expect(await failing(run(cache))).toMatchObject({ name: 'DatasetError', code });
    expect(cache.files.has(IMAGES)).toBe(false);
  });

  it('deletes a part that turned out wrong, so that the next run is not stuck', async () => {
    const cache = memoryCache(new Map([[`${IMAGES}.part`, new Uint8Array(600)]]));
    expect(await failing(run(cache))).toMatchObject({ code: 'fetch.checksum' });
    expect(outcomes(await run(cache))).toEqual(['fetched', 'fetched']);
  });

  it('fetch.range: a server that sends another part', async () => {
    const cache = memoryCache(new Map([[`${IMAGES}.part`, images.slice(0, 600)]]));
    server.behave = (_request, response) => void response.writeHead(206, { 'content-range': `bytes 0-${images.length - 1}/${images.length}` }).end(images);
    expect(await failing(run(cache))).toMatchObject({ code: 'fetch.range' });
    expect(cache.files.get(`${IMAGES}.part`)!.length).toBe(600);
  });

  it('works with files on a disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fretwork-fetch-'));
    const at = (path: string): string => join(folder, path);
    const cache: DataCache = {
      size: (path) => stat(at(path)).then(({ size }) => size, () => undefined),
      read: (path) => readFile(at(path)),
      append: async (path, bytes) => {
        await mkdir(dirname(at(path)), { recursive: true });
        await appendFile(at(path), bytes);
      },
      rename: (from, to) => rename(at(from), at(to)),
      remove: (path) => rm(at(path), { force: true }),
    };
    try {
      expect(outcomes(await run(cache))).toEqual(['fetched', 'fetched']);
      expect((await loadDataset('fashion-mnist', { root: folder, readFile })).labels.length).toBe(40);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('PUBLIC_SETS', () => {
  it.each(PUBLIC_SETS.map((set) => [set.name, set] as const))('%s: its row holds what a download needs, and its specs parse', (name, set) => {
    for (const file of set.files) {
      expect(new URL(file.url).pathname.endsWith(`/${file.name}`)).toBe(true);
      expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(file.bytes).toBeGreaterThan(0);
    }
    expect(set.specs.map((spec) => parseDataSpec(spec).kind)).toEqual(set.specs.map(() => name));
  });
});
