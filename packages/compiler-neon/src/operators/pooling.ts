import { OK, product, refuse, windowOf, type Call } from '@fretwork/compiler';
import { attribute, requiredAttribute } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { loops, sharedLoops, type OperatorRow } from './row.js';

function emitPool(call: Call, code: LayerCode): void {
  const [n, channels, ...spatial] = call.shape(0) as [number, number, ...number[]];
  const w = windowOf(call.layer, spatial, requiredAttribute(call.layer, 'kernel_shape', 'ints'), call.outShape().slice(2));
  const isMax = call.layer.operator === 'MaxPool';
  const x = code.input(0);
  const sizes = [...w.input, ...w.output, ...w.kernel, ...w.strides, ...w.dilations, ...w.begins];
  const padded = isMax ? [] : attribute(call.layer, 'count_include_pad', 'int', 0) === 0 ? [0, 0, 0] : [1, ...w.ends];
  // A pool of whole maps is a mean, or a maximum, of neighbours.
  const whole = w.kernel.every((size, d) => size === w.input[d]) && w.output.every((size) => size === 1) && w.begins.every((size) => size === 0) && w.dilations.every((size) => size === 1);
  if (whole) emitGlobal(call, code, isMax ? 'max' : 'mean');
  else {
    code.add(...code.shared(n * channels, ({ at, count }) => [
      `${code.kernel(isMax ? 'max_pool' : 'average_pool')}(${at('y0', product(w.output))}, ${at(x, product(w.input))}, ${[count, ...sizes, ...padded].join(', ')});`,
    ]));
  }
  if (!whole) code.activate();
}

function emitGlobal(call: Call, code: LayerCode, kind: 'max' | 'mean'): void {
  const [n, channels, ...spatial] = call.shape(0) as [number, number, ...number[]];
  const x = code.input(0);
  code.add(...code.shared(n * channels, ({ at, count }) => [`${code.kernel(`${kind}_of_planes`)}(${at('y0', 1)}, ${at(x, product(spatial))}, ${count}, ${product(spatial)});`]));
  code.activate();
}

export const POOLING: readonly OperatorRow[] = [
  sharedLoops(loops(['MaxPool', 'AveragePool'], (call, _, code) => emitPool(call, code), (call) => {
    if (call.shape(0).length > 4) return refuse('pools over three position axes are not compiled', 'reshape to two');
    return call.hasOutput(1) ? refuse('the places of maxima (output 1 of MaxPool) are not compiled', 'leave that output out') : OK;
  })),
  loops(['GlobalAveragePool'], (call, _, code) => emitGlobal(call, code, 'mean')),
  loops(['GlobalMaxPool'], (call, _, code) => emitGlobal(call, code, 'max')),
];
