import { attribute } from '@fretwork/format';
import { axisOf, range, type Value } from '../graph/value.js';
import { no, YES, type BackwardCall, type GradientRow, type LayerCall, type Support } from './row.js';

const axesKnown = ({ layer, numbers }: LayerCall): Support =>
  ((layer.inputs[1] ?? '') === '' || numbers(1) !== undefined ? YES : no(`axes of ${layer.operator} are computed`, 'make them constants'));

/** The axes summed over, and x's shape with 1 there. */
function reduced(call: BackwardCall): { readonly kept: readonly number[]; readonly count: number } {
  const { shape } = call.input(0);
  const given = call.numbers(1) ?? [];
  const noop = given.length === 0 && attribute(call.layer, 'noop_with_empty_axes', 'int', 0) !== 0;
  const axes = noop ? [] : given.length === 0 ? range(shape.length) : given.map((a) => axisOf(a, shape.length));
  return { kept: shape.map((d, i) => (axes.includes(i) ? 1 : d)), count: axes.reduce((n, a) => n * shape[a]!, 1) };
}

const reduction = (operator: string, spread: (call: BackwardCall, gradient: Value, count: number, y: Value) => Value): GradientRow => ({
  operator,
  supports: axesKnown,
  backward: (call) => {
    const { kept, count } = reduced(call);
    const { graph } = call;
    return [graph.expand(spread(call, graph.reshape(call.gradient, kept), count, graph.reshape(call.output(0), kept)), call.input(0).shape)];
  },
});

const extreme = (operator: string): GradientRow => reduction(operator, (call, gradient, count, y) => {
  const { graph } = call;
  const hit = graph.indicator(graph.compare('Equal', call.input(0), y));
  const axes = range(hit.shape.length).filter((i) => y.shape[i] !== hit.shape[i]);
  return count === 1 ? gradient : graph.mul(hit, graph.div(gradient, graph.sum(hit, axes, true)));
});

/** Softmax as ONNX 13 says: along one axis. */
const along = (operator: string, dx: (call: BackwardCall, y: Value, sum: (v: Value) => Value) => Value): GradientRow => ({
  operator,
  backward: (call) => {
    const y = call.output(0);
    const axis = axisOf(attribute(call.layer, 'axis', 'int', -1), y.shape.length);
    return [dx(call, y, (v) => call.graph.sum(v, [axis], true))];
  },
});

export const REDUCTION: readonly GradientRow[] = [
  reduction('ReduceSum', (_, gradient) => gradient),
  reduction('ReduceMean', ({ graph }, gradient, count) => graph.scale(gradient, 1 / count)),
  reduction('ReduceSumSquare', ({ graph, input }, gradient) => graph.scale(graph.mul(input(0), gradient), 2)),
  reduction('ReduceL2', ({ graph, input }, gradient, _, y) => graph.mul(input(0), graph.div(gradient, y))),
  extreme('ReduceMax'),
  extreme('ReduceMin'),
  along('Softmax', ({ graph, gradient }, y, sum) => graph.mul(y, graph.sub(gradient, sum(graph.mul(gradient, y))))),
  along('LogSoftmax', ({ graph, gradient }, y, sum) => graph.sub(gradient, graph.mul(graph.unary('Exp', y), sum(gradient)))),
];
