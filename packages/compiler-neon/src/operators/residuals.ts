import { Call, fuseResiduals, type FusedResiduals, type ModelContext } from '@fretwork/compiler';
import type { ElementType } from '../contract.js';
import type { NeonCallOptions } from '../family.js';
import { takesResiduals } from './convolution.js';

/** Convolutions do the additions behind them where their kernels can: the same for a plan and for the code that is made of it. */
export function fuse(context: ModelContext, type: ElementType): FusedResiduals {
  const options: NeonCallOptions = { type };
  return fuseResiduals(context, (conv) => takesResiduals(new Call(conv, context, options)));
}
