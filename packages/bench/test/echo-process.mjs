/** Stands in for the process of a cold start: sends its job back, fails for seed -1, ends without a word for -2. */
process.once('message', (job) => {
  if (job.seed === -2) process.exit(7);
  process.send(job.seed === -1 ? { ok: false, reason: 'told to fail' } : { ok: true, cold: job }, () => process.disconnect());
});
