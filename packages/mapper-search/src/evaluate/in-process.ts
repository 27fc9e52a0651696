import type { SessionFactory } from '@fretwork/autodiff';
import type { Evaluator } from '../contract.js';
import { fastEvaluation, type FastEvaluation } from './fast-evaluation.js';
import { openTask, type PackedTask } from './task.js';

/** One evaluation after another, in this process. It reads the packed task as workers do, so that it finds what they find. */
export function inProcess({ record, blobs }: PackedTask, sessions: SessionFactory): Evaluator {
  let evaluation: Promise<FastEvaluation> | undefined;
  return {
    setup: record, rungs: record.settings.rungs.length, parallel: 1,
    evaluate: async (job, options) => {
      evaluation ??= openTask(record, (hash) => blobs.get(hash)!).then((task) => fastEvaluation(task, sessions));
      return await (await evaluation).evaluate(job, options);
    },
    close: async () => { await (await evaluation)?.dispose(); },
  };
}
