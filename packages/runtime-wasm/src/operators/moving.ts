/** Operators that move elements without looking at them: each is a table of where every output element comes from. */
import { FretworkError } from '@fretwork/format';
import { int, ints, text } from './attributes.js';
import { concatMaps, concatUse, isConcatOfMaps } from './concat-maps.js';
import { constantNumbers, targetOf } from './constant-input.js';
import { broadcastMap, mapOf, stridesOf, taken, zeroOf } from './elements.js';
import { sizeOf, type Binding, type Given, type OperatorRow, type Shape, type Step, type Value } from './row.js';
import { alike, axesIn, axisIn, broadcast, misfit, quotient, requireShape, shapeOf } from './shapes.js';

const xOf = (b: Binding): Value => b.node.inputs[0]!;

/** out[i] = x[map[i]], or 0 where that is negative, for the first input and output. */
const moved = (operator: string, map: (b: Binding) => Int32Array, extra: Partial<OperatorRow> = {}): OperatorRow => ({
  operator,
  ...extra,
  prepare: (b) => taken(b.view(xOf(b)), b.view(b.node.outputs[0]!), map(b), zeroOf(xOf(b).dtype)),
});

/** Which axis of x each axis of the result is. */
function orderOf(given: Given): readonly number[] {
  const x = shapeOf(given, 0);
  const order = axesIn(ints(given.layer, 'perm') ?? x.map((_, d) => x.length - 1 - d), x.length);
  return order.length === x.length ? order : misfit(`a permutation of ${x.length} axes`, order);
}

function transposeMap(b: Binding): Int32Array {
  const x = xOf(b);
  const y = b.node.outputs[0]!;
  const order = orderOf(b.node);
  const strides = stridesOf(x.shape);
  return mapOf(y.shape, (d, i) => i * strides[order[d]!]!);
}

interface Slices {
  readonly from: readonly number[];
  readonly by: readonly number[];
  readonly shape: Shape;
}

function slicesOf(given: Given): Slices {
  const x = shapeOf(given, 0, 1, Infinity);
  const [starts, ends, named, steps] = [1, 2, 3, 4].map((i) => constantNumbers(given, i)) as [number[], number[], number[] | undefined, number[] | undefined];
  const axes = axesIn(named ?? [...(starts ?? []).keys()], x.length);
  for (const list of [starts, ends, steps ?? starts]) if (list?.length !== axes.length) misfit(`${axes.length} starts, ends and steps`, list);
  const from = x.map(() => 0);
  const by = x.map(() => 1);
  const shape = [...x];
  axes.forEach((d, i) => {
    const size = x[d]!;
    const step = steps?.[i] ?? 1;
    if (step === 0) misfit('a step that is not 0', step);
    const [low, high] = step < 0 ? [-1, size - 1] : [0, size];
    const clamp = (at: number, least: number): number => Math.min(high, Math.max(least, at < 0 ? at + size : at));
    by[d] = step;
    from[d] = clamp(starts[i]!, 0);
    shape[d] = Math.max(0, Math.ceil((clamp(ends[i]!, low) - from[d]) / step));
  });
  return { from, by, shape };
}

function sliceMap(b: Binding): Int32Array {
  const [{ from, by, shape }, strides] = [slicesOf(b.node), stridesOf(xOf(b).shape)];
  return mapOf(shape, (d, i) => (from[d]! + i * by[d]!) * strides[d]!);
}

/** All inputs behind one another along the axis. */
function joined(given: Given): readonly Shape[] {
  alike(given);
  const first = shapeOf(given, 0);
  const axis = axisIn(int(given.layer, 'axis', 0), first.length);
  const along = (size: number): Shape => first.map((own, d) => (d === axis ? size : own));
  const sizes = given.inputs.map((_, i) => {
    const shape = shapeOf(given, i);
    requireShape(shape, along(shape[axis]!));
    return shape[axis]!;
  });
  return [along(sizes.reduce((a, b) => a + b))];
}

/** Every input goes to its own part of `axis`. */
/** Sizes of the parts are input 1; else they are equal, and the last may be smaller. */
function partsOf(given: Given): readonly Shape[] {
  const x = shapeOf(given, 0, 1, Infinity);
  const axis = axisIn(int(given.layer, 'axis', 0), x.length);
  const size = x[axis]!;
  const count = given.layer.outputs.length;
  const even = Math.ceil(size / count);
  const sizes = constantNumbers(given, 1) ?? given.layer.outputs.map((_, i) => Math.max(0, Math.min(even, size - i * even)));
  if (sizes.length !== count || sizes.some((part) => part < 0) || sizes.reduce((a, b) => a + b, 0) !== size) misfit(`${count} parts of ${size}`, sizes);
  return sizes.map((part) => x.map((own, d) => (d === axis ? part : own)));
}

/** Copies between the whole and its parts along attribute axis, parts that nobody wants left out. */
function alongAxis(b: Binding, whole: Value, parts: readonly (Value | undefined)[], intoWhole: boolean): Step {
  const { shape } = whole;
  const axis = axisIn(int(b.node.layer, 'axis', 0), shape.length);
  const outer = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1));
  const row = shape[axis]! * inner;
  const all = b.view(whole) as Float32Array;
  const sizes = intoWhole ? parts.map((part) => part!.shape[axis]!) : partsOf(b.node).map((part) => part[axis]!);
  let at = 0;
  const places = parts.flatMap((part, i) => {
    const place = { length: sizes[i]! * inner, first: at };
    at += place.length;
    return part === undefined ? [] : [{ ...place, data: b.view(part) as Float32Array }];
  });
  return () => {
    for (let p = 0; p < places.length; p++) {
      const { data, length, first } = places[p]!;
      for (let o = 0; o < outer; o++) {
        if (intoWhole) for (let i = 0; i < length; i++) all[o * row + first + i] = data[o * length + i]!;
        else for (let i = 0; i < length; i++) data[o * length + i] = all[o * row + first + i]!;
      }
    }
  };
}

/** Cell i of a padded axis: where it comes from, -1 in constant padding. */
const PADDED: Readonly<Record<string, (i: number, size: number) => number>> = {
  'constant': (i, size) => (i >= 0 && i < size ? i : -1),
  edge: (i, size) => Math.max(0, Math.min(size - 1, i)),
  reflect: (i, size) => {
    if (size === 1) return 0;
    const period = 2 * (size - 1);
    const at = ((i % period) + period) % period;
    return at < size ? at : period - at;
  },
  wrap: (i, size) => ((i % size) + size) % size,
};

/** Cells before and behind each axis; negative ones crop. */
function paddingOf(given: Given): { readonly begins: readonly number[]; readonly shape: Shape } {
  const x = shapeOf(given, 0);
  const pads = constantNumbers(given, 1);
  const axes = axesIn(constantNumbers(given, 3), x.length);
  if (pads?.length !== 2 * axes.length) misfit(`${2 * axes.length} pads`, pads);
  const begins = x.map(() => 0);
  const shape = [...x];
  axes.forEach((d, i) => {
    begins[d] = pads![i]!;
    shape[d]! += pads![i]! + pads![i + axes.length]!;
  });
  return { begins, shape };
}

function pad(b: Binding): Step {
  const x = xOf(b);
  const y = b.node.outputs[0]!;
  const { begins } = paddingOf(b.node);
  const place = PADDED[text(b.node.layer, 'mode', 'constant')]!;
  const strides = stridesOf(x.shape);
  const map = mapOf(y.shape, (d, i) => {
    const at = place(i - begins[d]!, x.shape[d]!);
    return at < 0 ? -1 : at * strides[d]!;
  });
  const fill = b.node.inputs[2];
  if (fill?.constant === undefined && fill !== undefined) {
    // The value to pad with is computed: everything is moved, then the gaps are filled.
    const value = b.view(fill) as Float32Array;
    const out = b.view(y) as Float32Array;
    const step = taken(b.view(x), out, map, zeroOf(x.dtype));
    return () => {
      step();
      for (let i = 0; i < map.length; i++) if (map[i]! < 0) out[i] = value[0]!;
    };
  }
  return taken(b.view(x), b.view(y), map, fill === undefined ? zeroOf(x.dtype) : b.view(fill)[0]!);
}

const expandMap = (b: Binding): Int32Array => broadcastMap(xOf(b).shape, b.node.outputs[0]!.shape) ?? identityOf(xOf(b).shape);

const identityOf = (shape: Shape): Int32Array => Int32Array.from({ length: sizeOf(shape) }, (_, i) => i);

/** Input 1 says how often each axis is repeated. */
function tiled(given: Given): readonly Shape[] {
  const x = shapeOf(given, 0);
  const repeats = targetOf(given, 1);
  return [repeats.length === x.length ? x.map((size, d) => size * repeats[d]!) : misfit(`${x.length} repeats`, repeats)];
}

const tileMap = (b: Binding): Int32Array => mapOf(b.node.outputs[0]!.shape, (d, i) => (i % xOf(b).shape[d]!) * stridesOf(xOf(b).shape)[d]!);

/** Maps of which `blocksize²` channels become one (`by` 1), or one becomes as many (-1). */
function blocks(given: Given, by: 1 | -1): readonly Shape[] {
  const [[N, C, H, W], s] = [shapeOf(given, 0, 4) as [number, number, number, number], int(given.layer, 'blocksize', 0)];
  return [by > 0 ? [N, quotient(C, s * s), H * s, W * s] : [N, C * s * s, quotient(H, s), quotient(W, s)]];
}

/** Channels to places, `[N, C, H, W]` → `[N, C/s², H·s, W·s]`; DCR and CRD differ in which part of the channel is the place. */
function depthToSpaceMap({ node }: Binding): Int32Array {
  const [[N, C, H, W], s] = [node.inputs[0]!.shape as [number, number, number, number], int(node.layer, 'blocksize', 1)];
  const out = C / (s * s);
  const [place, channel] = text(node.layer, 'mode', 'DCR') === 'DCR' ? [out * H * W, H * W] : [H * W, s * s * H * W];
  return mapOf([N, out, H, s, W, s], (d, i) => i * [C * H * W, channel, W, s * place, 1, place][d]!);
}

function spaceToDepthMap({ node }: Binding): Int32Array {
  const [[N, C, H, W], s] = [node.inputs[0]!.shape as [number, number, number, number], int(node.layer, 'blocksize', 1)];
  return mapOf([N, s, s, C, H / s, W / s], (d, i) => i * [C * H * W, W, 1, H * W, W * s, s][d]!);
}

/** Elements above (below) a diagonal stay, the others become 0. */
function triluMap(b: Binding): Int32Array {
  const [rows, columns] = xOf(b).shape.slice(-2) as [number, number];
  const upper = int(b.node.layer, 'upper', 1) !== 0;
  const k = constantNumbers(b.node, 1)?.[0] ?? 0;
  return Int32Array.from({ length: sizeOf(xOf(b).shape) }, (_, i) => {
    const r = Math.floor(i / columns) % rows;
    const c = i % columns;
    return (upper ? c - r >= k : c - r <= k) ? i : -1;
  });
}

/** x itself, and a mask of ones. What drops elements at random is refused. */
function dropout(b: Binding): Step {
  if ((constantNumbers(b.node, 2)?.[0] ?? 0) !== 0 && (constantNumbers(b.node, 1)?.[0] ?? 0.5) !== 0) {
    throw new FretworkError('run.unsupported', 'dropout is random', { layer: b.node.layer.name, hint: 'set training_mode or ratio to 0' });
  }
  const x = b.node.inputs[0]!;
  const y = b.node.outputs[0];
  const mask = b.node.outputs[1];
  const out = mask === undefined ? undefined : b.view(mask) as Uint8Array;
  const copy = y === undefined ? undefined : taken(b.view(x), b.view(y), identityOf(x.shape), 0);
  return () => {
    copy?.();
    out?.fill(1);
  };
}

export const MOVING: readonly OperatorRow[] = [
  moved('Transpose', transposeMap, { shapes: (given) => [orderOf(given).map((d) => shapeOf(given, 0)[d]!)] }),
  moved('Slice', sliceMap, { shapeInputs: [1, 2, 3, 4], shapes: (given) => [slicesOf(given).shape] }),
  moved('Expand', expandMap, { shapeInputs: [1], shapes: (given) => [broadcast(shapeOf(given, 0), targetOf(given, 1))] }),
  moved('Tile', tileMap, { shapeInputs: [1], shapes: tiled }),
  moved('DepthToSpace', depthToSpaceMap, { shapes: (given) => blocks(given, 1) }),
  moved('SpaceToDepth', spaceToDepthMap, { shapes: (given) => blocks(given, -1) }),
  moved('Trilu', triluMap, { shapeInputs: [1], shapes: (given) => [shapeOf(given, 0, 2, Infinity)] }),
  { operator: 'Concat', shapes: joined, planes: concatUse, prepare: (b) => (isConcatOfMaps(b.node) ? concatMaps(b) : alongAxis(b, b.node.outputs[0]!, b.node.inputs, true)) },
  { operator: 'Split', shapes: partsOf, shapeInputs: [1], prepare: (b) => alongAxis(b, xOf(b), b.node.outputs, false) },
  {
    operator: 'Pad', shapeInputs: [1, 3], shapes: (given) => [paddingOf(given).shape], prepare: pad,
    supports: (layer) => {
      const mode = text(layer, 'mode', 'constant');
      return PADDED[mode] === undefined ? { ok: false, reason: `padding by ${mode} is not known`, hint: `mode is one of ${Object.keys(PADDED).join(', ')}` } : { ok: true };
    },
  },
  { operator: 'Dropout', shapes: (given) => [shapeOf(given, 0), shapeOf(given, 0)], dtypes: () => [undefined, 'bool'], prepare: dropout, shapeInputs: [1, 2] },
];
