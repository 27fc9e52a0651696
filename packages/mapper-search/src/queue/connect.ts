import { FretworkError } from '@fretwork/format';
import type { Redis } from 'ioredis';

/** Both are the user's to install: most searches need neither. Throws `queue.missing`. */
export async function loadQueue(): Promise<{ readonly bullmq: typeof import('bullmq'); readonly Redis: typeof Redis }> {
  try {
    return { bullmq: await import('bullmq'), Redis: (await import('ioredis')).Redis };
  } catch (cause) {
    throw new FretworkError('queue.missing', 'a queue needs bullmq and ioredis, which are not installed', { cause, hint: 'npm install bullmq ioredis' });
  }
}

/** Before keys, in Redis. */
export const PREFIX = 'fretwork';
/** Of queues. */
export const EVALUATIONS = 'evaluations';
export const measurementsOn = (device: string): string => `measurements-${device}`;

/** An attempt to connect, ms; and the longest pause between two of them later on. */
const [PATIENCE, PAUSE] = [5000, 2000];

/** A connection that waits for Redis where it goes away. Throws `queue.missing`, `queue.unreachable` where it is not there at the beginning. */
export async function connect(url: string): Promise<Redis> {
  const { Redis } = await loadQueue();
  const options = { lazyConnect: true, maxRetriesPerRequest: null, connectTimeout: PATIENCE };
  try {
    const first = new Redis(url, { ...options, retryStrategy: () => null });
    first.on('error', () => {});
    await first.connect();
    await first.quit();
  } catch (cause) {
    throw new FretworkError('queue.unreachable', `there is no Redis at ${withoutPassword(url)}: ${(cause as Error).message}`, { cause, hint: 'start one (redis-server --appendonly yes), or check the address: redis://host:6379' });
  }
  const redis = new Redis(url, { ...options, retryStrategy: (times) => Math.min(PAUSE, 100 * times) });
  // What is lost is connected anew: nobody has to hear of each attempt.
  redis.on('error', () => {});
  await redis.connect();
  return redis;
}

export const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, '//');
