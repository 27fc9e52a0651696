import { attribute } from '@fretwork/format';
import { range, sizeOf } from '../graph/value.js';
import type { GradientRow } from './row.js';

export const MATRIX: readonly GradientRow[] = [
  {
    operator: 'MatMul',
    weights: [0, 1],
    backward: ({ graph, gradient, input }) => {
      const [a, b] = [input(0), input(1)];
      // A vector is a row on the left and a column on the right.
      const left = a.shape.length === 1 ? graph.reshape(a, [1, a.shape[0]!]) : a;
      const right = b.shape.length === 1 ? graph.reshape(b, [b.shape[0]!, 1]) : b;
      const batch = gradient.shape.slice(0, gradient.shape.length - (a.shape.length === 1 ? 0 : 1) - (b.shape.length === 1 ? 0 : 1));
      const [m, n] = [left.shape.at(-2)!, right.shape.at(-1)!];
      if (right.shape.length === 2) {
        // One product of all rows, in place of one per matrix and a sum.
        const rows = sizeOf(left.shape) / left.shape.at(-1)!;
        const dy = graph.reshape(gradient, [rows, n]);
        const flat = graph.reshape(left, [rows, left.shape.at(-1)!]);
        return [graph.reshape(graph.gemm(dy, right, false, true), a.shape), graph.reshape(graph.gemm(flat, dy, true, false), b.shape)];
      }
      const dy = graph.reshape(gradient, [...batch, m, n]);
      return [
        graph.reshape(graph.unbroadcast(graph.matmul(dy, graph.swapped(right)), left.shape), a.shape),
        graph.reshape(graph.unbroadcast(graph.matmul(graph.swapped(left), dy), right.shape), b.shape),
      ];
    },
  },
  {
    operator: 'Gemm',
    weights: [1, 2],
    backward: ({ graph, gradient, input, inputs, layer }) => {
      const [a, b, c] = [input(0), input(1), inputs[2]];
      const [transA, transB] = [attribute(layer, 'transA', 'int', 0) !== 0, attribute(layer, 'transB', 'int', 0) !== 0];
      const dy = graph.scale(gradient, attribute(layer, 'alpha', 'float', 1));
      return [
        transA ? graph.gemm(b, dy, transB, true) : graph.gemm(dy, b, false, !transB),
        transB ? graph.gemm(dy, a, true, transA) : graph.gemm(a, dy, !transA, false),
        c && graph.unbroadcast(graph.scale(gradient, attribute(layer, 'beta', 'float', 1)), c.shape),
      ];
    },
  },
  {
    operator: 'LayerNormalization',
    weights: [1, 2],
    // Outputs 1 and 2 (mean, 1/deviation) carry no gradient: nothing in trained models reads them.
    backward: ({ graph, gradient, input, inputs, layer }) => {
      const [x, scale] = [input(0), input(1)];
      const rank = x.shape.length;
      const axis = attribute(layer, 'axis', 'int', -1);
      const axes = range(rank).slice(axis);
      const centred = graph.sub(x, graph.reduce('ReduceMean', x, axes, true));
      const variance = graph.reduce('ReduceMean', graph.square(centred), axes, true);
      const inverse = graph.unary('Reciprocal', graph.unary('Sqrt', graph.plus(variance, attribute(layer, 'epsilon', 'float', 1e-5))));
      const normal = graph.mul(centred, inverse);
      const d = graph.mul(gradient, scale);
      const mean = graph.reduce('ReduceMean', d, axes, true);
      const along = graph.reduce('ReduceMean', graph.mul(d, normal), axes, true);
      const dx = graph.mul(inverse, graph.sub(graph.sub(d, mean), graph.mul(normal, along)));
      return [dx, graph.unbroadcast(graph.mul(gradient, normal), scale.shape), inputs[2] && graph.unbroadcast(gradient, inputs[2].shape)];
    },
  },
];
