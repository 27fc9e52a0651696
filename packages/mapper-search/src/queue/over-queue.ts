import { FretworkError, writeModel, type MappingPlan, type Model } from '@fretwork/format';
import type { Evaluator, Metrics } from '../contract.js';
import { hashOf, type PackedTask } from '../evaluate/task.js';
import { putBlobs } from './blobs.js';
import { connect, EVALUATIONS, measurementsOn } from './connect.js';
import type { EvaluationData, Measured, MeasureData } from './contract.js';
import { giveJobs } from './given-jobs.js';

/** Jobs that wait or run at once where nothing is said: more than the workers of most desks. */
const PARALLEL = 64;

export interface QueueOptions {
  /** `redis://host:6379` */
  readonly url: string;
  /** Jobs in the queue at once. Rounds are smaller than the default. */
  readonly parallel?: number;
}

/** Evaluations by whoever runs a worker. Throws `queue.*`. */
export async function overQueue({ record, blobs }: PackedTask, { url, parallel = PARALLEL }: QueueOptions): Promise<Evaluator> {
  const redis = await connect(url);
  await putBlobs(redis, blobs);
  const jobs = await giveJobs(url, EVALUATIONS);
  return {
    setup: record, rungs: record.settings.rungs.length, parallel,
    evaluate: async (job, options) => await jobs.run({ record, job } satisfies EvaluationData, options) as Metrics,
    close: async () => {
      await jobs.close();
      redis.disconnect();
    },
  };
}

/** Times pruned models on a device that runs a worker. */
export interface DeviceMeasurer {
  measure(plan: MappingPlan, options?: { readonly signal?: AbortSignal }): Promise<Measured>;
  close(): Promise<void>;
}

export interface DeviceOptions extends QueueOptions {
  /** The name that the worker was started with. */
  readonly device: string;
  /** As it will run. */
  readonly model: Model;
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  readonly rounds: number;
  readonly seed: number;
}

/** Throws `queue.*`. */
export async function measureOverQueue({ url, device, model, inputShapes, rounds, seed }: DeviceOptions): Promise<DeviceMeasurer> {
  const redis = await connect(url);
  const bytes = writeModel(model);
  const hash = hashOf(bytes);
  await putBlobs(redis, new Map([[hash, bytes]]));
  const jobs = await giveJobs(url, measurementsOn(device));
  return {
    measure: async (plan, options) => checkMeasured(await jobs.run({ model: hash, plan, inputShapes, rounds, seed } satisfies MeasureData, options)),
    close: async () => {
      await jobs.close();
      redis.disconnect();
    },
  };
}

function checkMeasured(found: unknown): Measured {
  const { ms, spread, device } = (found ?? {}) as Partial<Measured>;
  if (!(typeof ms === 'number' && ms > 0 && typeof spread === 'number' && spread >= 0 && typeof device === 'string')) throw new FretworkError('search.worker', 'a device gave a measurement that makes no sense', { expected: 'ms above 0, a spread and a device', actual: JSON.stringify(found)?.slice(0, 200) ?? 'nothing' });
  return { ms, spread, device };
}
