/** Which layers are activations, and which `Activation` each of them is: one row per operator. */
import type { Activation, Layer } from '@fretwork/format';
import { no, yes, type Answer } from '../graph/answer.js';
import type { Draft } from '../graph/draft.js';
import { floatOf, floatsOfConstant, inputOf, scalarOfConstant } from '../graph/numbers.js';

export interface ActivationRow {
  readonly operator: string;
  readonly activationOf: (draft: Draft, layer: Layer) => Answer<Activation>;
}

function clipOf(draft: Draft, layer: Layer): Answer<Activation> {
  const [low, high] = [1, 2].map((i) => (inputOf(layer, i) === '' ? undefined : scalarOfConstant(draft, inputOf(layer, i)) ?? NaN));
  if (Number.isNaN(low) || Number.isNaN(high)) return no('its bounds are not constant numbers');
  if (low !== undefined && high !== undefined && low > high) return no(`its low bound ${low} is above its high bound ${high}`);
  return yes({ kind: 'clip', ...(low === undefined ? {} : { alpha: low }), ...(high === undefined ? {} : { beta: high }) });
}

/** One slope for all channels makes a PRelu a LeakyRelu. */
function preluOf(draft: Draft, layer: Layer): Answer<Activation> {
  const slopes = floatsOfConstant(draft, inputOf(layer, 1));
  if (slopes === undefined || slopes.length === 0) return no('its slopes are no dense constant');
  return slopes.every((slope) => slope === slopes[0]) ? yes({ kind: 'leaky-relu', alpha: slopes[0]! }) : no('its slopes differ between channels');
}

export const ACTIVATIONS: readonly ActivationRow[] = [
  { operator: 'Relu', activationOf: () => yes({ kind: 'relu' }) },
  { operator: 'Clip', activationOf: clipOf },
  { operator: 'LeakyRelu', activationOf: (_, layer) => yes({ kind: 'leaky-relu', alpha: floatOf(layer, 'alpha', 0.01) }) },
  { operator: 'PRelu', activationOf: preluOf },
  { operator: 'Sigmoid', activationOf: () => yes({ kind: 'sigmoid' }) },
  { operator: 'Tanh', activationOf: () => yes({ kind: 'tanh' }) },
  {
    operator: 'HardSigmoid',
    activationOf: (_, layer) => yes({ kind: 'hard-sigmoid', alpha: floatOf(layer, 'alpha', 0.2), beta: floatOf(layer, 'beta', 0.5) }),
  },
  { operator: 'HardSwish', activationOf: () => yes({ kind: 'hard-swish' }) },
];
