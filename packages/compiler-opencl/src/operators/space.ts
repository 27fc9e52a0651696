import { Call, convolutionOf, product, recurrentOf, type ModelContext, type TuningSpace } from '@fretwork/compiler';
import type { Layer } from '@fretwork/format';
import { productSpace } from '../product/choose.js';
import { requestFor } from './convolution.js';
import { isDepthwise } from './depthwise.js';
import { STEPS } from './recurrent.js';
import type { Setting } from './row.js';

/** What may be tuned of a layer, one row per operator that leaves something open. */
const SPACES: Readonly<Record<string, (call: Call, setting: Setting) => TuningSpace | undefined>> = {
  Conv: (call, setting) => {
    if (call.matrices(1) === undefined) return undefined;
    const conv = convolutionOf(call);
    return isDepthwise(conv) || product(conv.window.output) === 0 ? undefined : productSpace(requestFor(conv, call, setting));
  },
  GRU: (call) => steps(call),
  LSTM: (call) => steps(call),
  RNN: (call) => steps(call),
};

function steps(call: Call): TuningSpace | undefined {
  return recurrentOf(call).steps < 2 ? undefined : { genes: [{ name: 'steps', values: STEPS }], fallback: { steps: STEPS[0] }, tuning: ({ steps: how }) => ({ permute: String(how) }) };
}

export const spaceOf = (layer: Layer, context: ModelContext, setting: Setting): TuningSpace | undefined =>
  (layer.domain === '' ? SPACES[layer.operator]?.(new Call(layer, context), setting) : undefined);
