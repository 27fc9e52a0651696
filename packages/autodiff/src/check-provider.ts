/** Start-up check of an engine: its loss and gradients against those of another that is trusted. */
import { decode, dense, elementCount, type DenseTensor, type Model } from '@fretwork/format';
import type { Session, SessionFactory, TrainingGraph, TrainingOptions } from './contract.js';
import { seeded } from './random.js';
import { referenceSessions } from './sessions/reference.js';
import { trainingGraph } from './training-graph.js';

export interface CheckOptions extends TrainingOptions {
  /** The engine in question. */
  readonly sessions: SessionFactory;
  /** Default `referenceSessions`, which is slow: give the CPU provider for networks of more than some million products. */
  readonly against?: SessionFactory;
  /** Draws inputs and targets. Default 1. */
  readonly seed?: number;
  /** Batches drawn at most. Default 5. */
  readonly draws?: number;
  /** Largest difference, as a share of the largest gradient of the tensor. Default 2e-3. */
  readonly tolerance?: number;
}

/** One gradient, compared. */
export interface CheckedGradient {
  /** A parameter; `''` is the loss itself. */
  readonly tensor: string;
  /** max |a - b| / max |b|, the smallest over the batches drawn; of the loss the largest. NaN where something is no number. */
  readonly difference: number;
}

export type ProviderCheck =
  | { readonly ok: true; readonly checked: readonly CheckedGradient[] }
  | { readonly ok: false; readonly reason: string; readonly hint: string; readonly checked: readonly CheckedGradient[] };

/**
 * Runs the training graph of `model` on both engines, on the same drawn batches of `inputShapes`. An engine whose loss is
 * right can still have wrong gradients: training then goes down, to a worse place. Rounding alone can put an activation on
 * the other side of a kink, which changes the gradients of one batch by some tenths of a percent; so a gradient is wrong only
 * where it differs on every one of `draws` batches, and the first batch on which all agree is the last. Throws what
 * `trainingGraph` and the engines throw.
 */
export async function checkProvider(model: Model, options: CheckOptions): Promise<ProviderCheck> {
  const { sessions, against = referenceSessions, seed = 1, draws = 5, tolerance = 2e-3 } = options;
  const graph = trainingGraph(model, options);
  const names = [{ tensor: '', output: graph.loss }, ...graph.parameters.map((p) => ({ tensor: p.tensor, output: p.gradient }))];
  let checked: readonly CheckedGradient[] = [];
  const within = (c: CheckedGradient): boolean => c.difference <= tolerance;
  const [mine, other] = [await sessions.create(graph.model), await against.create(graph.model)];
  try {
    for (let draw = 0; draw < draws && (draw === 0 || !checked.every(within)); draw++) {
      const feeds = drawnFeeds(model, graph, seed + draw);
      const [found, wanted] = [await copied(mine, feeds), await copied(other, feeds)];
      checked = names.map(({ tensor, output }, i): CheckedGradient => {
        const [now, before] = [difference(found.get(output)!, wanted.get(output)!), checked[i]?.difference ?? (tensor === '' ? 0 : Infinity)];
        return { tensor, difference: tensor === '' ? Math.max(now, before) : Math.min(now, before) };
      });
    }
  } finally {
    await mine.dispose();
    await other.dispose();
  }
  // NaN is not within anything.
  const bad = checked.filter((c) => !within(c));
  if (bad.length === 0) return { ok: true, checked };
  const list = bad.slice(0, 8).map((c) => `${c.tensor === '' ? 'the loss' : c.tensor} by ${(100 * c.difference).toPrecision(2)} %`).join(', ');
  return {
    ok: false, checked,
    reason: `${sessions.name} differs from ${against.name} in ${bad.length} of ${checked.length} values: ${list}`,
    hint: options.form === 'portable' ? 'use another execution provider' : "try form: 'portable', or another execution provider",
  };
}

async function copied(session: Session, feeds: Readonly<Record<string, DenseTensor>>): Promise<ReadonlyMap<string, Float64Array>> {
  const { outputs, release } = await session.run(feeds);
  const copies = new Map(Object.entries(outputs).map(([name, t]) => [name, Float64Array.from(t.data as Float32Array)]));
  release();
  return copies;
}

function difference(found: Float64Array, wanted: Float64Array): number {
  let [gap, size] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    const d = Math.abs(found[i]! - wanted[i]!);
    if (Number.isNaN(d)) return Number.NaN;
    gap = Math.max(gap, d);
    size = Math.max(size, Math.abs(wanted[i]!));
  }
  return gap / Math.max(size, 1e-6);
}

/** Weights of the model; everything else drawn: data in -1 … 1, labels among the classes, masks as they would be. */
function drawnFeeds(model: Model, graph: TrainingGraph, seed: number): Record<string, DenseTensor> {
  const { unit } = seeded(seed);
  const classes = graph.outputShape.at(-1) ?? 1;
  const keeps = new Map(graph.noise.map((n) => [n.input, n.keep]));
  const weights = new Set(graph.weights);
  return Object.fromEntries(graph.model.inputs.map(({ name, dtype, shape }): [string, DenseTensor] => {
    if (weights.has(name)) return [name, decode(model.tensors.get(name)!)];
    const sizes = shape as readonly number[];
    const count = elementCount(sizes);
    if (dtype === 'i64') return [name, dense('i64', sizes, BigInt64Array.from({ length: count }, () => BigInt(Math.floor(unit() * classes))))];
    const keep = keeps.get(name);
    const draw = keep === undefined ? () => unit() * 2 - 1 : () => (unit() < keep ? 1 / keep : 0);
    const values = Array.from({ length: count }, draw);
    return [name, dense(dtype, sizes, dtype === 'f64' ? Float64Array.from(values) : Float32Array.from(values))];
  }));
}
