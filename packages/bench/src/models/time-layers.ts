import { FretworkError, type DenseTensor, type Model } from '@fretwork/format';
import { load, type LayerReport, type Runtime } from '@fretwork/runtime-wasm';
import { drawInputs } from './random-weights.js';
import { median, quantile } from '../timing/statistics.js';

/** Milliseconds of one layer in runs of its model: the lower quartile of the samples, since noise only ever adds time. */
export interface RoundedLayer {
  readonly layer: string;
  readonly operator: string;
  readonly ms: number;
  /** From there to the median, ms. */
  readonly spread: number;
  readonly kernel: string;
  readonly why: string;
  readonly fused: readonly string[];
}

export interface TimeLayersOptions {
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  readonly rounds: number;
  readonly seed: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

const WARM_UP = 10;
/** Samples of one model in a round, one run each; a round takes each model in turn. */
const SAMPLES = 4;

interface Contestant {
  readonly runtime: Runtime;
  runs: number;
  /** Sums of the milliseconds of each layer so far. */
  sums: ReadonlyMap<string, number>;
  readonly samples: Map<string, number[]>;
}

/**
 * Models of one graph, layer by layer, in rounds that take each in turn, so that they can be compared. Layers that do not run (fused
 * away, or constant) are left out. Throws `bench.option` where an input has no shape, and what `load` and `run` throw.
 */
export async function timeLayers(models: readonly Model[], { inputShapes, rounds, seed, threads = 1, signal }: TimeLayersOptions): Promise<readonly (readonly RoundedLayer[])[]> {
  const contestants: Contestant[] = [];
  try {
    for (const model of models) contestants.push({ runtime: await load(model, { threads, timings: true, outputs: 'views' }), runs: 0, sums: new Map(), samples: new Map() });
    const inputs = models.map((model) => inputsOf(model, inputShapes, seed));
    contestants.forEach((one, i) => go(one, inputs[i]!, WARM_UP));
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < contestants.length; i++) {
        // A signal is heard only where the event loop gets its turn.
        await new Promise((resolve) => { setTimeout(resolve, 0); });
        signal?.throwIfAborted();
        const at = (round + i) % contestants.length;
        const one = contestants[at]!;
        for (let sample = 0; sample < SAMPLES; sample++) {
          const before = one.sums;
          go(one, inputs[at]!, 1);
          for (const [layer, sum] of one.sums) samplesOf(one, layer).push(sum - (before.get(layer) ?? 0));
        }
      }
    }
    return contestants.map(({ runtime, samples }) => runtime.report().layers.flatMap((report) => rounded(report, samples.get(report.layer))));
  } finally {
    for (const { runtime } of contestants) runtime.dispose();
  }
}

function go(one: Contestant, inputs: Readonly<Record<string, DenseTensor>>, runs: number): void {
  for (let i = 0; i < runs; i++) one.runtime.run(inputs);
  one.runs += runs;
  one.sums = new Map(one.runtime.report().layers.flatMap(({ layer, ms }) => (ms === undefined ? [] : [[layer, ms * one.runs] as const])));
}

function samplesOf({ samples }: Contestant, layer: string): number[] {
  const found = samples.get(layer) ?? [];
  samples.set(layer, found);
  return found;
}

function rounded({ layer, operator, kernel, why, fused }: LayerReport, samples: readonly number[] | undefined): readonly RoundedLayer[] {
  if (samples === undefined || samples.length === 0) return [];
  const ms = quantile(samples, 0.25);
  return [{ layer, operator, ms, spread: median(samples) - ms, kernel, why, fused }];
}

function inputsOf(model: Model, shapes: TimeLayersOptions['inputShapes'], seed: number): Readonly<Record<string, DenseTensor>> {
  return drawInputs(model.inputs.filter(({ name }) => !model.tensors.has(name)).map(({ name, dtype, shape }) => {
    const sizes = shapes[name] ?? shape;
    if (sizes === undefined || sizes.some((size) => typeof size !== 'number')) throw new FretworkError('bench.option', `nothing says which shape input ${name} has`);
    return { name, dtype, shape: sizes as readonly number[] };
  }), seed);
}
