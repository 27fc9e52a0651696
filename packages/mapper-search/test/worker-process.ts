/** A worker of its own: `node worker-process.ts URL FOLDER LOCK_MS`. Says what it does, a line of JSON each; ends cleanly on SIGTERM. */
import { setTimeout as sleep } from 'node:timers/promises';
import { onnxRuntime } from '@fretwork/autodiff';
import { inProcess, runWorker } from '../src/index.js';

const [url, folder, lockMs] = process.argv.slice(2) as [string, string, string];
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await runWorker({
  url, folder, threads: 1, lockMs: Number(lockMs), signal: stop.signal,
  evaluatorOf: (task) => {
    const evaluator = inProcess(task, onnxRuntime({ threads: 1, spinning: false }));
    // Long enough to be caught in the middle of.
    return { ...evaluator, evaluate: async (job) => { await sleep(300); return await evaluator.evaluate(job); } };
  },
  measuring: { device: 'desk', measure: async (model, { plan, rounds }) => ({ ms: model.layers.length + plan.entries.length / 10, spread: rounds / 1000, device: `worker ${process.pid}` }) },
  onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
});
process.exit(0);
