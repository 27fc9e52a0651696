import { FretworkError, type MappingPlan, type Model, type PlanEntry, weightsOf } from '@fretwork/format';
import type { Difficulty } from '../contract.js';
import { is3x3 } from '../rules/candidates.js';

/** The rate of patterns without removed kernels: both kinds of structure can be had at it. */
const PROBE_RATE = 9 / 4;

/** Share of answers that may change before the data counts as hard; set by the few networks of the README. */
const MOST_CHANGED = 1 / 8;

/** Fewer inputs than this say nothing: at 100 a change of one in eight has a standard error of 3 points. */
const LEAST_INPUTS = 100;

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
 * its rule needs to know is whether blocks cost accuracy where patterns would not. Here the network itself is asked: `probe` are its answers (a class for each input) with
 * 3x3 layers pruned by blocks (`planProbe`), and where more than one in eight differs from those of the `dense` one, it is hard. Needs no
 * labels; answers should be of inputs that calibration did not see. Throws `map.answers`.
 */
export function judgeDifficulty({ dense, probe, most = MOST_CHANGED }: { readonly dense: ArrayLike<number>; readonly probe: ArrayLike<number>; readonly most?: number }): DifficultyMeasured {
  const inputs = dense.length;
  if (probe.length !== inputs) throw new FretworkError('map.answers', 'these answers are not to the same inputs', { expected: `${inputs} answers`, actual: String(probe.length) });
  if (inputs < LEAST_INPUTS) throw new FretworkError('map.answers', 'too few answers to judge by', { expected: `at least ${LEAST_INPUTS}`, actual: String(inputs) });
  let differ = 0;
  for (let i = 0; i < inputs; i++) if (dense[i] !== probe[i]) differ++;
  const changed = differ / inputs;
  const reason = `${(changed * 100).toFixed(1)} % of ${inputs} answers change when 3x3 layers lose blocks at rate ${PROBE_RATE}`;
  return { kind: changed > most ? 'hard' : 'easy', reason, changed, inputs };
}
