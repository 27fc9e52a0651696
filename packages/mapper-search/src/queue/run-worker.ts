import type { Job as QueueJob, Worker } from 'bullmq';
import { FretworkError, readModel, type Model } from '@fretwork/format';
import type { Evaluator } from '../contract.js';
import { blobsOf, type PackedTask, type TaskRecord } from '../evaluate/task.js';
import { inThreads } from '../pool/in-threads.js';
import { blobReader } from './blobs.js';
import { connect, EVALUATIONS, loadQueue, measurementsOn, PREFIX } from './connect.js';
import type { EvaluationData, Measured, MeasureData } from './contract.js';

/** What a worker tells. */
export interface WorkerEvent {
  readonly says: 'ready' | 'begins' | 'done' | 'failed' | 'taken over';
  readonly queue: string;
  /** First digits of the job's hash; left out: it is about the worker. */
  readonly job?: string;
  readonly reason?: string;
}

/** Prunes `model` by the plan and times it on this machine. */
export type Measure = (model: Model, request: Omit<MeasureData, 'model'>) => Promise<Measured>;

export interface WorkerOptions {
  readonly url: string;
  /** Evaluations at once; 0: none. */
  readonly threads: number;
  /** Where blobs are kept. */
  readonly folder: string;
  /** Makes what evaluates a task. Default `inThreads`, which leaves this thread free to keep hold of its jobs. */
  readonly evaluatorOf?: (task: PackedTask) => Evaluator;
  /** Takes measurements too, one at a time, for those who ask for this device. */
  readonly measuring?: { readonly device: string; readonly measure: Measure };
  /** ms after which a worker that was not heard of counts as dead. Default 30 000. */
  readonly lockMs?: number;
  readonly onEvent?: (event: WorkerEvent) => void;
  /** Finishes the jobs at hand and returns. */
  readonly signal?: AbortSignal;
}

/** Times that a job may be begun by workers that die. */
const DEATHS = 10;

/** Works until `signal`. Throws `queue.*` where it cannot begin. */
export async function runWorker({ url, threads, folder, evaluatorOf, measuring, lockMs = 30_000, onEvent, signal }: WorkerOptions): Promise<void> {
  const { bullmq } = await loadQueue();
  const redis = await connect(url);
  const read = blobReader(redis, folder);
  const tasks = taskKeeper(read, evaluatorOf ?? ((task) => inThreads(task, { threads })));
  const evaluate = async ({ record, job }: EvaluationData): Promise<unknown> => {
    const { evaluator, release } = await tasks.of(record);
    try {
      return await evaluator.evaluate(job);
    } finally {
      release();
    }
  };
  const measure = async ({ model, ...request }: MeasureData): Promise<unknown> => await measuring!.measure(readModel(await read(model)), request);

  const start = async (queue: string, concurrency: number, work: (data: never) => Promise<unknown>): Promise<Worker> => {
    const tell = (says: WorkerEvent['says'], job?: QueueJob | string, reason?: string): void => onEvent?.({
      says, queue, ...(job !== undefined && { job: (typeof job === 'string' ? job : job.id ?? '').slice(0, 8) }), ...(reason !== undefined && { reason }),
    });
    const worker = new bullmq.Worker(queue, async (job) => {
      tell('begins', job);
      return await work(job.data as never);
    }, { connection: await connect(url), prefix: PREFIX, concurrency, lockDuration: lockMs, stalledInterval: lockMs / 2, maxStalledCount: DEATHS });
    worker.on('completed', (job) => tell('done', job));
    worker.on('failed', (job, error) => tell('failed', job, error.message));
    worker.on('stalled', (id) => tell('taken over', id));
    // Redis went away: it is connected anew.
    worker.on('error', () => {});
    await worker.waitUntilReady();
    tell('ready');
    return worker;
  };

  const workers: Worker[] = [];
  try {
    if (threads > 0) workers.push(await start(EVALUATIONS, threads, evaluate));
    if (measuring !== undefined) workers.push(await start(measurementsOn(measuring.device), 1, measure));
    if (workers.length === 0) throw new FretworkError('search.option', 'this worker would do nothing', { hint: 'give it threads, or a device to measure on' });
    await new Promise<void>((resolve) => {
      if (signal?.aborted === true) resolve();
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await Promise.all(workers.map(async (worker) => {
      const { connection } = worker.opts as { readonly connection: { disconnect(): void } };
      await worker.close();
      connection.disconnect();
    }));
    await tasks.close();
    redis.disconnect();
  }
}

interface Held {
  readonly evaluator: Promise<Evaluator>;
  users: number;
}

/** The evaluators of the tasks that jobs are of; those of other tasks than the last are closed when nobody uses them. */
function taskKeeper(read: (hash: string) => Promise<Uint8Array>, make: (task: PackedTask) => Evaluator): { of(record: TaskRecord): Promise<{ readonly evaluator: Evaluator; release(): void }>; close(): Promise<void> } {
  const held = new Map<string, Held>();
  let last = '';
  const drop = (): void => {
    for (const [key, { users, evaluator }] of held) {
      if (users > 0 || key === last) continue;
      held.delete(key);
      evaluator.then((one) => one.close()).catch(() => {});
    }
  };
  const open = async (record: TaskRecord): Promise<Evaluator> => {
    const blobs = new Map<string, Uint8Array>();
    for (const hash of blobsOf(record)) blobs.set(hash, await read(hash));
    return make({ record, blobs });
  };
  return {
    of: async (record) => {
      const key = JSON.stringify(record);
      last = key;
      const found = held.get(key) ?? { evaluator: open(record), users: 0 };
      held.set(key, found);
      found.users++;
      const release = (): void => {
        found.users--;
        drop();
      };
      try {
        return { evaluator: await found.evaluator, release };
      } catch (error) {
        // The next job tries anew.
        held.delete(key);
        throw error;
      }
    },
    close: async () => { await Promise.all([...held.values()].map(async ({ evaluator }) => { await (await evaluator.catch(() => undefined))?.close(); })); },
  };
}
