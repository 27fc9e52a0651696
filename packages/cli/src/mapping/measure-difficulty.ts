import { captureWith } from '@fretwork/autodiff';
import { elementCount, FretworkError, type MappingPlan, type Model } from '@fretwork/format';
import { judgeDifficulty, planProbe, TAKEN_AS_HARD, type Difficulty } from '@fretwork/mapper-rules';
import { calibrate } from '@fretwork/pruner';
import type { Samples } from '../evaluate.js';
import { sourceOf } from '../training/data.js';
import type { Engine } from '../training/engine.js';
import { answers } from '../training/make-trainer.js';

/** Inputs that calibration sees, the most first, and those that are judged by. */
const SEEN = [200, 100, 50] as const;
const JUDGED = { least: 100, most: 300 } as const;

/** Half the usual places of each input: the answer is the same to a point, in half the time. */
const ROUGH = { places: 16 } as const;

/** Nanoseconds of such a calibration of a matrix for each square of its columns, by input seen and by row: on a slow machine. */
const CALIBRATION = { each: 3.5, perInput: 8, perRow: 12 } as const;

export interface DifficultyOptions {
  readonly batch?: number;
  /** About what it may take; past twice of it the data counts as hard. Default 20. */
  readonly seconds?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (says: string) => void;
}

/**
 * Whether data is hard for a model, by up to 500 inputs whose labels are not read: its 3x3 layers are pruned and calibrated on some of
 * them, and the answers to the others compared. Nothing is trained. What it takes is bounded: fewer inputs where the network is large,
 * and of very large ones only the smaller layers, which can show that data is hard and not that it is easy. Throws `map.answers` where
 * there are too few samples.
 */
export async function measureDifficulty(model: Model, samples: Samples, { sessions }: Engine, { batch = 50, seconds = 20, signal, onProgress }: DifficultyOptions = {}): Promise<Difficulty> {
  const plan = planProbe(model);
  if (plan.entries.length === 0) return { kind: 'easy', reason: 'there is no 3x3 layer for which it would matter' };
  const count = samples.shape[0]!;
  const most = Math.min(SEEN[0], Math.floor((count * 2) / 5));
  if (count - most < JUDGED.least) {
    throw new FretworkError('map.answers', 'too few samples to say whether the data is hard', { expected: 'at least 167 samples', actual: String(count), hint: 'give more, or say --difficulty hard or easy' });
  }
  const started = performance.now();
  const judgedBy = (from: number, to: number): Promise<Int32Array> => answers(model, part(samples, from, to), sessions, batch);
  const first = await judgedBy(most, most + JUDGED.least);
  const each = (performance.now() - started) / JUDGED.least;
  const bounds = bounded(model, plan, { most, each, ms: 1000 * seconds });
  if (bounds.plan.entries.length === 0) return unsettled(`not to be measured in ${seconds} seconds`);
  const judged = Math.max(JUDGED.least, Math.min(JUDGED.most, count - most, Math.floor((200 * seconds) / each)));
  onProgress?.(`asking whether the data is hard: ${bounds.plan.entries.length} of ${plan.entries.length} layers of 3x3, ${bounds.seen} inputs seen, ${judged} judged by`);
  const late = AbortSignal.timeout(2000 * seconds);
  const source = sourceOf(model, part(samples, 0, bounds.seen), batch);
  try {
    const probe = await calibrate(model, {
      ...ROUGH, plan: bounds.plan, captureInputs: captureWith(sessions, source, source.batchSize, bounds.seen), signal: AbortSignal.any([late, ...(signal === undefined ? [] : [signal])]),
    });
    const dense = [...first, ...judged > JUDGED.least ? await judgedBy(most + JUDGED.least, most + judged) : []];
    const found = judgeDifficulty({ dense, probe: await answers(probe.model, part(samples, most, most + judged), sessions, batch) });
    if (bounds.plan.entries.length === plan.entries.length || found.kind === 'hard') return found;
    return unsettled(`${found.reason}, but the probe left ${plan.entries.length - bounds.plan.entries.length} of ${plan.entries.length} layers alone, which would take more than ${seconds} seconds`);
  } catch (error) {
    if (error !== late.reason || signal?.aborted === true) throw error;
    return unsettled(`the probe took more than ${2 * seconds} seconds`);
  }
}

const unsettled = (why: string): Difficulty => ({ kind: TAKEN_AS_HARD.kind, reason: `${why}: taken as hard` });

/** As many layers and inputs as fit the time: all layers with fewer inputs rather than fewer layers, and of those the cheapest. */
function bounded(model: Model, plan: MappingPlan, { most, each, ms }: { readonly most: number; readonly each: number; readonly ms: number }): { readonly plan: MappingPlan; readonly seen: number } {
  const sizes = new Map(model.layers.map(({ name, inputs }) => [name, model.tensors.get(inputs[1] ?? '')?.shape ?? []]));
  // Beside calibration every layer takes a pass over the inputs to set its bias anew.
  const cost = (layer: string, seen: number): number => {
    const [rows = 0, ...own] = sizes.get(layer)!;
    return (CALIBRATION.each * elementCount(own) ** 2 * (CALIBRATION.perInput * seen + CALIBRATION.perRow * rows)) / 1e6 + seen * each;
  };
  const cheapest = (seen: number): MappingPlan['entries'] => {
    let left = ms;
    return [...plan.entries].sort((a, b) => cost(a.layer, seen) - cost(b.layer, seen)).filter(({ layer }) => (left -= cost(layer, seen)) >= 0);
  };
  const options = SEEN.map((seen) => Math.min(seen, most)).map((seen) => ({ seen, entries: cheapest(seen) }));
  const { seen, entries } = options.reduce((a, b) => (b.entries.length > a.entries.length ? b : a));
  return { plan: { ...plan, entries }, seen };
}

function part({ shape: [n, ...own], data, labels }: Samples, from: number, to: number): Samples {
  const size = data.length / n!;
  return { shape: [to - from, ...own], data: data.subarray(from * size, to * size), labels: labels.subarray(from, to) };
}
