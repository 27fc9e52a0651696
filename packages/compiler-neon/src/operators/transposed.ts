/** Transposed convolution, by the code for convolutions. */
import { constantWeights, product, spreadFloats, spreads, transposedOf, type Call } from '@fretwork/compiler';
import type { LayerCode } from '../emit/layer-code.js';
import { decideConvolution, emitConvolution, sizesOfConvolution } from './convolution.js';
import type { Decision, OperatorRow } from './row.js';

function decide(call: Call): Decision {
  const transposed = transposedOf(call);
  const decision = decideConvolution(transposed.conv, call);
  const floats = spreads(transposed) ? spreadFloats(transposed) : 0;
  return { ...decision, scratchBytes: (decision.scratchBytes ?? 0) + 4 * floats, reason: `as a convolution${floats > 0 ? ' of its input with zeros between the cells' : ''}; ${decision.reason}` };
}

function emit(call: Call, decision: Decision, code: LayerCode): void {
  const transposed = transposedOf(call);
  const { conv, strides, input } = transposed;
  if (!spreads(transposed)) return emitConvolution(conv, call, decision, code, code.input(0));
  const at = decision.scratchBytes! / 4 - spreadFloats(transposed);
  const x = code.input(0);
  code.add(`float *spread = s + ${at};`, ...code.shared(conv.batch * conv.channels, (range) => [
    `${code.kernel('spread')}(${range.at('spread', product(conv.window.input))}, ${range.at(x, product(input))}, ${range.count}, ${input.join(', ')}, ${strides.join(', ')});`,
  ]), ...code.wait());
  emitConvolution(conv, call, decision, code, 'spread');
}

export const TRANSPOSED: readonly OperatorRow[] = [{ operators: ['ConvTranspose'], supports: constantWeights, products: (call) => sizesOfConvolution(transposedOf(call).conv, call), decide, emit }];
