/** The file that a worker of Node runs. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadStart } from './serve.js';

// Node runs the sources too, where the neighbour is called .ts.
const { serve } = await import(new URL(import.meta.url.replace(/^.*thread\.worker\.node/, './serve'), import.meta.url).href) as typeof import('./serve.js');

await serve(workerData as ThreadStart, () => parentPort!.postMessage('ready', []));
