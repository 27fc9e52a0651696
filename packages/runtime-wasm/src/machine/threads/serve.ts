/**
 * The worker's side of the pool, and the mailbox that both sides read. Nothing is imported at run time: in Node a worker
 * takes this file as it lies, compiled or not.
 */

/** Words that a job hands over for each of its pieces: one cache line, more than any kernel has parameters. */
export const ARGUMENTS = 16;

/** Pieces of a job per thread, at most. */
export const MOST_PIECES = 4;

/**
 * The mailbox: 32-bit words in shared memory. Each word that is waited for has a cache line of its own, so that a thread
 * that spins on one is not disturbed by writes to another.
 */
export const WORDS = {
  /** The pieces of the job that nobody has taken: the first in the lower half, the one behind the last in the upper half. */
  pieces: 0,
  /** Pieces that workers are done with. */
  done: 16,
  /** 1 while the caller sleeps until `done` changes. */
  callerSleeps: 32,
  /** Workers that sleep until `pieces` changes. */
  sleepers: 48,
  /** The thread whose kernel trapped; 0 where none has. */
  failed: 64,
  /** Place of the job's kernel in the list that all were given. */
  kernel: 80,
  /** Arguments of piece p at `arguments` + `ARGUMENTS`·p. */
  arguments: 96,
} as const;

/** One piece in the upper half of `pieces`. */
export const PIECE = 0x10000;

export const mailboxBytes = (threads: number): number => 4 * (WORDS.arguments + threads * MOST_PIECES * ARGUMENTS);

/**
 * Milliseconds that a thread looks at a word before it goes to sleep: to be woken takes 50 to 100 µs. The plain layers between two forks, or
 * another thread's last piece, mostly take less. Where looking is in vain time and again, other processes want the cores: then it looks less long,
 * but longer than two runs are apart. A worker that gives up before would sleep at the next fork, and at every one after it.
 */
const MOST_MS = 0.2;
const LEAST_MS = 0.02;

/** Looks between two at the clock: some 0.3 µs. */
const LOOKS = 64;

/** Waits awake until the word at `at` is another than `seen`; false where it stayed the same. */
export type Spin = (at: number, seen: number) => boolean;

export function spinOver(words: Int32Array): Spin {
  let budget = MOST_MS;
  return (at, seen) => {
    const end = performance.now() + budget;
    do {
      for (let i = 0; i < LOOKS; i++) {
        if (Atomics.load(words, at) === seen) continue;
        budget = Math.min(MOST_MS, 2 * budget);
        return true;
      }
    } while (performance.now() < end);
    budget = Math.max(LEAST_MS, budget / 2);
    return false;
  };
}

/** What a worker is sent, once. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly mailbox: SharedArrayBuffer;
  /** 1 … threads - 1: the caller itself is thread 0. */
  readonly thread: number;
  /** Names of exports; a job names its kernel by the place in this list. */
  readonly kernels: readonly string[];
}

export type Kernel = (...words: readonly number[]) => void;

/** Makes ready, says so, and does jobs until the worker is terminated. Rejects where the host refuses the module. */
export async function serve({ module, memory, mailbox, thread, kernels }: ThreadStart, ready: () => void): Promise<never> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const table = kernels.map((name) => exports[name] as Kernel);
  const words = new Int32Array(mailbox);
  ready();
  const spin = spinOver(words);
  for (;;) {
    const piece = takeLast(words, spin);
    // Only now: while a piece that was taken is not done, no other job begins.
    try {
      callWith(table[words[WORDS.kernel]!]!, words, WORDS.arguments + piece * ARGUMENTS);
    } catch {
      Atomics.store(words, WORDS.failed, thread);
    }
    Atomics.add(words, WORDS.done, 1);
    if (Atomics.load(words, WORDS.callerSleeps) === 1) Atomics.notify(words, WORDS.done);
  }
}

/** Calls `kernel` with the words from `at` on; it takes as many as it has parameters. */
export function callWith(kernel: Kernel, words: Int32Array, at: number): void {
  kernel(
    words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!, words[at + 4]!, words[at + 5]!,
    words[at + 6]!, words[at + 7]!, words[at + 8]!, words[at + 9]!, words[at + 10]!, words[at + 11]!,
  );
}

/**
 * The last piece that nobody has taken; waits until there is one. Workers begin at the end and the caller at the front, so that with two
 * threads each has about the same pieces time and again, and finds in its cache what it left there.
 */
function takeLast(words: Int32Array, spin: Spin): number {
  for (;;) {
    const seen = Atomics.load(words, WORDS.pieces);
    const last = (seen >> 16) - 1;
    if ((seen & 0xffff) <= last) {
      if (Atomics.compareExchange(words, WORDS.pieces, seen, seen - PIECE) === seen) return last;
    } else if (!spin(WORDS.pieces, seen)) {
      Atomics.add(words, WORDS.sleepers, 1);
      Atomics.wait(words, WORDS.pieces, seen);
      Atomics.sub(words, WORDS.sleepers, 1);
    }
  }
}

/** The first of them, without waiting; -1 where all are taken. */
export function takeFirst(words: Int32Array): number {
  for (;;) {
    const seen = Atomics.load(words, WORDS.pieces);
    const first = seen & 0xffff;
    if (first >= seen >> 16) return -1;
    if (Atomics.compareExchange(words, WORDS.pieces, seen, seen + 1) === seen) return first;
  }
}
