import { captureWith } from '@fretwork/autodiff';
import { FretworkError, type Model } from '@fretwork/format';
import { judgeDifficulty, planProbe, type Difficulty } from '@fretwork/mapper-rules';
import { calibrate } from '@fretwork/pruner';
import type { Samples } from '../evaluate.js';
import { sourceOf } from '../training/data.js';
import type { Engine } from '../training/engine.js';
import { answers } from '../training/make-trainer.js';

/** Inputs that calibration sees, and those that are judged by. */
const SEEN = 200;
const JUDGED = 300;

/**
 * Whether data is hard for a model, by up to 500 inputs whose labels are not read: its 3x3 layers are pruned and calibrated on some of
 * them, and the answers to the others compared. Nothing is trained. Throws `map.answers` where there are too few.
 */
export async function measureDifficulty(model: Model, samples: Samples, { sessions }: Engine, batch = 50): Promise<Difficulty> {
  const plan = planProbe(model);
  if (plan.entries.length === 0) return { kind: 'easy', reason: 'there is no 3x3 layer for which it would matter' };
  const count = samples.shape[0]!;
  const seen = Math.min(SEEN, Math.floor((count * 2) / 5));
  const judged = part(samples, seen, Math.min(count, seen + JUDGED));
  if (judged.labels.length < 100) {
    throw new FretworkError('map.answers', 'too few samples to say whether the data is hard', { expected: 'at least 167 samples', actual: String(count), hint: 'give more, or say --difficulty hard or easy' });
  }
  const source = sourceOf(model, part(samples, 0, seen), batch);
  const probe = await calibrate(model, { plan, captureInputs: captureWith(sessions, source, source.batchSize, seen) });
  return judgeDifficulty({ dense: await answers(model, judged, sessions, batch), probe: await answers(probe.model, judged, sessions, batch) });
}

function part({ shape: [n, ...own], data, labels }: Samples, from: number, to: number): Samples {
  const size = data.length / n!;
  return { shape: [to - from, ...own], data: data.subarray(from * size, to * size), labels: labels.subarray(from, to) };
}
