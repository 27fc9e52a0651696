import type { Model } from '@fretwork/format';
import { quietSamples, quietMedian } from '@fretwork/latency';
import { load, type Runtime } from '@fretwork/runtime-wasm';
import { random, seedOf, uniform } from '../layers/random.js';

export interface NetworkTimes {
  /** Whole calls without the clock between layers: the median of the quiet ones, ms. */
  readonly runMs: number;
  /** How many of all calls those are. */
  readonly quiet: number;
  readonly calls: number;
  /** By layer, each the median of its own quiet runs. Their sum is what a call takes where nothing disturbs it. */
  readonly layers: readonly { readonly layer: string; readonly ms: number }[];
}

export interface NetworkOptions {
  readonly threads: number;
  /** Milliseconds for each of the two: whole calls, and layers. Default 1500. */
  readonly ms?: number;
  readonly seed?: number;
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  readonly signal?: AbortSignal;
}

const WARM_UP_MS = 300;
const LEAST_RUNS = 12;

/** Times a whole network and each of its layers on `@fretwork/runtime-wasm`, as `runtimeProbe` times layers. */
export async function timeNetwork(model: Model, { threads, ms = 1500, seed = 1, inputShapes = {}, signal }: NetworkOptions): Promise<NetworkTimes> {
  const options = { threads, outputs: 'views', inputs: 'views', memoryLimit: 2 ** 31, ...(signal === undefined ? {} : { signal }) } as const;
  const whole = await load(model, options);
  const calls: number[] = [];
  runFor(whole, inputShapes, ms, seed, (took) => { calls.push(took); });
  whole.dispose();
  signal?.throwIfAborted();
  const timed = await load(model, { ...options, timings: true });
  const samples = new Map<string, number[]>();
  let before = new Map<string, number>();
  runFor(timed, inputShapes, ms, seed, (_, runs) => {
    const now = new Map(timed.report().layers.flatMap((layer) => (layer.ms === undefined ? [] : [[layer.layer, layer.ms * runs] as const])));
    if (before.size > 0) for (const [layer, spent] of now) samples.set(layer, [...samples.get(layer) ?? [], spent - before.get(layer)!]);
    before = now;
  });
  timed.dispose();
  return {
    runMs: quietMedian(calls), quiet: quietSamples(calls).length, calls: calls.length,
    layers: [...samples].map(([layer, own]) => ({ layer, ms: quietMedian(own) })),
  };
}

/** Calls `after` behind each run that is not part of the warm-up, with what it took and how many runs there have been. */
function runFor(runtime: Runtime, shapes: Readonly<Record<string, readonly number[]>>, ms: number, seed: number, after: (took: number, runs: number) => void): void {
  const views = runtime.inputViews(shapes);
  for (const [name, { data }] of Object.entries(views)) if (data instanceof Float32Array) data.set(uniform(random(seedOf(seed, name)), data.length, 1));
  let runs = 0;
  const start = performance.now();
  for (let now = start; now - start < WARM_UP_MS; now = performance.now()) {
    runtime.run(views);
    runs++;
  }
  const from = performance.now();
  for (let counted = 0; counted < LEAST_RUNS || performance.now() - from < ms; counted++) {
    const before = performance.now();
    runtime.run(views);
    runs++;
    after(performance.now() - before, runs);
  }
}
