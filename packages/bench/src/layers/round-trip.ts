import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { FretworkError } from '@fretwork/format';
import { median } from '../timing/statistics.js';

const MAIN = new URL('./round-trip-main.js', import.meta.url);

const [BATCHES, TURNS] = [25, 100];
/** A thread that has not answered by then never will. */
const STALL_MS = 5000;
/** Looks between two at the clock. */
const LOOKS = 100_000;

/**
 * Nanoseconds that a number in shared memory takes to another thread and its answer back, both awake: what a fork and a join cost at least.
 * Cores that share a cache take some 100, those of two sockets ten times as long; where the host moves a virtual machine about, it changes.
 * The median of batches. Throws `bench.round-trip`.
 */
export async function measureRoundTrip(main: URL = MAIN): Promise<number> {
  const words = new Int32Array(new SharedArrayBuffer(64));
  const worker = new Worker(main, { workerData: words.buffer });
  try {
    await once(worker, 'message');
    const batches: number[] = [];
    for (let batch = 0, sent = 1; batch < BATCHES; batch++) {
      const start = performance.now();
      for (let turn = 0; turn < TURNS; turn++, sent += 2) sendAndWait(words, sent);
      batches.push(1e6 * (performance.now() - start) / TURNS);
    }
    return median(batches);
  } finally {
    await worker.terminate();
  }
}

function sendAndWait(words: Int32Array, sent: number): void {
  Atomics.store(words, 0, sent);
  for (let looks = 1, end = 0; Atomics.load(words, 0) === sent; looks++) {
    if (looks % LOOKS !== 0) continue;
    const now = performance.now();
    if (end === 0) end = now + STALL_MS;
    else if (now > end) throw new FretworkError('bench.round-trip', 'a thread does not answer', { hint: 'run the bench again, with fewer threads or a free core' });
  }
}
