/** Resize, one axis after the other: every mode of the ONNX operator is a list of (element, weight) per resized element. */
import { attribute, elementCount, type DenseTensor, type Layer } from '@fretwork/format';
import type { OperatorCall, OperatorRow, Support } from '../../contract.js';
import { Fault } from '../../fault.js';
import { fromNumbers, integersOf, numbersOf, take, toDoubles } from '../../tensor/elements.js';
import { axisIn, lanesOf, positionMap } from '../../tensor/index-map.js';
import { COORDINATES, type Axis } from './coordinate.js';
import { cubic, filtered, LINEAR, NEAREST, type Sample } from './sample.js';
import { allowed } from '../../tensor/limit.js';

const CHOICES: readonly { readonly name: string; readonly otherwise: string; readonly known: readonly string[] }[] = [
  { name: 'mode', otherwise: 'nearest', known: ['nearest', 'linear', 'cubic'] },
  { name: 'coordinate_transformation_mode', otherwise: 'half_pixel', known: Object.keys(COORDINATES) },
  { name: 'nearest_mode', otherwise: 'round_prefer_floor', known: Object.keys(NEAREST) },
  { name: 'keep_aspect_ratio_policy', otherwise: 'stretch', known: ['stretch', 'not_larger', 'not_smaller'] },
];

const choice = (layer: Layer, name: string): string =>
  attribute(layer, name, 'string', CHOICES.find((c) => c.name === name)!.otherwise);

function knownResize(layer: Layer): Support {
  for (const { name, known } of CHOICES) {
    const value = choice(layer, name);
    if (!known.includes(value)) return { ok: false, reason: `${name} ${value} is not known`, hint: `use one of ${known.join(', ')}` };
  }
  return { ok: true };
}

const inputOf = (call: OperatorCall, i: number): DenseTensor | undefined => {
  const tensor = call.optional(i);
  return tensor === undefined || tensor.data.length === 0 ? undefined : tensor;
};

/** The axes to be resized, by dimension. Throws `run.shape` where scales and sizes do not fit. */
function axesOf(call: OperatorCall, shape: readonly number[]): Map<number, Axis> {
  const named = (attribute(call.layer, 'axes', 'ints', undefined) ?? shape.map((_, d) => d)).map((a) => axisIn(a, shape.length));
  const [roi, scales, sizes] = [inputOf(call, 1), inputOf(call, 2), inputOf(call, 3)];
  const given = scales ?? sizes;
  if (given === undefined || (scales !== undefined && sizes !== undefined) || given.data.length !== named.length) {
    throw new Fault('run.shape', 'either scales or sizes are needed, one per axis', { expected: `${named.length}`, actual: `${scales?.data.length ?? 0} scales, ${sizes?.data.length ?? 0} sizes` });
  }
  const rois = roi === undefined ? undefined : toDoubles(roi);
  const lengths = scales === undefined ? lengthsOf(call.layer, integersOf(given), named.map((d) => shape[d]!)) : undefined;
  return new Map(named.map((d, i) => {
    const original = shape[d]!;
    const scale = lengths?.[i]!.scale ?? toDoubles(given)[i]!;
    const exact = lengths?.[i]!.exact ?? original * scale;
    const part: Axis['roi'] = rois === undefined ? [0, 1] : [rois[i]!, rois[named.length + i]!];
    return [d, { original, scale, exact, resized: Math.floor(exact), roi: part }];
  }));
}

/** Lengths for wanted `sizes`: one scale for all axes where the aspect ratio is kept. */
function lengthsOf(layer: Layer, sizes: readonly number[], originals: readonly number[]): { scale: number; exact: number }[] {
  const policy = choice(layer, 'keep_aspect_ratio_policy');
  const scales = sizes.map((size, i) => size / originals[i]!);
  if (policy === 'stretch') return sizes.map((size, i) => ({ scale: scales[i]!, exact: size }));
  const scale = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
  return originals.map((original) => ({ scale, exact: Math.round(scale * original) }));
}

/** One sample per resized element of `axis`. */
function samplesOf(layer: Layer, axis: Axis): Sample[] {
  const mode = choice(layer, 'mode');
  const transform = choice(layer, 'coordinate_transformation_mode');
  const antialias = attribute(layer, 'antialias', 'int', 0) !== 0;
  const filter = mode === 'linear' ? LINEAR : cubic(attribute(layer, 'cubic_coeff_a', 'float', -0.75));
  const options = {
    size: axis.original,
    stretch: antialias ? Math.min(1, axis.scale) : 1,
    excludeOutside: attribute(layer, 'exclude_outside', 'int', 0) !== 0,
  };
  return Array.from({ length: allowed(axis.resized) }, (_, at) => {
    const x = COORDINATES[transform]!(at, axis);
    if (transform === 'tf_crop_and_resize' && (x < 0 || x > axis.original - 1)) return undefined;
    if (mode !== 'nearest') return filtered(x, filter, options);
    return [[Math.max(0, Math.min(axis.original - 1, NEAREST[choice(layer, 'nearest_mode')]!(x))), 1]];
  });
}

/** Each lane of `axis` replaced by its samples; `outside` where there is none. */
function resampled(values: Float64Array, shape: readonly number[], axis: number, samples: readonly Sample[], outside: number): Float64Array {
  const { outer, size, inner } = lanesOf(shape, axis);
  const out = new Float64Array(allowed(outer * samples.length * inner));
  for (let o = 0; o < outer; o++) {
    samples.forEach((sample, k) => {
      for (let i = 0; i < inner; i++) {
        const to = (o * samples.length + k) * inner + i;
        if (sample === undefined) out[to] = outside;
        else for (const [at, weight] of sample) out[to]! += weight * values[(o * size + at) * inner + i]!;
      }
    });
  }
  return out;
}

function resize(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const axes = axesOf(call, x.shape);
  const samples = new Map([...axes].map(([d, axis]) => [d, samplesOf(call.layer, axis)]));
  const outside = fromNumbers(x.dtype, [], Float64Array.of(attribute(call.layer, 'extrapolation_value', 'float', 0)));
  if (choice(call.layer, 'mode') === 'nearest') {
    const positions = x.shape.map((size, d) => samples.get(d)?.map((s) => s?.[0]![0] ?? NaN) ?? Array.from({ length: size }, (_, i) => i));
    return [take(x, positions.map((p) => p.length), positionMap(x.shape, positions), outside)];
  }
  let values = toDoubles(x);
  const shape = [...x.shape];
  for (const [d, own] of samples) {
    if (own.every((sample, i) => sample?.length === 1 && sample[0]![0] === i) && own.length === shape[d]) continue;
    values = resampled(values, shape, d, own, numbersOf(outside)[0]!);
    shape[d] = own.length;
  }
  // An element outside on one axis is outside altogether: later axes must not blend it.
  const lost = x.shape.map((_, d) => samples.get(d)?.map((s) => (s === undefined ? NaN : 0)) ?? new Array<number>(shape[d]!).fill(0));
  const inside = positionMap(shape, lost);
  for (let i = 0; i < elementCount(shape); i++) if (inside[i] === -1) values[i] = numbersOf(outside)[0]!;
  return [fromNumbers(x.dtype, shape, values)];
}

export const RESIZE: readonly OperatorRow[] = [{ operator: 'Resize', supports: knownResize, run: resize }];
