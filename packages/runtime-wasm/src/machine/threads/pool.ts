import { FretworkError } from '@fretwork/format';
import { startWorker, type ThreadWorker } from '#threads';
import { ARGUMENTS, callWith, mailboxBytes, PIECE, spinOver, takeFirst, WORDS, type Kernel, type ThreadStart } from './serve.js';

/** Threads that share the pieces of a job: calls of one kernel with other arguments. */
export interface Pool {
  /**
   * Calls `kernel` once per piece, with row p of `args`, int32 `[pieces, ARGUMENTS]`, and returns when all are done. Each thread takes
   * one piece after the other; where no worker is awake the caller does them all. At most `MOST_PIECES` a thread. Throws `run.worker` where a worker has died or its kernel trapped, from then on always.
   */
  readonly fork: (kernel: string, args: Int32Array) => void;
  readonly dispose: () => void;
}

export interface PoolParts {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The caller's own instance of `module` over `memory`. */
  readonly exports: WebAssembly.Exports;
  /** Two or more, the caller's included. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  /** Starts one worker; left out: a worker of this host. */
  readonly start?: typeof startWorker;
  /** A piece is a part of a layer: one that takes this long after all others are done is not being done. Left out: 30 s. */
  readonly stallMs?: number;
}

export type Pooled = { readonly ok: true; readonly pool: Pool } | { readonly ok: false; readonly reason: string };

/** A worker that has not answered by then never will: its file did not load. */
const START_MS = 10_000;

/** Starts the workers and waits until all are ready. Where the host refuses one, none is left. Rejects with the reason of `signal`. */
export async function startPool({ module, memory, exports, threads, signal, start = startWorker, stallMs = 30_000 }: PoolParts): Promise<Pooled> {
  const kernels = WebAssembly.Module.exports(module).filter(({ kind }) => kind === 'function').map(({ name }) => name);
  const mailbox = new SharedArrayBuffer(mailboxBytes(threads));
  const state: { died: string | undefined } = { died: undefined };
  const workers: ThreadWorker[] = [];
  const end = (): void => { for (const worker of workers) worker.terminate(); };
  try {
    await allReady(threads - 1, signal, (i, ready, died) => {
      const message: ThreadStart = { module, memory, mailbox, thread: i + 1, kernels };
      workers.push(start(message, ready, (reason) => {
        state.died ??= `worker ${i + 1} ${reason}`;
        died(reason);
      }));
    });
  } catch (error) {
    end();
    signal?.throwIfAborted();
    return { ok: false, reason: `a worker did not start: ${error instanceof Error ? error.message : String(error)}` };
  }
  for (const worker of workers) worker.unref();
  const fork = forkOver(new Int32Array(mailbox), kernels, exports, state, stallMs);
  return {
    ok: true,
    pool: {
      fork,
      dispose: () => {
        state.died ??= 'the pool was disposed of';
        end();
      },
    },
  };
}

type StartOne = (i: number, ready: () => void, died: (reason: string) => void) => void;

function allReady(count: number, signal: AbortSignal | undefined, start: StartOne): Promise<void> {
  return new Promise((resolve, reject) => {
    let missing = count;
    const timer = setTimeout(() => reject(new Error(`it did not answer within ${START_MS / 1000} s`)), START_MS);
    const abort = (): void => reject(new Error('aborted'));
    const settle = (action: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      action();
    };
    signal?.addEventListener('abort', abort, { once: true });
    const ready = (): void => { if (--missing === 0) settle(resolve); };
    const died = (reason: string): void => settle(() => reject(new Error(`it ${reason}`)));
    try {
      for (let i = 0; i < count; i++) start(i, ready, died);
    } catch (error) {
      settle(() => reject(error as Error));
    }
  });
}

function forkOver(words: Int32Array, kernels: readonly string[], exports: WebAssembly.Exports, state: { died: string | undefined }, stallMs: number): Pool['fork'] {
  const places = new Map(kernels.map((name, i) => [name, i]));
  const table = kernels.map((name) => exports[name] as Kernel);
  const join = joinOver(words, stallMs);
  const check = (): void => {
    const trapped = Atomics.load(words, WORDS.failed);
    if (trapped !== 0) state.died ??= `the kernel of worker ${trapped} trapped`;
    if (state.died === undefined) return;
    throw new FretworkError('run.worker', 'the threads of this runtime are gone', { actual: state.died, hint: 'load the model again, with one thread' });
  };
  return (kernel, args) => {
    check();
    const place = places.get(kernel)!;
    const pieces = args.length / ARGUMENTS;
    words.set(args, WORDS.arguments);
    words[WORDS.kernel] = place;
    Atomics.store(words, WORDS.done, 0);
    Atomics.store(words, WORDS.pieces, pieces * PIECE);
    if (Atomics.load(words, WORDS.sleepers) > 0) Atomics.notify(words, WORDS.pieces);
    try {
      for (let piece = takeFirst(words); piece >= 0; piece = takeFirst(words)) callWith(table[place]!, args, piece * ARGUMENTS);
    } finally {
      // Where an own piece has trapped, nobody begins another; but workers write to the memory until they are done with theirs.
      if (!join(pieces - (Atomics.exchange(words, WORDS.pieces, 0) >> 16))) state.died ??= `a worker did not finish within ${stallMs / 1000} s after the caller`;
    }
    check();
  };
}

const SLICE_MS = 100;

/** Waits until workers are done with so many pieces; false where they stall. Sleeps where the host lets this thread sleep. */
function joinOver(words: Int32Array, stallMs: number): (pieces: number) => boolean {
  const sleeps = maySleep();
  const spin = spinOver(words);
  /** Until `done` changes, or for a slice of time: false. */
  const wait = (done: number): boolean => {
    if (!sleeps) return spinFor(words, done, SLICE_MS);
    Atomics.store(words, WORDS.callerSleeps, 1);
    const came = Atomics.wait(words, WORDS.done, done, SLICE_MS) !== 'timed-out';
    Atomics.store(words, WORDS.callerSleeps, 0);
    return came;
  };
  return (pieces) => {
    // In slices, so that a computer that was asleep in between has not used up the time.
    let slices = Math.ceil(stallMs / SLICE_MS);
    for (let done = Atomics.load(words, WORDS.done); done < pieces; done = Atomics.load(words, WORDS.done)) {
      if (!spin(WORDS.done, done) && !wait(done) && --slices === 0) return false;
    }
    return true;
  };
}

function spinFor(words: Int32Array, done: number, ms: number): boolean {
  const end = performance.now() + ms;
  while (performance.now() < end) if (Atomics.load(words, WORDS.done) !== done) return true;
  return false;
}

/** The main thread of a page may not sleep: there the call throws. */
function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}
