import { OK, product, refuse, windowOf, type Call } from '@fretwork/compiler';
import { attribute, requiredAttribute } from '@fretwork/format';
import { bounds, buffer, integer, integers, type LayerLaunches } from '../emit/layer-launches.js';
import { plain, type OperatorRow } from './row.js';

function emitPool(call: Call, to: LayerLaunches): void {
  const [, , ...spatial] = call.shape(0) as [number, number, ...number[]];
  const w = windowOf(call.layer, spatial, requiredAttribute(call.layer, 'kernel_shape', 'ints'), call.outShape().slice(2));
  const isMax = call.layer.operator === 'MaxPool';
  const counted = isMax ? 0 : attribute(call.layer, 'count_include_pad', 'int', 0);
  const count = product(call.outShape());
  to.flat(to.support(isMax ? 'max_pool' : 'average_pool', to.activation), count, [
    buffer(to.output()), buffer(to.input(0)), integer(count),
    ...integers([...w.input, ...w.output, ...w.kernel, ...w.strides, ...w.dilations, ...w.begins, counted, ...w.ends]), ...bounds(to.activation),
  ]);
}

/** A pool whose window is the whole map. */
function emitGlobal(call: Call, to: LayerLaunches): void {
  const size = product(call.shape(0).slice(2));
  const count = product(call.outShape());
  to.flat(to.support(call.layer.operator === 'GlobalMaxPool' ? 'max_pool' : 'average_pool', to.activation), count, [
    buffer(to.output()), buffer(to.input(0)), integer(count), ...integers([1, size, 1, 1, 1, size, 1, 1, 1, 1, 0, 0, 0, 0, 0]), ...bounds(to.activation),
  ]);
}

export const POOLING: readonly OperatorRow[] = [
  plain('pool', ['MaxPool', 'AveragePool'], (call, _, to) => emitPool(call, to), (call) => {
    if (call.shape(0).length > 4) return refuse('pools over three position axes are not compiled', 'reshape to two');
    return call.hasOutput(1) ? refuse('the places of maxima (output 1 of MaxPool) are not compiled', 'leave that output out') : OK;
  }),
  plain('pool', ['GlobalAveragePool', 'GlobalMaxPool'], (call, _, to) => emitGlobal(call, to)),
];
