/** Two tensors broadcast to one shape: each gradient is summed back over the axes it was repeated along. */
import type { Value } from '../graph/value.js';
import type { BackwardCall, GradientRow } from './row.js';
import { no, YES } from './row.js';

const pair = (operator: string, slopes: (call: BackwardCall, a: Value, b: Value) => readonly [Value | undefined, Value | undefined], weights?: readonly number[]): GradientRow => ({
  operator,
  ...(weights === undefined ? {} : { weights }),
  backward: (call) => {
    const [a, b] = [call.input(0), call.input(1)];
    const [da, db] = slopes(call, a, b);
    return [da && call.graph.unbroadcast(da, a.shape), db && call.graph.unbroadcast(db, b.shape)];
  },
});

export const ARITHMETIC: readonly GradientRow[] = [
  pair('Add', ({ gradient }) => [gradient, gradient], [0, 1]),
  pair('Sub', ({ graph, gradient }) => [gradient, graph.neg(gradient)]),
  pair('Mul', ({ graph, gradient }, a, b) => [graph.mul(gradient, b), graph.mul(gradient, a)]),
  pair('Div', (call, _, b) => {
    const { graph, gradient } = call;
    const da = graph.div(gradient, b);
    return [da, graph.neg(graph.mul(da, call.output(0)))];
  }),
  {
    ...pair('Pow', ({ graph, gradient, numbers }, a, b) => {
      const power = numbers(1)![0]!;
      const slope = power === 2 ? a : graph.binary('Pow', a, graph.plus(b, -1));
      return [graph.scale(graph.mul(gradient, slope), power), undefined];
    }),
    supports: ({ numbers }) => (numbers(1)?.length === 1 ? YES : no('the exponent of Pow is computed', 'make it a constant of one element')),
  },
  {
    operator: 'PRelu',
    weights: [1],
    backward: ({ graph, gradient, input }) => {
      const [x, slope] = [input(0), input(1)];
      const above = graph.compare('Greater', x, graph.number(0));
      const dx = graph.mul(gradient, graph.where(above, graph.number(1), slope));
      const dslope = graph.mul(gradient, graph.where(above, graph.number(0), x));
      return [dx, graph.unbroadcast(dslope, slope.shape)];
    },
  },
  {
    operator: 'Sum',
    backward: ({ graph, gradient, inputs }) => inputs.map((v) => v && graph.unbroadcast(gradient, v.shape)),
  },
  {
    operator: 'Where',
    backward: ({ graph, gradient, input }) => {
      const [condition, a, b] = [input(0), input(1), input(2)];
      return [
        undefined,
        graph.unbroadcast(graph.where(condition, gradient, graph.number(0)), a.shape),
        graph.unbroadcast(graph.where(condition, graph.number(0), gradient), b.shape),
      ];
    },
  },
];
