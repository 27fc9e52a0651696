import { inferShapes, type Layer, type Model, type Tuning, type ValueInfo } from '@fretwork/format';
import type { Backend, BackendPlan, ModelContext } from '../backend.js';
import type { TuneOptions, TuningEntry, TuningLog, TuningSpace } from '../tuner/contract.js';
import { mergeTuningLogs } from '../tuner/log.js';
import { layerSignature } from '../tuner/signature.js';
import { fitsSpace } from '../tuner/space.js';
import { tune } from '../tuner/tune.js';

export interface TuneModelOptions extends Pick<TuneOptions, 'seed' | 'trials' | 'population' | 'parallel' | 'signal'> {
  /** What is known already: layers that it knows are not searched again. */
  readonly log?: TuningLog;
  /** Of the costs that count as known. Left out: whatever unit the log has. */
  readonly unit?: string;
  /** Told before each layer that is searched. */
  readonly progress?: (state: { readonly layer: string; readonly place: number; readonly layers: number }) => void;
  /** Threads that plans are balanced for. Left out: 1. */
  readonly threads?: number;
}

/** How a layer came by its tuning. */
export type TunedLayer =
  | { readonly layer: string; readonly how: 'searched' | 'known'; readonly entry: TuningEntry }
  | { readonly layer: string; readonly how: 'skipped'; readonly reason: string };

export interface TunedModel {
  /** For `BackendOptions.tunings`. */
  readonly tunings: ReadonlyMap<string, Tuning>;
  readonly layers: readonly TunedLayer[];
  /** The log given, and what was found. */
  readonly log: TuningLog;
}

/**
 * Searches the space of every layer of `context.model` that `backend` leaves something open for: a choice costs what the backend
 * measures of the layer as a model of its own. Layers of one signature are searched once. Throws what `tune` and the backend
 * throw; where a choice cannot be planned, it costs `Infinity`.
 */
export async function tuneModel<Plan extends BackendPlan>(context: ModelContext, backend: Backend<Plan>, options: TuneModelOptions): Promise<TunedModel> {
  const tunings = new Map<string, Tuning>();
  const layers: TunedLayer[] = [];
  let log = mergeTuningLogs(options.log ?? { entries: [] });
  for (const [place, layer] of context.model.layers.entries()) {
    options.signal?.throwIfAborted();
    const space = backend.space?.(layer, context);
    const { measure } = backend;
    if (space === undefined || measure === undefined) {
      layers.push({ layer: layer.name, how: 'skipped', reason: space === undefined ? 'there is nothing to choose' : `${backend.id} cannot measure here` });
      continue;
    }
    const alone = contextOf(layer, context);
    const planning = backend.plan(alone, { threads: options.threads ?? 1 });
    if (!planning.ok) {
      layers.push({ layer: layer.name, how: 'skipped', reason: planning.refusals[0]?.reason ?? 'it cannot be planned by itself' });
      continue;
    }
    const key: EntryKey = { signature: layerSignature(layer, context), target: `${backend.id}: ${planning.plan.target}` };
    const known = log.entries.find((entry) => entry.signature === key.signature && entry.target === key.target && (options.unit ?? entry.unit) === entry.unit && fitsSpace(space, entry.choice).ok);
    if (known === undefined) options.progress?.({ layer: layer.name, place, layers: context.model.layers.length });
    const entry = known ?? await search(backend, measure, space, layer, alone, key, options);
    if (entry === undefined) {
      layers.push({ layer: layer.name, how: 'skipped', reason: 'what is chosen without tuning cannot be measured' });
      continue;
    }
    log = mergeTuningLogs(log, { entries: [entry] });
    tunings.set(layer.name, space.tuning(entry.choice));
    layers.push({ layer: layer.name, how: known === undefined ? 'searched' : 'known', entry });
  }
  return { tunings, layers, log };
}

type EntryKey = Pick<TuningEntry, 'signature' | 'target'>;

/** The best choice for `layer`; undefined where not even the default can be measured. */
async function search<Plan extends BackendPlan>(
  backend: Backend<Plan>, measure: NonNullable<Backend['measure']>, space: TuningSpace, layer: Layer, alone: ModelContext, key: EntryKey,
  { progress: _progress, log: _log, unit: _unit, threads = 1, ...tuneOptions }: TuneModelOptions,
): Promise<TuningEntry | undefined> {
  let unit = '';
  const { choice, cost, fallbackCost, evaluated } = await tune(space, async (tried, signal) => {
    const planning = backend.plan(alone, { tunings: new Map([[layer.name, space.tuning(tried)]]), threads });
    if (!planning.ok) return Infinity;
    const measured = await measure(backend.emit(planning.plan, alone), signal === undefined ? {} : { signal });
    unit = measured.unit;
    return measured.total;
  }, tuneOptions);
  return Number.isFinite(fallbackCost) ? { ...key, unit, choice, cost, fallbackCost, trials: evaluated, seed: tuneOptions.seed } : undefined;
}

/** `layer` as a model of its own: what flows into it is input, what flows out is output. */
function contextOf(layer: Layer, { model, shapes }: ModelContext): ModelContext {
  const info = (name: string): ValueInfo => {
    const { dtype = 'f32', shape } = shapes.values.get(name) ?? {};
    return { name, dtype, ...(shape === undefined ? {} : { shape }) };
  };
  const named = (names: readonly string[]): readonly string[] => [...new Set(names.filter((name) => name !== ''))];
  const { plan: _plan, recipe: _recipe, ...rest } = model;
  const alone: Model = {
    ...rest, layers: [layer], values: [],
    inputs: named(layer.inputs).filter((name) => !model.tensors.has(name)).map(info),
    outputs: named(layer.outputs).map(info),
    tensors: new Map(named(layer.inputs).flatMap((name) => (model.tensors.has(name) ? [[name, model.tensors.get(name)!] as const] : []))),
  };
  return { model: alone, shapes: inferShapes(alone) };
}
