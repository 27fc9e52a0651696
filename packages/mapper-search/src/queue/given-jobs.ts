import type { Queue, QueueEvents } from 'bullmq';
import { FretworkError } from '@fretwork/format';
import type { EvaluateOptions } from '../contract.js';
import { hashOf } from '../evaluate/task.js';
import { connect, loadQueue, PREFIX } from './connect.js';

/** Tries of a job whose work throws, ms before the second, and how long results are kept for searches that go on. */
const [TRIES, PAUSE, KEPT_SECONDS] = [3, 1000, 7 * 24 * 3600];

/** ms between two looks at jobs that no event told of: events are lost where Redis goes away. */
const LOOK = 2000;

/** Gives jobs to one queue and waits for what comes of them. */
export interface GivenJobs {
  run(data: object, options?: EvaluateOptions): Promise<unknown>;
  /** Takes back what no worker has begun. */
  close(): Promise<void>;
}

/** Throws as `connect`. */
export async function giveJobs(url: string, name: string): Promise<GivenJobs> {
  const { bullmq } = await loadQueue();
  const [connection, listening] = [await connect(url), await connect(url)];
  const queue: Queue = new bullmq.Queue(name, { connection, prefix: PREFIX });
  const events: QueueEvents = new bullmq.QueueEvents(name, { connection: listening, prefix: PREFIX });
  queue.on('error', () => {});
  events.on('error', () => {});
  const waiting = new Map<string, () => void>();
  const wake = ({ jobId }: { readonly jobId: string }): void => waiting.get(jobId)?.();
  events.on('completed', wake);
  events.on('failed', wake);
  const timer = setInterval(() => { for (const look of waiting.values()) look(); }, LOOK);
  const options = { attempts: TRIES, backoff: { type: 'fixed', delay: PAUSE }, removeOnComplete: { age: KEPT_SECONDS }, removeOnFail: { age: KEPT_SECONDS } };

  const give = async (id: string, data: object): Promise<void> => { await queue.add('job', data, { ...options, jobId: id }); };
  /** What came of a job; undefined where nothing has yet. A job that is not there any more is given again. */
  const outcome = async (id: string, data: object): Promise<{ readonly value: unknown } | undefined> => {
    const job = await queue.getJob(id);
    if (job === undefined) {
      await give(id, data);
      return undefined;
    }
    // Read anew: it may have ended since it was read first.
    if (await job.isCompleted()) return { value: (await queue.getJob(id))?.returnvalue as unknown };
    if (await job.isFailed()) {
      // Whoever asks again gets another try.
      await job.remove();
      throw new FretworkError('search.worker', `a worker failed ${TRIES} times: ${job.failedReason}`, { hint: 'see what the worker says' });
    }
    return undefined;
  };

  return {
    run: async (data, { signal } = {}) => {
      const id = hashOf(new TextEncoder().encode(JSON.stringify(data)));
      signal?.throwIfAborted();
      await give(id, data);
      try {
        return await new Promise((resolve, reject) => {
          let looking = false;
          const look = (): void => {
            if (looking) return;
            looking = true;
            outcome(id, data).then((found) => { if (found !== undefined) resolve(found.value); }, reject).finally(() => { looking = false; });
          };
          const stop = (): void => reject(signal!.reason as Error);
          if (signal?.aborted === true) stop();
          signal?.addEventListener('abort', stop, { once: true });
          waiting.set(id, look);
          look();
        });
      } finally {
        waiting.delete(id);
        if (signal?.aborted === true) await queue.remove(id).catch(() => {});
      }
    },
    close: async () => {
      clearInterval(timer);
      await Promise.all([events.close(), queue.close()]);
      connection.disconnect();
      listening.disconnect();
    },
  };
}
