/** Pools over X `[N, C, ...]`. */
import { attribute, requiredAttribute } from '@fretwork/format';
import { ints } from '../graph/builder.js';
import { range, sizeOf, type Value } from '../graph/value.js';
import { scatterTaps, taps } from './patches.js';
import { no, YES, type BackwardCall, type GradientRow, type LayerCall } from './row.js';
import { grown, tapsOf, windowOf } from './window.js';

const formOf = ({ layer, input, gradient }: BackwardCall): ReturnType<typeof windowOf> =>
  windowOf(layer, input(0).shape.slice(2), gradient.shape.slice(2), requiredAttribute(layer, 'kernel_shape', 'ints'));

/** Ties share the gradient. */
function maxPortable(call: BackwardCall): Value {
  const { graph, gradient, input } = call;
  const x = input(0);
  const positions = gradient.shape.slice(2);
  const form = grown(formOf(call), x.shape.slice(2), positions);
  // Below every float32 that a network makes, and finite, since 0 · -∞ is no number.
  const hits = taps(graph, x, form, positions, -3e38).map((t) => graph.indicator(graph.compare('Equal', t, call.output(0))));
  const share = graph.div(gradient, hits.reduce((a, b) => graph.add(a, b)));
  return scatterTaps(graph, hits.map((hit) => graph.mul(hit, share)), form, x.shape.slice(2));
}

/** Windows side by side over whole planes: each input belongs to one window. */
function tiling(call: LayerCall): boolean {
  const [x, y] = [call.input(0).shape.slice(2), call.outputShapes[0]!.slice(2)];
  const { kernel, strides, dilations, pads } = windowOf(call.layer, x, y, requiredAttribute(call.layer, 'kernel_shape', 'ints'));
  return x.length === 2 && pads.every((p) => p === 0)
    && kernel.every((k, i) => k === strides[i] && (k === 1 || dilations[i] === 1) && x[i] === k * y[i]!);
}

/**
 * Of a tiling: inputs are compared with their window's maximum. Three times as fast as indices on ONNX Runtime's CPU
 * provider, whose pool with indices and whose scattering have one plain loop each.
 */
function maxOfTiles(call: BackwardCall): Value {
  const { graph, gradient, input, outputs } = call;
  const x = input(0);
  const [kh, kw] = requiredAttribute(call.layer, 'kernel_shape', 'ints') as [number, number];
  const scales = graph.floats32(`scales-${kh}-${kw}`, [1, 1, kh, kw]);
  const spread = (v: Value): Value => graph.one('Resize', [v, undefined, scales], x.shape, {
    mode: { type: 'string', value: 'nearest' }, coordinate_transformation_mode: { type: 'string', value: 'asymmetric' }, nearest_mode: { type: 'string', value: 'floor' },
  });
  const hit = graph.indicator(graph.compare('Equal', x, spread(outputs[0]!)));
  const share = graph.one('AveragePool', [hit], gradient.shape, { kernel_shape: ints([kh, kw]), strides: ints([kh, kw]) });
  return graph.mul(hit, spread(graph.div(gradient, graph.scale(share, kh * kw))));
}

/** Places that the window really averages at each position, `[1, 1, ...positions]`. */
function counts(call: BackwardCall, form: ReturnType<typeof windowOf>, full: readonly number[], positions: readonly number[]): Value {
  const padded = attribute(call.layer, 'count_include_pad', 'int', 0) !== 0;
  const own = windowOf(call.layer, full, positions, form.kernel);
  const n = form.kernel.length;
  const perAxis = positions.map((count, i) => range(count).map((p) => {
    const start = p * form.strides[i]! - form.pads[i]!;
    const [low, high] = padded ? [-own.pads[i]!, full[i]! + own.pads[i + n]!] : [0, full[i]!];
    return range(form.kernel[i]!).filter((k) => start + k * form.dilations[i]! >= low && start + k * form.dilations[i]! < high).length;
  }));
  const all = perAxis.reduce<readonly number[]>((products, axis) => products.flatMap((p) => axis.map((c) => p * c)), [1]);
  return call.graph.floats(`pool-${JSON.stringify(form)}-${padded}-${full.join()}`, [1, 1, ...positions], () => all.map((c) => 1 / c));
}

export const POOLING: readonly GradientRow[] = [
  {
    operator: 'MaxPool',
    supports: ({ layer }) => (attribute(layer, 'storage_order', 'int', 0) === 0 ? YES : no('column-major indices of MaxPool are not known here', 'use storage_order 0')),
    // On the CPU the pool itself says where its maxima are.
    forward: (call) => {
      const { graph, layer } = call;
      const y = call.outputShapes[0]!;
      if (call.form === 'portable' || tiling(call)) return { outputs: [graph.layer('MaxPool', call.inputs, [{ dtype: graph.dtype, shape: y }], Object.fromEntries(layer.attributes))[0]!] };
      const [value, index] = graph.layer('MaxPool', call.inputs, [{ dtype: graph.dtype, shape: y }, { dtype: 'i64', shape: y }], Object.fromEntries(layer.attributes));
      return { outputs: [value!], saved: index! };
    },
    backward: (call) => {
      const { graph, gradient, input } = call;
      if (tiling(call)) return [maxOfTiles(call)];
      if (call.form === 'portable') return [maxPortable(call)];
      const [into, from] = [sizeOf(input(0).shape), sizeOf(gradient.shape)];
      const scattered = graph.one(
        'ScatterElements', [graph.zeros([into]), graph.reshape(call.saved as Value, [from]), graph.reshape(gradient, [from])], [into],
        { axis: { type: 'int', value: 0 }, reduction: { type: 'string', value: 'add' } },
      );
      return [graph.reshape(scattered, input(0).shape)];
    },
  },
  {
    operator: 'AveragePool',
    backward: (call) => {
      const { graph, gradient, input, form: how } = call;
      const spatial = input(0).shape.slice(2);
      const positions = gradient.shape.slice(2);
      const form = grown(formOf(call), spatial, positions);
      const share = graph.mul(gradient, counts(call, form, spatial, positions));
      const whole = form.kernel.every((k, i) => positions[i] === 1 && k === spatial[i]) && form.pads.every((p) => p === 0);
      if (whole) return [graph.expand(share, input(0).shape)];
      if (how === 'portable') return [scatterTaps(graph, tapsOf(form.kernel).map(() => share), form, spatial)];
      // One filter of ones on each plane: planes become the batch, so that no grouping is needed.
      const planes = input(0).shape[0]! * input(0).shape[1]!;
      const ones = graph.floats('ones', [1, 1, ...form.kernel], () => new Float32Array(sizeOf(form.kernel)).fill(1));
      const spread = graph.convTranspose(graph.reshape(share, [planes, 1, ...positions]), ones, { ...form, group: 1 }, spatial);
      return [graph.reshape(spread, input(0).shape)];
    },
  },
  {
    operator: 'GlobalAveragePool',
    backward: ({ graph, gradient, input }) => {
      const { shape } = input(0);
      return [graph.expand(graph.scale(gradient, 1 / sizeOf(shape.slice(2))), shape)];
    },
  },
  {
    operator: 'GlobalMaxPool',
    backward: ({ graph, gradient, input, output }) => {
      const hit = graph.indicator(graph.compare('Equal', input(0), output(0)));
      return [graph.mul(hit, graph.div(gradient, graph.sum(hit, range(hit.shape.length - 2, 2), true)))];
    },
  },
];
