/** The process that `coldStarts` forks: takes one job, answers once, ends. */
import { coldStart, type ColdJob } from './cold-start.js';

process.once('message', (job: ColdJob) => {
  void coldStart(job).then((cold) => ({ ok: true, cold }), (error: unknown) => ({ ok: false, reason: String((error as Error)?.message ?? error) }))
    .then((answer) => process.send!(answer, () => process.disconnect()));
});
