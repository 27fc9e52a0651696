import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FretworkError } from '@fretwork/format';
import type { Redis } from 'ioredis';
import { hashOf } from '../evaluate/task.js';
import { PREFIX } from './connect.js';

/** Redis holds no larger values. */
const MOST = 512 * 2 ** 20;
const SECONDS = 14 * 24 * 3600;

const keyOf = (hash: string): string => `${PREFIX}:blob:${hash}`;

/** Puts blobs where they are not yet, and keeps them for two more weeks. Throws `queue.blob` for one that is too large. */
export async function putBlobs(redis: Redis, blobs: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [hash, bytes] of blobs) {
    if (bytes.length > MOST) throw new FretworkError('queue.blob', 'a model or a set of samples is too large for Redis', { expected: `at most ${MOST} bytes`, actual: `${bytes.length}`, hint: 'use fewer samples' });
    const key = keyOf(hash);
    if (await redis.expire(key, SECONDS) === 0) await redis.set(key, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), 'EX', SECONDS);
  }
}

/** Reads blobs from `folder`, or from Redis into it. What does not fit its hash is not kept. */
export const blobReader = (redis: Redis, folder: string) => async (hash: string): Promise<Uint8Array> => {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new FretworkError('queue.blob', 'this is no hash', { expected: '64 hexadecimal digits', actual: JSON.stringify(hash).slice(0, 80) });
  const path = join(folder, hash);
  const kept = await readFile(path).catch(() => undefined);
  if (kept !== undefined && hashOf(kept) === hash) return new Uint8Array(kept);
  const found = await redis.getBuffer(keyOf(hash));
  if (found === null || hashOf(found) !== hash) throw new FretworkError('queue.blob', found === null ? 'a blob that a job needs is not in Redis' : 'what lies under a hash in Redis is something else', { expected: hash, hint: 'begin the search again: it puts them there' });
  await mkdir(folder, { recursive: true });
  const beside = `${path}.${process.pid}.part`;
  await writeFile(beside, found);
  await rename(beside, path);
  return new Uint8Array(found);
};
