/** Layers that make one number of many. */
import { joined, OK, product, reducedAxes, refuse, rowMajor, type Call } from '@fretwork/compiler';
import { attribute } from '@fretwork/format';
import { bounds, buffer, integer, integers, type LayerLaunches } from '../emit/layer-launches.js';
import { reduceKernel } from '../kernels/support.js';
import { plain, type OperatorRow } from './row.js';

const REDUCTIONS: Readonly<Record<string, { readonly start: string; readonly step: string; readonly finish: string }>> = {
  ReduceSum: { start: 'R(0)', step: 'v += a', finish: 'v' },
  ReduceMean: { start: 'R(0)', step: 'v += a', finish: 'v / R(length)' },
  ReduceMax: { start: '-INFINITY', step: 'v = most1(v, a)', finish: 'v' },
  ReduceMin: { start: 'INFINITY', step: 'v = least1(v, a)', finish: 'v' },
  ReduceL1: { start: 'R(0)', step: 'v += fabs(a)', finish: 'v' },
  ReduceL2: { start: 'R(0)', step: 'v += a * a', finish: 'sqrt(v)' },
  ReduceSumSquare: { start: 'R(0)', step: 'v += a * a', finish: 'v' },
};

function emitReduce(call: Call, to: LayerLaunches): void {
  const shape = call.shape(0);
  const gone = new Set(reducedAxes(call));
  const own = rowMajor(shape);
  const of = (kept: boolean): { readonly sizes: number[]; readonly strides: readonly number[] } => {
    const axes = shape.map((_, d) => d).filter((d) => gone.has(d) !== kept);
    const { sizes, walks: [walk] } = joined(axes.map((d) => shape[d]!), [{ pointer: '', strides: axes.map((d) => own[d]!) }]);
    return { sizes, strides: walk!.strides };
  };
  const [outer, inner] = [of(true), of(false)];
  const rank = Math.max(1, outer.sizes.length);
  const { operator } = call.layer;
  const count = product(call.outShape());
  const length = shape.reduce((all, size, d) => (gone.has(d) ? all * size : all), 1);
  to.flat(to.text(operator.toLowerCase(), reduceKernel(rank, inner.sizes.length, REDUCTIONS[operator]!, to.activation.word)), count, [
    buffer(to.output()), buffer(to.input(0)), integer(count), ...integers(outer.sizes.slice(1)), ...integers(outer.sizes.length === 0 ? [0] : outer.strides),
    ...inner.sizes.flatMap((size, d) => integers([size, inner.strides[d]!])), ['f', length], ...bounds(to.activation),
  ]);
}

function emitSoftmax(call: Call, to: LayerLaunches): void {
  const shape = call.shape(0);
  const axis = attribute(call.layer, 'axis', 'int', -1);
  const at = axis < 0 ? axis + shape.length : axis;
  const [outer, length, inner] = [product(shape.slice(0, at)), shape[at]!, product(shape.slice(at + 1))];
  to.flat(to.support('softmax', to.activation), outer * inner, [buffer(to.output()), buffer(to.input(0)), ...integers([outer * inner, length, inner, call.layer.operator === 'LogSoftmax' ? 1 : 0]), ...bounds(to.activation)]);
}

export const REDUCING: readonly OperatorRow[] = [
  plain('reduce', Object.keys(REDUCTIONS), (call, _, to) => emitReduce(call, to), (call) => (!call.has(1) || call.numbers(1) !== undefined ? OK
    : refuse('its axes are computed', 'make them constants'))),
  plain('softmax', ['Softmax', 'LogSoftmax'], (call, _, to) => emitSoftmax(call, to)),
];
