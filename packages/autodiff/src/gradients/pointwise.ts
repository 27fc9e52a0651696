/** One tensor in, one out, element by element: the derivative is a factor. */
import { attribute } from '@fretwork/format';
import type { Value } from '../graph/value.js';
import { no, YES, type BackwardCall, type GradientRow } from './row.js';

/** dy/dx as a value, or the gradient itself where that is cheaper to write. */
const curve = (operator: string, slope: (call: BackwardCall, x: Value, y: Value) => Value): GradientRow => ({
  operator,
  backward: (call) => [call.graph.mul(call.gradient, slope(call, call.input(0), call.output(0)))],
});

/** The gradient where `holds` is 1, and `otherwise` of it elsewhere. */
const positive = ({ graph }: BackwardCall, x: Value): Value => graph.compare('Greater', x, graph.number(0));

const float = (call: BackwardCall, name: string, otherwise: number): number => attribute(call.layer, name, 'float', otherwise);

/** Where `low` < x < `high`. Limits at infinity are not compared with. */
export function inside({ graph }: BackwardCall, x: Value, low: number, high: number): Value {
  const above = low === -Infinity ? undefined : graph.indicator(graph.compare('Greater', x, graph.number(low)));
  const below = high === Infinity ? undefined : graph.indicator(graph.compare('Less', x, graph.number(high)));
  if (above === undefined || below === undefined) return above ?? below ?? graph.number(1);
  return graph.mul(above, below);
}

const SQRT_HALF = Math.SQRT1_2;

export const POINTWISE: readonly GradientRow[] = [
  { operator: 'Identity', backward: (call) => [call.gradient] },
  curve('Relu', (call, _, y) => call.graph.indicator(positive(call, y))),
  curve('LeakyRelu', (call, x) => call.graph.where(positive(call, x), call.graph.number(1), call.graph.number(float(call, 'alpha', 0.01)))),
  curve('ThresholdedRelu', (call, x) => inside(call, x, float(call, 'alpha', 1), Infinity)),
  curve('Sigmoid', ({ graph }, _, y) => graph.mul(y, graph.complement(y))),
  curve('Tanh', ({ graph }, _, y) => graph.complement(graph.square(y))),
  curve('HardSigmoid', (call, _, y) => call.graph.scale(inside(call, y, 0, 1), float(call, 'alpha', 0.2))),
  // x · clip(x/6 + 1/2): between -3 and 3 the slope is x/3 + 1/2, above it is 1.
  curve('HardSwish', (call, x) => {
    const { graph } = call;
    const middle = graph.mul(inside(call, x, -3, 3), graph.plus(graph.scale(x, 1 / 3), 0.5));
    return graph.add(middle, graph.indicator(graph.compare('GreaterOrEqual', x, graph.number(3))));
  }),
  // Below 0, y = alpha (e^x - 1), so that its slope is y + alpha.
  curve('Elu', (call, x, y) => call.graph.where(positive(call, x), call.graph.number(1), call.graph.plus(y, float(call, 'alpha', 1)))),
  curve('Selu', (call, x, y) => {
    const [alpha, gamma] = [float(call, 'alpha', 1.67326319217681884765625), float(call, 'gamma', 1.05070102214813232421875)];
    return call.graph.where(positive(call, x), call.graph.number(gamma), call.graph.plus(y, alpha * gamma));
  }),
  curve('Softplus', ({ graph }, x) => graph.unary('Sigmoid', x)),
  curve('Softsign', ({ graph }, x) => graph.unary('Reciprocal', graph.square(graph.plus(graph.unary('Abs', x), 1)))),
  {
    ...curve('Gelu', ({ graph }, x) => {
      const normal = graph.scale(graph.plus(graph.unary('Erf', graph.scale(x, SQRT_HALF)), 1), 0.5);
      const density = graph.scale(graph.unary('Exp', graph.scale(graph.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return graph.add(normal, graph.mul(x, density));
    }),
    supports: ({ layer }) => (attribute(layer, 'approximate', 'string', 'none') === 'none' ? YES
      : no('Gelu approximated by tanh has no gradient here', 'use approximate = none')),
  },
  curve('Abs', ({ graph }, x) => graph.unary('Sign', x)),
  curve('Neg', ({ graph }) => graph.number(-1)),
  curve('Exp', (_, __, y) => y),
  curve('Log', ({ graph }, x) => graph.unary('Reciprocal', x)),
  curve('Sqrt', ({ graph }, _, y) => graph.div(graph.number(0.5), y)),
  curve('Reciprocal', ({ graph }, _, y) => graph.neg(graph.square(y))),
  curve('Erf', ({ graph }, x) => graph.scale(graph.unary('Exp', graph.neg(graph.square(x))), 2 / Math.sqrt(Math.PI))),
  curve('Sin', ({ graph }, x) => graph.unary('Cos', x)),
  curve('Cos', ({ graph }, x) => graph.neg(graph.unary('Sin', x))),
  {
    operator: 'Clip',
    supports: ({ layer, numbers }) => ([1, 2].every((i) => (layer.inputs[i] ?? '') === '' || numbers(i)?.length === 1) ? YES
      : no('limits of Clip are computed', 'make them constants')),
    backward: (call) => {
      const [low, high] = [call.numbers(1)?.[0] ?? -Infinity, call.numbers(2)?.[0] ?? Infinity];
      return [call.graph.mul(call.gradient, inside(call, call.input(0), low, high))];
    },
  },
];
