import { product, RESIDUAL, type Call, type Convolution } from '@fretwork/compiler';
import { tiles } from '@fretwork/format';
import { bounds, buffer, integer, integers, type LayerLaunches } from '../emit/layer-launches.js';
import { WIDEST } from '../kernels/manifest.js';
import { depthwiseMaps } from '../kernels/support.js';
import type { Decision, Setting } from './row.js';

/** Every output channel reads one input channel. */
export const isDepthwise = ({ channels, groups }: Convolution): boolean => groups > 1 && groups === channels;

const MAPS = 'depthwise_maps';

/** Halves have vectors of other integers to choose by, and fewer positions than a vector has are not one. */
const byMaps = ({ window: w }: Convolution, { family, type }: Setting): boolean =>
  family === 'processor' && type !== 'f16' && w.strides.every((step) => step === 1) && w.input.every((size, d) => size === w.output[d]) && product(w.output) >= WIDEST;

export const decideDepthwise = (conv: Convolution, setting: Setting): Decision => (byMaps(conv, setting)
  ? { kernel: MAPS, reason: 'an item per map, vectors of positions one after another, over the kept cells of its channel; reads its input where it lies' }
  : { kernel: 'depthwise', reason: 'an item per output, over the kept cells of its channel; reads its input where it lies' });

/** The kept cells of every channel, in one list. */
export function emitDepthwise(conv: Convolution, call: Call, decision: Decision, to: LayerLaunches): void {
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
  const read = [buffer(to.input(0)), buffer(to.output()), buffer(to.buffers.numbers(weights)), buffer(to.buffers.integers([...firsts, ...cells])), buffer(residual ?? to.output())];
  const last = [filters / channels, residual === undefined ? 0 : 1];
  if (decision.kernel === MAPS) {
    if (batch * filters === 0) return;
    const { activation } = to;
    to.launch({
      kernel: to.text(activation.word === '' ? MAPS : `${MAPS}_${activation.word}`, depthwiseMaps(activation.word)), global: [filters, batch, 1], group: { axis: 0, most: 1 },
      args: [...read, ...integers([filters, ...w.input, ...w.begins, ...last]), ...bounds(activation)],
    });
    return;
  }
  const count = batch * filters * product(w.output);
  to.flat(to.support('depthwise', to.activation), count, [...read, integer(count), ...integers([filters, ...w.input, ...w.output, ...w.strides, ...w.begins, ...last]), ...bounds(to.activation)]);
}
