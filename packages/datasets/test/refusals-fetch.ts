import { createHash } from 'node:crypto';
import { fetchDataset, type DatasetErrorCode, type PublicSet } from '@fretwork/datasets';
import { memoryCache } from './origin-server.js';

const sha256 = createHash('sha256').update('data').digest('hex');
const row = (name: string): PublicSet => ({ name: 'set', licence: '', files: [{ name, url: 'http://origin.invalid/', bytes: 4, sha256 }], specs: [] });
const fetched = (response: () => Response, part = ''): Promise<unknown> => fetchDataset(row('file'), {
  cache: memoryCache(new Map(part === '' ? [] : [['set/file.part', new TextEncoder().encode(part)]])), fetch: async () => response(),
});

/** The rows of the refusals' table that speak of downloads; no server is asked. */
export const FETCH_REFUSALS: readonly (readonly [code: DatasetErrorCode, what: string, call: () => unknown])[] = [
  ['fetch.name', 'an unknown set', () => fetchDataset('imagenet', { cache: memoryCache(), fetch })],
  ['fetch.name', 'a file that leaves the cache', () => fetchDataset(row('../file'), { cache: memoryCache(), fetch })],
  ['fetch.name', 'a hidden file', () => fetchDataset(row('.file'), { cache: memoryCache(), fetch })],
  ['fetch.network', 'no connection', () => fetchDataset(row('file'), { cache: memoryCache(), fetch: () => Promise.reject(new TypeError('fetch failed')) })],
  ['fetch.status', 'an error page', () => fetched(() => new Response('no', { status: 500 }))],
  ['fetch.status', 'a part that nobody asked for', () => fetched(() => new Response('data', { status: 206 }))],
  ['fetch.status', 'a part that cannot be gone on with', () => fetched(() => new Response('', { status: 416 }), 'da')],
  ['fetch.range', 'a part without its place', () => fetched(() => new Response('ta', { status: 206 }), 'da')],
  ['fetch.size', 'no body', () => fetched(() => new Response(null))],
  ['fetch.size', 'too much', () => fetched(() => new Response('data!'))],
  ['fetch.checksum', 'other bytes', () => fetched(() => new Response('date'))],
];
