/** The process that `measureCeiling` forks: takes a job, says that it is ready, and times its layer for as long as each message says. */
import { startCopy, type CopyJob } from './copy-job.js';

process.once('message', (job: CopyJob) => {
  void startCopy(job).then((time) => {
    process.on('message', (ms: number) => { process.send!(time(ms)); });
    process.send!('ready');
  }, () => process.exit(1));
});
