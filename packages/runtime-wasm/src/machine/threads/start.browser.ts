import type { ThreadStart } from './serve.js';

export interface ThreadWorker {
  readonly terminate: () => void;
  /** From here on the worker alone does not keep the process alive. */
  readonly unref: () => void;
}

/** Starts a worker that serves `message`. It is `ready` once, or it has `died`, for the reason given, at any time. */
export function startWorker(message: ThreadStart, ready: () => void, died: (reason: string) => void): ThreadWorker {
  const worker = new Worker(new URL('./thread.worker.js', import.meta.url), { type: 'module', name: `fretwork ${message.thread}` });
  worker.addEventListener('message', ({ data }) => (data === 'ready' ? ready() : died(`said: ${String(data)}`)));
  worker.addEventListener('error', ({ message: says }) => died(says ? `failed: ${says}` : 'could not be loaded: its file needs Cross-Origin-Embedder-Policy too, and worker-src'));
  worker.postMessage(message, []);
  return { terminate: () => worker.terminate(), unref: () => undefined };
}

export const cores = (): number => navigator.hardwareConcurrency ?? 1;
