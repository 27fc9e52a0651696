/** One thread of a pool: evaluates one job after another for the task that it was started with. */
import { onnxRuntime } from '@fretwork/autodiff';
import { workerData } from 'piscina';
import type { Job, Metrics } from '../contract.js';
import { fastEvaluation, type FastEvaluation } from '../evaluate/fast-evaluation.js';
import { openTask, type PackedTask } from '../evaluate/task.js';

let evaluation: Promise<FastEvaluation> | undefined;

export default async function evaluate(job: Job): Promise<Metrics> {
  const { record, blobs } = workerData as PackedTask;
  evaluation ??= openTask(record, (hash) => blobs.get(hash)!).then((task) => fastEvaluation(task, onnxRuntime({ threads: 1, spinning: false })));
  return await (await evaluation).evaluate(job);
}
