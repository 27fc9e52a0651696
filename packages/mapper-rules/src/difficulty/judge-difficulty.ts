import { FretworkError, type MappingPlan, type Model, type PlanEntry, weightsOf } from '@fretwork/format';
import type { Difficulty } from '../contract.js';
import { is3x3 } from '../rules/candidates.js';

/** The rate of patterns without removed kernels: both kinds of structure can be had at it. */
const PROBE_RATE = 9 / 4;

/** Share of answers that may change before the data counts as hard. */
const MOST_CHANGED = 0.1;

/** Fewer inputs than this say nothing: at 100 a change of one in ten has a standard error of 3 points. */
const LEAST_INPUTS = 100;

/** Scores of a network for a number of inputs. */
export interface Answers {
  /** `[inputs · classes]`, row-major; softmax or not. */
  readonly scores: ArrayLike<number>;
  readonly classes: number;
}

export interface DifficultyMeasured extends Difficulty {
  /** Share of the inputs for which the probe gives another answer than the dense network. */
  readonly changed: number;
  readonly inputs: number;
}

/**
 * What to prune for the question whether data is hard: every 3x3 convolution (but depthwise ones) by block-punched 8x4 at the rate of patterns.
 * Prune by it (calibrated on inputs without labels, never trained), run both networks, and ask `judgeDifficulty`. No entries: there is no such
 * layer, and the question does not arise.
 */
export function planProbe(model: Model): MappingPlan {
  const entries = model.layers.flatMap((layer): readonly PlanEntry[] => {
    const weights = weightsOf(model, layer);
    const asked = is3x3({ layer, weights }) && weights[0]!.tensor.shape[1]! > 1;
    return asked ? [{ layer: layer.name, scheme: { kind: 'block-punched', rate: PROBE_RATE, blockFilters: 8, blockChannels: 4 }, reason: 'probe' }] : [];
  });
  return { target: 'whether the data is hard', mapper: 'rules', entries };
}

/**
 * Whether the network has answers to spare on this data. The paper asks people and means the data set (ImageNet hard, CIFAR-10 easy); what
 * its rule needs to know is whether blocks cost accuracy where patterns would not. Here the network itself is asked: `probe` are its answers with
 * 3x3 layers pruned by blocks (`planProbe`), and where more than one in ten differs from those of the `dense` one, it is hard. Needs no
 * labels; answers should be of inputs that calibration did not see. Throws `map.answers`.
 */
export function judgeDifficulty({ dense, probe, most = MOST_CHANGED }: { readonly dense: Answers; readonly probe: Answers; readonly most?: number }): DifficultyMeasured {
  const inputs = dense.scores.length / dense.classes;
  if (probe.classes !== dense.classes || probe.scores.length !== dense.scores.length || !Number.isInteger(inputs)) {
    throw new FretworkError('map.answers', 'these answers are not to the same inputs', {
      expected: `${dense.scores.length} scores of ${dense.classes} classes`, actual: `${probe.scores.length} of ${probe.classes}`,
    });
  }
  if (inputs < LEAST_INPUTS || dense.classes < 2) {
    throw new FretworkError('map.answers', 'too few answers to judge by', { expected: `${LEAST_INPUTS} inputs, 2 classes`, actual: `${inputs} inputs, ${dense.classes} classes` });
  }
  let differ = 0;
  for (let i = 0; i < inputs; i++) if (answer(dense, i) !== answer(probe, i)) differ++;
  const changed = differ / inputs;
  const reason = `${(changed * 100).toFixed(1)} % of ${inputs} answers change when 3x3 layers lose blocks at rate ${PROBE_RATE}`;
  return { kind: changed > most ? 'hard' : 'easy', reason, changed, inputs };
}

function answer({ scores, classes }: Answers, input: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (scores[input * classes + c]! > scores[input * classes + best]!) best = c;
  return best;
}
