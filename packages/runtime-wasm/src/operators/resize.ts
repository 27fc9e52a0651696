/** Resize, one axis after the other: every mode of the ONNX operator is a list of (element, weight) per resized element. */
import { attribute, type Layer } from '@fretwork/format';
import type { Support } from '../contract.js';
import { flag, float, ints } from './attributes.js';
import { constantNumbers } from './constant-input.js';
import { mapOf, onNumbers, stridesOf, taken, zeroOf, type Numbers } from './elements.js';
import { sizeOf, type Binding, type Given, type OperatorRow, type Shape, type Step } from './row.js';
import { axesIn, misfit, shapeOf } from './shapes.js';

/** One axis that is resized. `exact` is the length before it is cut to an integer. */
interface Axis {
  readonly original: number;
  readonly resized: number;
  readonly exact: number;
  readonly scale: number;
  /** Part of the original that tf_crop_and_resize looks at, in shares of its length. */
  readonly start: number;
  readonly end: number;
}

/** Where a resized element lies on the original axis. */
const COORDINATES: Readonly<Record<string, (at: number, axis: Axis) => number>> = {
  half_pixel: (at, { scale }) => (at + 0.5) / scale - 0.5,
  half_pixel_symmetric: (at, { scale, original, resized, exact }) => original / 2 * (1 - resized / exact) + (at + 0.5) / scale - 0.5,
  pytorch_half_pixel: (at, { scale, resized }) => (resized > 1 ? (at + 0.5) / scale - 0.5 : 0),
  align_corners: (at, { original, exact }) => (exact === 1 ? 0 : at * (original - 1) / (exact - 1)),
  asymmetric: (at, { scale }) => at / scale,
  tf_crop_and_resize: (at, { original, resized, start, end }) =>
    (resized > 1 ? start * (original - 1) + at * (end - start) * (original - 1) / (resized - 1) : 0.5 * (start + end) * (original - 1)),
};

const NEAREST: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  mode: ['nearest', 'linear', 'cubic'],
  coordinate_transformation_mode: Object.keys(COORDINATES),
  nearest_mode: Object.keys(NEAREST),
  keep_aspect_ratio_policy: ['stretch', 'not_larger', 'not_smaller'],
};

/** The first of each list is the default. */
const choice = (layer: Layer, name: string): string => attribute(layer, name, 'string', CHOICES[name]![0]!);

function knownResize(layer: Layer): Support {
  for (const [name, known] of Object.entries(CHOICES)) {
    if (!known.includes(choice(layer, name))) return { ok: false, reason: `${name} ${choice(layer, name)} is not known`, hint: `use one of ${known.join(', ')}` };
  }
  return { ok: true };
}

function axesOf(given: Given): ReadonlyMap<number, Axis> {
  const { layer } = given;
  const shape = shapeOf(given, 0);
  const listed = (i: number): readonly number[] | undefined => {
    const numbers = constantNumbers(given, i);
    return numbers?.length === 0 ? undefined : numbers;
  };
  const named = axesIn(ints(layer, 'axes'), shape.length);
  const roi = listed(1);
  const scales = listed(2);
  const sizes = listed(3);
  const amounts = scales ?? sizes;
  if (amounts?.length !== named.length || amounts.some((amount) => !(amount > 0 || (amount === 0 && amounts === sizes)))) misfit(`${named.length} sizes or scales`, amounts);
  const ratios = named.map((d, i) => scales?.[i] ?? sizes![i]! / shape[d]!);
  const policy = choice(layer, 'keep_aspect_ratio_policy');
  const common = sizes === undefined || policy === 'stretch' ? undefined : policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return new Map(named.map((d, i): [number, Axis] => {
    const original = shape[d]!;
    const scale = common ?? ratios[i]!;
    const exact = common !== undefined ? Math.round(scale * original) : scales === undefined ? sizes![i]! : original * scale;
    return [d, { original, scale, exact, resized: Math.floor(exact), start: roi?.[i] ?? 0, end: roi?.[named.length + i] ?? 1 }];
  }));
}

function resized(given: Given): readonly Shape[] {
  const axes = axesOf(given);
  return [shapeOf(given, 0).map((size, d) => axes.get(d)?.resized ?? size)];
}

/** Elements of the original axis and their weights; undefined: outside the cropped part. */
type Sample = readonly (readonly [at: number, weight: number])[] | undefined;

/** Keys' cubic convolution (1981) with coefficient `a`; 0 from 2 on. */
const cubic = (a: number) => (d: number): number =>
  (d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0);

function samplesOf(layer: Layer, axis: Axis): readonly Sample[] {
  const mode = choice(layer, 'mode');
  const transform = choice(layer, 'coordinate_transformation_mode');
  const stretch = !flag(layer, 'antialias') ? 1 : Math.min(1, axis.scale);
  const weight = mode === 'linear' ? (d: number): number => Math.max(0, 1 - d) : cubic(float(layer, 'cubic_coeff_a', -0.75));
  const reach = (mode === 'linear' ? 1 : 2) / stretch;
  const excludeOutside = flag(layer, 'exclude_outside');
  const clamp = (i: number): number => Math.max(0, Math.min(axis.original - 1, i));
  return Array.from({ length: axis.resized }, (_, at): Sample => {
    const x = COORDINATES[transform]!(at, axis);
    if (transform === 'tf_crop_and_resize' && (x < 0 || x > axis.original - 1)) return undefined;
    if (mode === 'nearest') return [[clamp(NEAREST[choice(layer, 'nearest_mode')]!(x)), 1]];
    const weights = new Map<number, number>();
    let total = 0;
    for (let i = Math.ceil(x - reach); i <= Math.floor(x + reach); i++) {
      if (excludeOutside && clamp(i) !== i) continue;
      const own = weight(Math.abs(i - x) * stretch);
      weights.set(clamp(i), (weights.get(clamp(i)) ?? 0) + own);
      total += own;
    }
    return [...weights].map(([i, own]) => [i, own / total] as const);
  });
}

function resize(b: Binding): Step {
  const x = b.node.inputs[0]!;
  const y = b.node.outputs[0]!;
  const samples = new Map([...axesOf(b.node)].map(([d, axis]) => [d, samplesOf(b.node.layer, axis)]));
  const outside = float(b.node.layer, 'extrapolation_value', 0);
  const strides = stridesOf(x.shape);
  const nearest = choice(b.node.layer, 'mode') === 'nearest';
  const lost = mapOf(y.shape, (d, i) => {
    const own = samples.get(d);
    if (own === undefined) return nearest ? i * strides[d]! : 0;
    const sample = own[i];
    return sample === undefined ? -1 : nearest ? sample[0]![0] * strides[d]! : 0;
  });
  if (nearest && (outside === 0 || !lost.includes(-1))) return taken(b.view(x), b.view(y), lost, zeroOf(x.dtype));
  return onNumbers(b, ([X], [Y]) => {
    const shape = [...x.shape];
    let from: Numbers = X;
    const passes: Step[] = [];
    for (const [d, own] of nearest ? [] : samples) {
      if (own.length === shape[d] && own.every((sample, i) => sample?.length === 1 && sample[0]![0] === i)) continue;
      const to = new Float64Array(sizeOf(shape) / shape[d]! * own.length);
      passes.push(resampling(from, to, sizeOf(shape.slice(0, d)), shape[d]!, sizeOf(shape.slice(d + 1)), own));
      from = to;
      shape[d] = own.length;
    }
    const result = from;
    return () => {
      for (let p = 0; p < passes.length; p++) passes[p]!();
      for (let i = 0; i < lost.length; i++) Y[i] = lost[i]! < 0 ? outside : result[nearest ? lost[i]! : i]!;
    };
  }, [x]);
}

/** Each lane of one axis replaced by its samples. */
function resampling(from: ArrayLike<number>, to: Float64Array, outer: number, size: number, inner: number, samples: readonly Sample[]): Step {
  const start = new Int32Array(samples.length + 1);
  samples.forEach((sample, k) => { start[k + 1] = start[k]! + (sample?.length ?? 0); });
  const at = Int32Array.from(samples.flatMap((sample) => sample?.map(([i]) => i) ?? []));
  const weight = Float64Array.from(samples.flatMap((sample) => sample?.map(([, w]) => w) ?? []));
  return () => {
    for (let o = 0; o < outer; o++) {
      for (let k = 0; k < samples.length; k++) {
        for (let i = 0; i < inner; i++) {
          let sum = 0;
          for (let s = start[k]!; s < start[k + 1]!; s++) sum += weight[s]! * from[(o * size + at[s]!) * inner + i]!;
          to[(o * samples.length + k) * inner + i] = sum;
        }
      }
    }
  };
}

export const RESIZE: readonly OperatorRow[] = [{ operator: 'Resize', supports: knownResize, shapeInputs: [1, 2, 3], shapes: resized, prepare: resize }];
