/**
 * The worker's side of the pool, and the mailbox that both sides read. Nothing is imported at run time: in Node a worker
 * takes this file as it lies, compiled or not.
 */

/** What a job hands to each thread: as many numbers as the longest parameter list of a kernel. */
export const ARGUMENTS = 12;

/**
 * The mailbox: 32-bit words in shared memory. Each word that is waited for has a cache line of its own, so that a thread
 * that spins on one is not disturbed by writes to another.
 */
export const WORDS = {
  /** Number of the job; a change starts it. */
  job: 0,
  /** Workers that are done with the job. */
  done: 16,
  /** 1 while the caller sleeps until `done` changes. */
  callerSleeps: 32,
  /** Workers that sleep until `job` changes. */
  sleepers: 48,
  /** The thread whose kernel trapped; 0 where none has. */
  failed: 64,
  /** Place of the job's kernel in the list that all were given. */
  kernel: 80,
  /** Arguments of thread t at `arguments` + 16·t. */
  arguments: 96,
  perThread: 16,
} as const;

export const mailboxBytes = (threads: number): number => 4 * (WORDS.arguments + threads * WORDS.perThread);

/**
 * Looks at a word before a thread goes to sleep, some 200 µs: the plain layers between two forks take less, and to be
 * woken takes 50 µs. Where that is in vain time and again, other processes want the cores: then it is a few looks.
 */
const SPINS = { most: 16_000, least: 300 } as const;

/** Waits awake until the word at `at` is another than `seen`; false where it stayed the same. */
export type Spin = (at: number, seen: number) => boolean;

export function spinOver(words: Int32Array): Spin {
  let budget: number = SPINS.most;
  return (at, seen) => {
    for (let i = 0; i < budget; i++) {
      if (Atomics.load(words, at) === seen) continue;
      budget = Math.min(SPINS.most, 2 * budget);
      return true;
    }
    budget = Math.max(SPINS.least, budget >> 1);
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
  for (let seen = 0; ;) {
    seen = nextJob(words, spin, seen);
    try {
      callWith(table[words[WORDS.kernel]!]!, words, WORDS.arguments + thread * WORDS.perThread);
    } catch {
      Atomics.store(words, WORDS.failed, thread);
    }
    Atomics.add(words, WORDS.done, 1);
    if (Atomics.load(words, WORDS.callerSleeps) === 1) Atomics.notify(words, WORDS.done);
  }
}

/** Calls `kernel` with the `ARGUMENTS` words from `at` on; it takes as many as it has parameters. */
export function callWith(kernel: Kernel, words: Int32Array, at: number): void {
  kernel(
    words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!, words[at + 4]!, words[at + 5]!,
    words[at + 6]!, words[at + 7]!, words[at + 8]!, words[at + 9]!, words[at + 10]!, words[at + 11]!,
  );
}

function nextJob(words: Int32Array, spin: Spin, seen: number): number {
  if (!spin(WORDS.job, seen)) {
    Atomics.add(words, WORDS.sleepers, 1);
    Atomics.wait(words, WORDS.job, seen);
    Atomics.sub(words, WORDS.sleepers, 1);
  }
  return Atomics.load(words, WORDS.job);
}
