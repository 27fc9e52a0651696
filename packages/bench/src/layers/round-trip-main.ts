/** The worker that `measureRoundTrip` starts: says that it is ready, and answers every odd number with the next one, until it is terminated. */
import { parentPort, workerData } from 'node:worker_threads';

const words = new Int32Array(workerData as SharedArrayBuffer);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of Node's has no origin
parentPort!.postMessage('ready');
for (let seen = 0; ;) {
  const now = Atomics.load(words, 0);
  if (now === seen) continue;
  seen = now + 1;
  Atomics.store(words, 0, seen);
}
