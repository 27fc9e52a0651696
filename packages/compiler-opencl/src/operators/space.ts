import { Call, convolutionOf, product, type ModelContext, type TuningSpace } from '@fretwork/compiler';
import type { Layer } from '@fretwork/format';
import { productSpace } from '../product/choose.js';
import { requestFor } from './convolution.js';
import { isDepthwise } from './depthwise.js';
import { isWeighted, MANY_VECTORS, requestOf, stackOf } from './products.js';
import { recurrentSpace } from './recurrent.js';
import type { Setting } from './row.js';

type Space = (call: Call, setting: Setting) => TuningSpace | undefined;

const weighted: Space = (call, setting) => {
  if (!isWeighted(call)) return undefined;
  const stack = stackOf(call);
  return stack.vectors < MANY_VECTORS ? undefined : productSpace(requestOf(stack, call, setting));
};

/** What may be tuned of a layer, one row per operator that leaves something open. */
const SPACES: Readonly<Record<string, Space>> = {
  Conv: (call, setting) => {
    if (call.matrices(1) === undefined) return undefined;
    const conv = convolutionOf(call);
    return isDepthwise(conv) || product(conv.window.output) === 0 ? undefined : productSpace(requestFor(conv, call, setting));
  },
  Gemm: weighted,
  MatMul: weighted,
  GRU: recurrentSpace,
  LSTM: recurrentSpace,
  RNN: recurrentSpace,
};

export const spaceOf = (layer: Layer, context: ModelContext, setting: Setting): TuningSpace | undefined =>
  (layer.domain === '' ? SPACES[layer.operator]?.(new Call(layer, context), setting) : undefined);
