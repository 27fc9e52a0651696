import { FretworkError } from '@fretwork/format';

/** The reason of the signal that Ctrl-C aborts. */
export const stopped = (): FretworkError => new FretworkError('run.stopped', 'stopped', { hint: 'run the same command with --resume to go on from the last checkpoint' });

/**
 * Runs `work` with a signal that the first Ctrl-C aborts: work stops after the batch at hand. The second Ctrl-C ends the
 * process at once, as always.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(stopped());
  process.once('SIGINT', stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', stop);
  }
}
