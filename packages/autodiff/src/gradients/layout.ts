/** Layers that only move elements: the gradient moves back. */
import { attribute } from '@fretwork/format';
import { axisOf, range, type Value } from '../graph/value.js';
import { no, YES, type BackwardCall, type GradientRow, type LayerCall, type Support } from './row.js';

const reshaping = (operator: string): GradientRow => ({
  operator,
  backward: ({ graph, gradient, input }) => [graph.reshape(gradient, input(0).shape)],
});

const known = (what: string, ...inputs: readonly number[]) => ({ layer, numbers }: LayerCall): Support =>
  (inputs.every((i) => (layer.inputs[i] ?? '') === '' || numbers(i) !== undefined) ? YES
    : no(`${what} of ${layer.operator} are computed from data`, 'make them constants'));

/** Per axis: first index, step, number of elements. ONNX Slice, ends clamped. */
function slicesOf(call: BackwardCall): { axis: number; from: number; step: number; length: number }[] {
  const { shape } = call.input(0);
  const starts = call.numbers(1)!;
  const steps = call.numbers(4) ?? starts.map(() => 1);
  return (call.numbers(3) ?? range(starts.length)).map((given, i) => {
    const axis = axisOf(given, shape.length);
    const [size, step] = [shape[axis]!, steps[i]!];
    const start = starts[i]! < 0 ? starts[i]! + size : starts[i]!;
    const from = Math.min(Math.max(start, 0), step > 0 ? size : size - 1);
    return { axis, from, step, length: call.gradient.shape[axis]! };
  });
}

function sliceBack(call: BackwardCall): Value {
  const { graph, gradient } = call;
  const { shape } = call.input(0);
  let out = gradient;
  for (const { axis, from, step, length } of slicesOf(call)) {
    const size = shape[axis]!;
    const forward = step < 0 ? graph.flip(out, [axis]) : out;
    const stride = Math.abs(step);
    const first = step < 0 ? from + (length - 1) * step : from;
    const spread = stride === 1 || length === 1 ? forward : spreadAlong(call, forward, axis, stride);
    const pads = range(2 * shape.length).map((p) => (p === axis ? first : p === axis + shape.length ? size - first - spread.shape[axis]! : 0));
    out = graph.pad(spread, pads);
  }
  return out;
}

/** `stride - 1` zeros between neighbours along `axis`. */
function spreadAlong({ graph }: BackwardCall, x: Value, axis: number, stride: number): Value {
  const apart = graph.reshape(x, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]);
  const rank = apart.shape.length;
  const wide = graph.pad(apart, range(2 * rank).map((p) => (p === rank + axis + 1 ? stride - 1 : 0)));
  const joined = graph.reshape(wide, x.shape.map((d, i) => (i === axis ? d * stride : d)));
  return graph.slice(joined, [{ axis, from: 0, length: (x.shape[axis]! - 1) * stride + 1 }]);
}

export const LAYOUT: readonly GradientRow[] = [
  reshaping('Reshape'), reshaping('Flatten'), reshaping('Squeeze'), reshaping('Unsqueeze'),
  {
    operator: 'Transpose',
    backward: ({ graph, gradient, layer }) => {
      const rank = gradient.shape.length;
      const perm = attribute(layer, 'perm', 'ints', undefined) ?? range(rank).map((i) => rank - 1 - i);
      return [graph.transpose(gradient, range(rank).map((i) => perm.indexOf(i)))];
    },
  },
  {
    operator: 'Concat',
    backward: ({ graph, gradient, layer, inputs }) => {
      const axis = axisOf(attribute(layer, 'axis', 'int', 0), gradient.shape.length);
      return graph.split(gradient, axis, inputs.map((v) => v!.shape[axis]!));
    },
  },
  {
    operator: 'Split',
    backward: ({ graph, gradients, layer, input, outputs }) => {
      const axis = axisOf(attribute(layer, 'axis', 'int', 0), input(0).shape.length);
      return [graph.concat(gradients.map((g, i) => g ?? graph.zeros(outputs[i]!.shape)), axis)];
    },
  },
  {
    operator: 'Slice',
    supports: known('places', 1, 2, 3, 4),
    backward: (call) => [sliceBack(call)],
  },
  {
    operator: 'Pad',
    supports: (call) => {
      const mode = attribute(call.layer, 'mode', 'string', 'constant');
      return mode === 'constant' ? known('pads', 1, 3)(call) : no(`Pad in mode ${mode} has no gradient here`, 'pad with a constant');
    },
    backward: ({ graph, gradient, input, numbers }) => {
      const rank = input(0).shape.length;
      const pads = numbers(1)!;
      const axes = (numbers(3) ?? range(rank)).map((a) => axisOf(a, rank));
      const full = range(2 * rank).map((p) => {
        const at = axes.indexOf(p % rank);
        return at < 0 ? 0 : pads[p < rank ? at : at + axes.length]!;
      });
      return [graph.pad(gradient, full.map((p) => -p))];
    },
  },
  {
    operator: 'Expand',
    backward: ({ graph, gradient, input }) => [graph.unbroadcast(gradient, input(0).shape)],
  },
  {
    operator: 'Cast',
    backward: ({ gradient, input }) => [input(0).dtype === gradient.dtype ? gradient : undefined],
  },
  {
    operator: 'ScatterND',
    supports: ({ layer }) => (attribute(layer, 'reduction', 'string', 'none') === 'none' ? YES
      : no('ScatterND with a reduction has no gradient here', 'use reduction = none')),
    // Indices are distinct, as ONNX asks where nothing is reduced.
    backward: ({ graph, gradient, input }) => {
      const [indices, updates] = [input(1), input(2)];
      return [
        graph.one('ScatterND', [gradient, indices, graph.zeros(updates.shape)], gradient.shape),
        undefined,
        graph.one('GatherND', [gradient, indices], updates.shape),
      ];
    },
  },
  {
    operator: 'Gather',
    supports: known('indices', 1),
    // As a product with a 0/1 matrix: no engine has to scatter with repeated indices.
    backward: ({ graph, gradient, input, layer, numbers }) => {
      const { shape } = input(0);
      const axis = axisOf(attribute(layer, 'axis', 'int', 0), shape.length);
      const size = shape[axis]!;
      const indices = numbers(1)!.map((i) => axisOf(i, size));
      const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)];
      const flat = graph.reshape(gradient, [before.reduce((a, b) => a * b, 1), indices.length, after.reduce((a, b) => a * b, 1)]);
      const chooser = graph.floats(`gather-${indices.join()}`, [size, indices.length], () => {
        const matrix = new Float32Array(size * indices.length);
        indices.forEach((row, i) => { matrix[row * indices.length + i] = 1; });
        return matrix;
      });
      return [graph.reshape(graph.matmul(chooser, flat), shape)];
    },
  },
];
