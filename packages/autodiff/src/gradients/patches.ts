/** im2col as layers: the patches that a window sees, and the way back. */
import type { GradientForm } from '../contract.js';
import type { GraphBuilder, WindowForm } from '../graph/builder.js';
import { range, sizeOf, type Value } from '../graph/value.js';
import { tapsOf } from './window.js';

/** Filters `[channels · taps, 1, ...kernel]`, each with one 1: filter c·taps + t moves tap t of channel c. */
function oneHot(graph: GraphBuilder, channels: number, kernel: readonly number[]): Value {
  const taps = sizeOf(kernel);
  return graph.floats('one-hot', [channels * taps, 1, ...kernel], () => {
    const filters = new Float32Array(channels * taps * taps);
    for (let f = 0; f < channels * taps; f++) filters[f * taps + (f % taps)] = 1;
    return filters;
  });
}

/** x padded, cut to what tap `tap` sees at each of `positions`. */
function tapOf(graph: GraphBuilder, padded: Value, form: WindowForm, tap: readonly number[], positions: readonly number[]): Value {
  return graph.slice(padded, tap.map((k, i) => ({ axis: i + 2, from: k * form.dilations[i]!, length: positions[i]!, step: form.strides[i]! })));
}

/** x with its pads as zeros (or `value`), long enough at its ends for every tap. */
export function paddedFor(graph: GraphBuilder, x: Value, form: WindowForm, positions: readonly number[], value = 0): Value {
  const n = form.kernel.length;
  const ends = form.kernel.map((k, i) =>
    Math.max(0, (positions[i]! - 1) * form.strides[i]! + (k - 1) * form.dilations[i]! + 1 - x.shape[i + 2]! - form.pads[i]!));
  return graph.pad(x, [0, 0, ...form.pads.slice(0, n), 0, 0, ...ends], value);
}

/** Each tap `[N, C, ...positions]`, in the order of `tapsOf`. */
export function taps(graph: GraphBuilder, x: Value, form: WindowForm, positions: readonly number[], value = 0): readonly Value[] {
  const padded = paddedFor(graph, x, form, positions, value);
  return tapsOf(form.kernel).map((tap) => tapOf(graph, padded, form, tap, positions));
}

/** Patches of x `[N, C, ...]` as `[N, C · taps, positions]`, taps fastest. */
export function patches(graph: GraphBuilder, x: Value, form: WindowForm, positions: readonly number[], how: GradientForm): Value {
  const [batch, channels] = [x.shape[0]!, x.shape[1]!];
  const count = sizeOf(form.kernel);
  const flat = [batch, channels * count, sizeOf(positions)];
  const plain = count === 1 && form.strides.every((s) => s === 1) && form.pads.every((p) => p === 0);
  if (plain) return graph.reshape(x, flat);
  if (how === 'cpu') {
    const moved = graph.conv(x, oneHot(graph, channels, form.kernel), { ...form, group: channels });
    return graph.reshape(cropped(graph, moved, positions), flat);
  }
  const cut = taps(graph, x, form, positions).map((t) => graph.reshape(t, [batch, channels, 1, sizeOf(positions)]));
  return graph.reshape(graph.concat(cut, 2), flat);
}

/** Transposed convolutions with an output padding stand at more places than they have inputs. */
const cropped = (graph: GraphBuilder, x: Value, positions: readonly number[]): Value =>
  graph.slice(x, positions.map((length, i) => ({ axis: i + 2, from: 0, length })));

/**
 * Adjoint of `taps`: values per tap `[N, C, ...positions]` added into `[N, C, ...spatial]`. Each tap is spread by its stride
 * (zeros between), shifted and cropped.
 */
export function scatterTaps(graph: GraphBuilder, values: readonly Value[], form: WindowForm, spatial: readonly number[]): Value {
  const n = form.kernel.length;
  return tapsOf(form.kernel).map((tap, t) => {
    const spread = strided(graph, values[t]!, form.strides);
    const begins = tap.map((k, i) => k * form.dilations[i]! - form.pads[i]!);
    const ends = spatial.map((d, i) => d - begins[i]! - spread.shape[i + 2]!);
    return graph.pad(spread, [0, 0, ...begins.slice(0, n), 0, 0, ...ends]);
  }).reduce((a, b) => graph.add(a, b));
}

/** `strides - 1` zeros between neighbours. */
function strided(graph: GraphBuilder, x: Value, strides: readonly number[]): Value {
  let out = x;
  strides.forEach((stride, i) => {
    if (stride === 1) return;
    const axis = i + 2;
    const size = out.shape[axis]!;
    const apart = graph.reshape(out, [...out.shape.slice(0, axis + 1), 1, ...out.shape.slice(axis + 1)]);
    const pads = range(2 * apart.shape.length).map((p) => (p === apart.shape.length + axis + 1 ? stride - 1 : 0));
    const wide = graph.reshape(graph.pad(apart, pads), [...out.shape.slice(0, axis), size * stride, ...out.shape.slice(axis + 1)]);
    out = graph.slice(wide, [{ axis, from: 0, length: (size - 1) * stride + 1 }]);
  });
  return out;
}
