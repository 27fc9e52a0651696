import { FretworkError } from '@fretwork/format';
import type { Percentiles, Timing } from '../contract.js';
import { median, quantile, quartileSpread, slowness } from './statistics.js';

/** Something to be timed: `run` is one whole call; a promise is awaited. */
export interface Contender {
  readonly name: string;
  run(): unknown;
}

export interface MeasureOptions {
  /** Rounds to keep. Default 50. */
  readonly rounds?: number;
  /** Milliseconds that each contender runs before it is timed. Default 200. */
  readonly warmUpMs?: number;
  /** Milliseconds that a sample fills at least. Default 3. */
  readonly sampleMs?: number;
  /** Milliseconds of rest before each sample, in which threads of the other contenders go to sleep. Default 0. */
  readonly restMs?: number;
  /** Rounds slower than this multiple of usual are rejected. Default 1.15. */
  readonly noise?: number;
  /** Milliseconds since any start. Default `performance.now`. */
  readonly clock?: () => number;
  readonly signal?: AbortSignal;
  /** Called after each round. */
  readonly onRound?: (done: number, rounds: number) => void;
}

const LEAST_CALLS = 3;

/** Times all contenders interleaved, as the contract of this package says; one `Timing` each, in their order. */
export async function measure(contenders: readonly Contender[], options: MeasureOptions = {}): Promise<readonly Timing[]> {
  const { rounds = 50, warmUpMs = 200, sampleMs = 3, restMs = 0, noise = 1.15, clock = () => performance.now(), signal, onRound } = options;
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new FretworkError('bench.option', 'the number of rounds must be a positive whole number', { actual: String(rounds) });
  if (contenders.length === 0) return [];
  const calls: number[] = [];
  for (const contender of contenders) {
    signal?.throwIfAborted();
    calls.push(Math.max(1, Math.ceil(sampleMs / await warmUp(contender, warmUpMs, clock))));
  }
  const samples: number[][] = contenders.map(() => []);
  let quiet: readonly number[] = [];
  let taken = 0;
  while (quiet.length < rounds && taken < 2 * rounds) {
    signal?.throwIfAborted();
    for (let i = 0; i < contenders.length; i++) {
      const at = (taken + i) % contenders.length;
      if (restMs > 0) await new Promise((resolve) => { setTimeout(resolve, restMs); });
      samples[at]!.push(await sample(contenders[at]!, calls[at]!, clock));
    }
    taken++;
    if (taken < rounds) {
      onRound?.(taken, rounds);
      continue;
    }
    // What is usual is known better with each round, so all rounds are judged anew.
    quiet = slowness(samples).flatMap((slow, round) => (slow <= noise ? [round] : []));
    onRound?.(Math.min(quiet.length, rounds), rounds);
  }
  return contenders.map((_, i) => {
    // A machine that hardly ever is quiet is not made so by choosing rounds: then all count, and the spread tells.
    const kept = quiet.length < rounds ? samples[i]! : quiet.map((round) => samples[i]![round]!);
    return { ms: median(kept), spread: quartileSpread(kept), rounds: kept.length, rejected: taken - kept.length, calls: calls[i]!, percentiles: percentiles(samples[i]!), samples: kept };
  });
}

const percentiles = (samples: readonly number[]): Percentiles => ({ p50: median(samples), p90: quantile(samples, 0.9), p99: quantile(samples, 0.99) });

/** Milliseconds of one call when warm: of the quickest of the last ones. */
async function warmUp(contender: Contender, warmUpMs: number, clock: () => number): Promise<number> {
  const start = clock();
  const times: number[] = [];
  for (let now = start; now - start < warmUpMs || times.length < LEAST_CALLS;) {
    await contender.run();
    const end = clock();
    times.push(end - now);
    now = end;
  }
  // Clocks of browsers are coarse: single calls may take no time at all by them.
  const usual = median(times.slice(times.length >> 1));
  return usual > 0 ? usual : Math.max((clock() - start) / times.length, 1e-4);
}

/** Of more calls than one, the first does not count: it fetches what the contenders before have driven out of caches, and wakes threads. */
async function sample({ run }: Contender, calls: number, clock: () => number): Promise<number> {
  if (calls > 1) await run();
  const start = clock();
  for (let i = 0; i < calls; i++) {
    const pending = run();
    if (pending instanceof Promise) await pending;
  }
  return (clock() - start) / calls;
}
