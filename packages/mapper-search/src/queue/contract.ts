/**
 * The contract of the queue: evaluations and measurements on other machines, through Redis and BullMQ.
 *
 * What it is. One queue holds evaluations, whichever task they are of; each device that measures has one of its own. A job carries the
 * hashes of what it needs and everything else that it depends on; blobs (models, samples) lie in Redis under their hash, and workers keep them in a
 * folder. The name of a job is the hash of its contents: the same job given twice is one job, and its result is there once.
 *
 * What may go wrong. A worker that dies keeps its job until its lock runs out; then another one begins it anew, and gets the same, since jobs are
 * pure. A job whose evaluation throws is tried three times. While Redis is away everybody waits and connects again; a job that Redis
 * has lost is given again. So Redis should write its log (`appendonly yes`), and a search does not depend on it.
 *
 * What it is not. No protection: who reaches Redis can give jobs to its workers and results to its searches. Workers run nothing that is sent, and hold blobs against
 * their hash, plans against the model and results against their bounds; keep Redis on a network of your own all the same.
 *
 * What is thrown. `FretworkError`: `queue.missing` (bullmq and ioredis are installed beside this package), `queue.unreachable`, `queue.blob`,
 * `search.worker` for a job that failed three times, with the reason of the worker.
 */
import type { MappingPlan } from '@fretwork/format';
import type { Job } from '../contract.js';
import type { TaskRecord } from '../evaluate/task.js';

/** An evaluation as it stands in the queue. */
export interface EvaluationData {
  readonly record: TaskRecord;
  readonly job: Job;
}

/** A measurement as it stands in the queue of a device. */
export interface MeasureData {
  /** Hash of the model, as it will run. */
  readonly model: string;
  readonly plan: MappingPlan;
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  readonly rounds: number;
  readonly seed: number;
}

/** What a device found. */
export interface Measured {
  /** ms of all layers of a run, and how far they are spread. */
  readonly ms: number;
  readonly spread: number;
  /** Processor, system and runtime, for people. */
  readonly device: string;
}
