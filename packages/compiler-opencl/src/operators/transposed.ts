/** Transposed convolution, by the kernels of convolutions. */
import { constantWeights, spreads, transposedOf, type Call } from '@fretwork/compiler';
import { decideConvolution, emitConvolution } from './convolution.js';
import type { OperatorRow } from './row.js';

export const TRANSPOSED: readonly OperatorRow[] = [{
  operators: ['ConvTranspose'],
  supports: constantWeights,
  decide: (call: Call, setting) => {
    const transposed = transposedOf(call);
    const decision = decideConvolution(transposed.conv, call, setting, spreads(transposed));
    return { ...decision, reason: `as a convolution${spreads(transposed) ? ' of its input with zeros between the cells' : ''}; ${decision.reason}` };
  },
  emit: (call, decision, to) => {
    const { conv, strides, input } = transposedOf(call);
    emitConvolution(conv, call, decision, to, strides, input);
  },
}];
