import { FretworkError } from '@fretwork/format';

/**
 * Runs `work` with a signal that the first Ctrl-C aborts: work stops after the batch at hand. The second Ctrl-C ends the
 * process at once, as always. `next` is what the user can do then. Throws `run.stopped`.
 */
export async function interruptible<T>(next: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new FretworkError('run.stopped', 'stopped', { hint: next }));
  process.once('SIGINT', stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', stop);
  }
}

/** For commands that write checkpoints. */
export const RESUME = 'run the same command with --resume to go on from the last checkpoint';
