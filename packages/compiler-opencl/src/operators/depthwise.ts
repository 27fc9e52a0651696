import { product, RESIDUAL, type Call, type Convolution } from '@fretwork/compiler';
import { tiles } from '@fretwork/format';
import { bounds, buffer, integer, integers, type LayerLaunches } from '../emit/layer-launches.js';
import type { Decision } from './row.js';

/** Every output channel reads one input channel. */
export const isDepthwise = ({ channels, groups }: Convolution): boolean => groups > 1 && groups === channels;

export const DEPTHWISE: Decision = { kernel: 'depthwise', reason: 'an item per output, over the kept cells of its channel; reads its input where it lies' };

/** The kept cells of every channel, in one list. */
export function emitDepthwise(conv: Convolution, call: Call, _decision: Decision, to: LayerLaunches): void {
  const residual = call.has(RESIDUAL) ? to.input(RESIDUAL) : undefined;
  const { window: w, batch, filters, channels, matrix, bias } = conv;
  const taps = product(w.kernel);
  const dense = new Float32Array(filters * taps);
  for (const { rows, columns, payload } of tiles(matrix)) {
    for (let r = 0, at = 0; r < rows.length; r++) for (let c = 0; c < columns.length; c++, at++) dense[rows[r]! * taps + columns[c]!] = payload[at] as number;
  }
  const firsts: number[] = [0];
  const [cells, weights]: [number[], number[]] = [[], []];
  for (let f = 0; f < filters; f++) {
    weights.push(bias?.[f] ?? 0);
    for (let tap = 0; tap < taps; tap++) {
      if (dense[f * taps + tap] === 0) continue;
      cells.push((Math.floor(tap / w.kernel[1]) * w.dilations[0]) * 0x10000 + (tap % w.kernel[1]) * w.dilations[1]);
      weights.push(dense[f * taps + tap]!);
    }
    firsts.push(cells.length);
  }
  const count = batch * filters * product(w.output);
  to.flat(to.support('depthwise', to.activation), count, [
    buffer(to.input(0)), buffer(to.output()), buffer(to.buffers.numbers(weights)), buffer(to.buffers.integers([...firsts, ...cells])), buffer(residual ?? to.output()), integer(count),
    ...integers([filters, ...w.input, ...w.output, ...w.strides, ...w.begins, filters / channels, residual === undefined ? 0 : 1]), ...bounds(to.activation),
  ]);
}
