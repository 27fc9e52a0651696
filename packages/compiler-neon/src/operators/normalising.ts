/** Local response normalisation: each element by the squares of its neighbours in other channels. */
import { cFloat, product, type Call } from '@fretwork/compiler';
import { attribute } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { loops, sharedLoops, type OperatorRow } from './row.js';

function emit(call: Call, code: LayerCode): void {
  const [batch, channels, ...spatial] = call.shape(0) as [number, number, ...number[]];
  const size = attribute(call.layer, 'size', 'int', 1);
  const [alpha, beta, bias] = [attribute(call.layer, 'alpha', 'float', Math.fround(1e-4)), attribute(call.layer, 'beta', 'float', 0.75), attribute(call.layer, 'bias', 'float', 1)];
  const plane = product(spatial);
  // Of an even size the extra channel is the one behind.
  const [before, behind] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  code.add(...code.shared(batch * channels, ({ from, to }) => [
    `for (int k = ${from}; k < ${to}; k++) {`,
    `  const int c = k % ${channels}, first = c < ${before} ? -c : -${before}, last = c + ${behind} < ${channels} ? ${behind} : ${channels - 1} - c;`,
    `  for (int i = 0; i < ${plane}; i++) {`,
    `    const float *x = ${code.input(0)} + k * ${plane} + i;`,
    '    float v = 0.0f;',
    `    for (int d = first; d <= last; d++) v += x[d * ${plane}] * x[d * ${plane}];`,
    `    y0[k * ${plane} + i] = *x / powf(${cFloat(bias)} + ${cFloat(alpha / size)} * v, ${cFloat(beta)});`,
    '  }',
    '}',
  ]));
  code.activate();
}

export const NORMALISING: readonly OperatorRow[] = [sharedLoops(loops(['LRN'], (call, _, code) => emit(call, code)))];
