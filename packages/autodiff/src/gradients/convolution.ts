/** Conv and ConvTranspose: X `[N, C, ...]`, W `[Cout, Cin/g, ...]` of Conv, `[Cin, Cout/g, ...]` of ConvTranspose. */
import { attribute } from '@fretwork/format';
import type { GraphBuilder, WindowForm } from '../graph/builder.js';
import { range, sizeOf, type Value } from '../graph/value.js';
import { patches, taps } from './patches.js';
import { no, YES, type BackwardCall, type GradientRow } from './row.js';
import { windowOf } from './window.js';

/** ∂loss/∂x of y = conv(x, w). */
function inputGradient(graph: GraphBuilder, dy: Value, w: Value, form: WindowForm, spatial: readonly number[]): Value {
  const n = form.kernel.length;
  const reach = form.kernel.map((k, i) => (k - 1) * form.dilations[i]!);
  const pads = [...reach.map((r, i) => r - form.pads[i]!), ...reach.map((r, i) => r - form.pads[i + n]!)];
  // With stride 1 it is a convolution too, which engines compute faster than a transposed one.
  if (form.strides.some((s) => s !== 1) || pads.some((p) => p < 0)) return graph.convTranspose(dy, w, form, spatial);
  const [out, perGroup] = [w.shape[0]! / form.group, w.shape[1]!];
  const grouped = graph.reshape(w, [form.group, out, perGroup, ...form.kernel]);
  const turned = graph.reshape(graph.transpose(grouped, [0, 2, 1, ...range(n, 3)]), [form.group * perGroup, out, ...form.kernel]);
  return graph.conv(dy, graph.flip(turned, range(n, 2)), { ...form, pads });
}

/** Up to here one product with two transpositions beats many products and a sum, on ONNX Runtime's CPU provider. */
const FEW_PLACES = 256;

/** ∂loss/∂w of y = conv(x, w), w of shape `[Cout, Cin/g, ...kernel]`. */
function weightGradient({ graph, form: how }: Pick<BackwardCall, 'graph' | 'form'>, x: Value, dy: Value, shape: readonly number[], form: WindowForm): Value {
  const [batch, out, ...positions] = dy.shape as [number, number, ...number[]];
  const { group } = form;
  const perGroup = shape[1]!;
  if (perGroup === 1 && out === group && sizeOf(form.kernel) > 1) {
    // Depthwise: one sum per tap.
    const axes = [0, ...range(positions.length, 2)];
    const sums = taps(graph, x, form, positions).map((t) => graph.reshape(graph.sum(graph.mul(t, dy), axes), [out, 1]));
    return graph.reshape(graph.concat(sums, 1), shape);
  }
  const places = sizeOf(positions);
  const columns = graph.reshape(patches(graph, x, form, positions, how), [batch, group, perGroup * sizeOf(form.kernel), places]);
  if (group === 1 && places <= FEW_PLACES) {
    // One product over batch and places together: few places make the products of single samples thin.
    const merged = graph.reshape(graph.transpose(graph.reshape(columns, [batch, columns.shape[2]!, places]), [0, 2, 1]), [batch * places, columns.shape[2]!]);
    const flat = graph.reshape(graph.transpose(graph.reshape(dy, [batch, out, places]), [1, 0, 2]), [out, batch * places]);
    return graph.reshape(graph.gemm(flat, merged, false, false), shape);
  }
  const rows = graph.reshape(dy, [batch, group, out / group, places]);
  const each = group === 1
    ? graph.matmul(graph.reshape(rows, [batch, out, places]), graph.swapped(graph.reshape(columns, [batch, columns.shape[2]!, places])))
    : graph.matmul(rows, graph.swapped(columns));
  return graph.reshape(graph.sum(each, [0]), shape);
}

const biasGradient = (graph: GraphBuilder, dy: Value): Value => graph.sum(dy, [0, ...range(dy.shape.length - 2, 2)]);

export const CONVOLUTION: readonly GradientRow[] = [
  {
    operator: 'Conv',
    weights: [1, 2],
    backward: (call) => {
      const { graph, gradient: dy } = call;
      const [x, w] = [call.input(0), call.input(1)];
      const form = windowOf(call.layer, x.shape.slice(2), dy.shape.slice(2), w.shape.slice(2));
      return [
        inputGradient(graph, dy, w, form, x.shape.slice(2)),
        weightGradient(call, x, dy, w.shape, form),
        biasGradient(graph, dy),
      ];
    },
  },
  {
    operator: 'ConvTranspose',
    weights: [1, 2],
    supports: ({ layer }) => (attribute(layer, 'auto_pad', 'string', 'NOTSET') === 'NOTSET' && attribute(layer, 'output_shape', 'ints', undefined) === undefined ? YES
      : no('auto_pad and output_shape of ConvTranspose are not known here', 'write its pads and output_padding as numbers')),
    // The adjoint of a convolution from y to x with the same filters: x is where the window stands, y what it slides over.
    backward: (call) => {
      const { graph, gradient: dy } = call;
      const [x, w] = [call.input(0), call.input(1)];
      const form = windowOf(call.layer, dy.shape.slice(2), x.shape.slice(2), w.shape.slice(2));
      const positions = x.shape.slice(2).map((length, i) => ({ axis: i + 2, from: 0, length }));
      return [
        graph.slice(graph.conv(dy, w, form), positions),
        weightGradient(call, dy, x, w.shape, form),
        biasGradient(graph, dy),
      ];
    },
  },
];
