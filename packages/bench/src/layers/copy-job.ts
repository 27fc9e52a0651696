import { ownRunner } from '../peers/own.js';
import type { BenchLayer } from './layer-set.js';
import type { MaskRequest } from './masks.js';
import { makeProblem, modelOf, pruneProblem, weightTensors, type Problem } from './problem.js';

/** A layer of ours on one thread, as plain as a message to another process has to be. */
export interface CopyJob {
  readonly layer: BenchLayer;
  /** Left out: dense. */
  readonly masks?: MaskRequest;
  readonly tensors: 'copies' | 'views';
  readonly seed: number;
}

export const problemOf = ({ layer, masks, seed }: CopyJob): Problem => {
  const whole = makeProblem(layer, seed);
  return masks === undefined ? whole : pruneProblem(whole, masks, seed);
};

/** The layer, warm: runs it again and again for so many milliseconds, and says how many one run took. */
export async function startCopy(job: CopyJob): Promise<(ms: number) => number> {
  const problem = problemOf(job);
  const { run } = await ownRunner(modelOf(problem, weightTensors(problem, job.masks)), { x: problem.input }, { threads: 1, tensors: job.tensors });
  const time = (ms: number): number => {
    const start = performance.now();
    for (let runs = 1; ; runs++) {
      void run();
      const spent = performance.now() - start;
      if (spent >= ms) return spent / runs;
    }
  };
  time(200);
  return time;
}
