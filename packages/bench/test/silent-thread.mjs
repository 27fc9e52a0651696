// A thread that is ready and then never answers.
import { parentPort } from 'node:worker_threads';

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of Node's has no origin
parentPort.postMessage('ready');
setInterval(() => undefined, 1000);
