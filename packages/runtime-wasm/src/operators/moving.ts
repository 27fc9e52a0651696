/** Operators that move elements without looking at them: each is a table of where every output element comes from. */
import { attribute, DTYPES, FretworkError, type DType, type TensorData } from '@fretwork/format';
import { concatMaps, concatUse, isConcatOfMaps } from './concat-maps.js';
import { axisIn, broadcastMap, isHalf, isWide, mapOf, readable, stridesOf, taken } from './elements.js';
import { sizeOf, type Binding, type OperatorRow, type Step, type Value } from './row.js';
import { constantNumbers } from './constant-input.js';

/** out[i] = x[map[i]] for the first input and output. */
const moved = (operator: string, map: (b: Binding) => Int32Array, extra: Partial<OperatorRow> = {}): OperatorRow => ({
  operator,
  ...extra,
  prepare: (b) => taken(b.view(b.node.inputs[0]!), b.view(b.node.outputs[0]!), map(b), 0),
});

const xOf = (b: Binding): Value => b.node.inputs[0]!;

function transposeMap(b: Binding): Int32Array {
  const [x, y] = [xOf(b), b.node.outputs[0]!];
  const order = attribute(b.node.layer, 'perm', 'ints', x.shape.map((_, d) => x.shape.length - 1 - d));
  const strides = stridesOf(x.shape);
  return mapOf(y.shape, (d, i) => i * strides[order[d]!]!);
}

function sliceMap(b: Binding): Int32Array {
  const [x, y] = [xOf(b), b.node.outputs[0]!];
  const [starts, axes, steps] = [constantNumbers(b, 1)!, constantNumbers(b, 3), constantNumbers(b, 4)];
  const from = new Array<number>(x.shape.length).fill(0);
  const by = new Array<number>(x.shape.length).fill(1);
  starts.forEach((start, i) => {
    const d = axisIn(axes?.[i] ?? i, x.shape.length);
    const [size, step] = [x.shape[d]!, steps?.[i] ?? 1];
    by[d] = step;
    from[d] = Math.max(0, Math.min(step < 0 ? size - 1 : size, start < 0 ? start + size : start));
  });
  const strides = stridesOf(x.shape);
  return mapOf(y.shape, (d, i) => (from[d]! + i * by[d]!) * strides[d]!);
}

/** Every input goes to its own part of `axis`. */
function concat(b: Binding): Step {
  const y = b.node.outputs[0]!;
  const axis = axisIn(attribute(b.node.layer, 'axis', 'int', 0), y.shape.length);
  const [outer, inner] = [sizeOf(y.shape.slice(0, axis)), sizeOf(y.shape.slice(axis + 1))];
  const out = b.view(y) as Float32Array;
  const row = y.shape[axis]! * inner;
  let at = 0;
  const parts = b.node.inputs.map((value) => {
    const part = { data: b.view(value!) as Float32Array, length: value!.shape[axis]! * inner, at };
    at += part.length;
    return part;
  });
  return () => {
    for (let p = 0; p < parts.length; p++) {
      const { data, length, at: first } = parts[p]!;
      for (let o = 0; o < outer; o++) for (let i = 0; i < length; i++) out[o * row + first + i] = data[o * length + i]!;
    }
  };
}

function split(b: Binding): Step {
  const x = xOf(b);
  const axis = axisIn(attribute(b.node.layer, 'axis', 'int', 0), x.shape.length);
  const [outer, inner] = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis + 1))];
  const data = b.view(x) as Float32Array;
  const row = x.shape[axis]! * inner;
  const count = b.node.outputs.length;
  const even = Math.ceil(x.shape[axis]! / attribute(b.node.layer, 'num_outputs', 'int', count));
  const sizes = constantNumbers(b, 1) ?? Array.from({ length: count }, (_, i) => Math.max(0, Math.min(even, x.shape[axis]! - i * even)));
  let at = 0;
  const parts = b.node.outputs.flatMap((value, i) => {
    const part = { length: sizes[i]! * inner, at };
    at += part.length;
    return value === undefined ? [] : [{ ...part, out: b.view(value) as Float32Array }];
  });
  return () => {
    for (let p = 0; p < parts.length; p++) {
      const { out, length, at: first } = parts[p]!;
      for (let o = 0; o < outer; o++) for (let i = 0; i < length; i++) out[o * length + i] = data[o * row + first + i]!;
    }
  };
}

/** Cell i of a padded axis: where it comes from, -1 in constant padding. */
const PADDED: Readonly<Record<string, (i: number, size: number) => number>> = {
  constant: (i, size) => (i >= 0 && i < size ? i : -1),
  edge: (i, size) => Math.max(0, Math.min(size - 1, i)),
  reflect: (i, size) => {
    if (size === 1) return 0;
    const period = 2 * (size - 1);
    const at = ((i % period) + period) % period;
    return at < size ? at : period - at;
  },
  wrap: (i, size) => ((i % size) + size) % size,
};

function pad(b: Binding): Step {
  const [x, y] = [xOf(b), b.node.outputs[0]!];
  const [pads, named] = [constantNumbers(b, 1)!, constantNumbers(b, 3)];
  const axes = (named ?? x.shape.map((_, d) => d)).map((a) => axisIn(a, x.shape.length));
  const begins = x.shape.map(() => 0);
  axes.forEach((d, i) => { begins[d] = pads[i]!; });
  const place = PADDED[attribute(b.node.layer, 'mode', 'string', 'constant')]!;
  const strides = stridesOf(x.shape);
  const map = mapOf(y.shape, (d, i) => {
    const at = place(i - begins[d]!, x.shape[d]!);
    return at < 0 ? -1 : at * strides[d]!;
  });
  const fill = b.node.inputs[2];
  if (fill?.constant === undefined && fill !== undefined) {
    // The value to pad with is computed: everything is moved, then the gaps are filled.
    const [value, out] = [b.view(fill) as Float32Array, b.view(y) as Float32Array];
    const step = taken(b.view(x), out, map, zeroOf(x.dtype));
    return () => {
      step();
      for (let i = 0; i < map.length; i++) if (map[i]! < 0) out[i] = value[0]!;
    };
  }
  return taken(b.view(x), b.view(y), map, fill === undefined ? zeroOf(x.dtype) : b.view(fill)[0]!);
}

export const zeroOf = (dtype: DType): number | bigint => (isWide(dtype) ? 0n : 0);

/** Channels to places, `[N, C, H, W]` → `[N, C/s², H·s, W·s]`; DCR and CRD differ in which part of the channel is the place. */
function depthToSpaceMap(b: Binding): Int32Array {
  const [N, C, H, W] = xOf(b).shape as [number, number, number, number];
  const s = attribute(b.node.layer, 'blocksize', 'int', 1);
  const depthFirst = attribute(b.node.layer, 'mode', 'string', 'DCR') === 'DCR';
  const out = C / (s * s);
  const map = new Int32Array(N * C * H * W);
  let at = 0;
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < out; c++) {
      for (let y = 0; y < H * s; y++) {
        for (let x = 0; x < W * s; x++) {
          const place = (y % s) * s + x % s;
          const channel = depthFirst ? place * out + c : c * s * s + place;
          map[at++] = ((n * C + channel) * H + Math.floor(y / s)) * W + Math.floor(x / s);
        }
      }
    }
  }
  return map;
}

function spaceToDepthMap(b: Binding): Int32Array {
  const [N, C, H, W] = xOf(b).shape as [number, number, number, number];
  const s = attribute(b.node.layer, 'blocksize', 'int', 1);
  return mapOf([N, s, s, C, H / s, W / s], (d, i) => i * [C * H * W, W, 1, H * W, W * s, s][d]!);
}

/** Elements above (below) a diagonal stay, the others become 0. */
function triluMap(b: Binding): Int32Array {
  const [rows, columns] = xOf(b).shape.slice(-2) as [number, number];
  const upper = attribute(b.node.layer, 'upper', 'int', 1) !== 0;
  const k = constantNumbers(b, 1)?.[0] ?? 0;
  return Int32Array.from({ length: sizeOf(xOf(b).shape) }, (_, i) => {
    const [r, c] = [Math.floor(i / columns) % rows, i % columns];
    return (upper ? c - r >= k : c - r <= k) ? i : -1;
  });
}

/** Writes known values; nothing of them depends on a run. */
const constant = (operator: string, fill: (out: TensorData, b: Binding) => void, shapeInputs: readonly number[]): OperatorRow => ({
  operator,
  shapeInputs,
  prepare: (b) => () => { fill(b.view(b.node.outputs[0]!), b); },
});

/** x itself, and a mask of ones. What drops elements at random is refused. */
function dropout(b: Binding): Step {
  if ((constantNumbers(b, 2)?.[0] ?? 0) !== 0 && (constantNumbers(b, 1)?.[0] ?? 0.5) !== 0) {
    throw new FretworkError('run.unsupported', 'dropout in training mode drops elements at random', { layer: b.node.layer.name, hint: 'set training_mode to false or ratio to 0' });
  }
  const [x, y, mask] = [b.node.inputs[0]!, b.node.outputs[0], b.node.outputs[1]];
  const out = mask === undefined ? undefined : b.view(mask) as Uint8Array;
  const copy = y === undefined ? undefined : taken(b.view(x), b.view(y), Int32Array.from({ length: sizeOf(x.shape) }, (_, i) => i), 0);
  return () => {
    copy?.();
    out?.fill(1);
  };
}

function range(b: Binding): Step {
  const [start, , delta] = [0, 1, 2].map((i) => readable(b, b.node.inputs[i]!));
  const out = b.view(b.node.outputs[0]!);
  const wide = isWide(b.node.outputs[0]!.dtype);
  return () => {
    start!.sync?.();
    delta!.sync?.();
    for (let i = 0; i < out.length; i++) {
      const value = start!.data[0]! + i * delta!.data[0]!;
      out[i] = wide ? BigInt(value) : value;
    }
  };
}

const aliased = (operator: string, shapeInputs?: readonly number[]): OperatorRow => ({
  operator, alias: true, ...(shapeInputs === undefined ? {} : { shapeInputs }), prepare: () => () => undefined,
});

export const MOVING: readonly OperatorRow[] = [
  aliased('Identity'),
  aliased('Flatten'),
  aliased('Reshape', [1]),
  aliased('Squeeze', [1]),
  aliased('Unsqueeze', [1]),
  moved('Transpose', transposeMap),
  moved('Slice', sliceMap, { shapeInputs: [1, 2, 3, 4] }),
  moved('Expand', (b) => broadcastMap(xOf(b).shape, b.node.outputs[0]!.shape) ?? mapOf(xOf(b).shape, (d, i) => i * stridesOf(xOf(b).shape)[d]!), { shapeInputs: [1] }),
  moved('Tile', (b) => mapOf(b.node.outputs[0]!.shape, (d, i) => (i % xOf(b).shape[d]!) * stridesOf(xOf(b).shape)[d]!), { shapeInputs: [1] }),
  moved('DepthToSpace', depthToSpaceMap),
  moved('SpaceToDepth', spaceToDepthMap),
  { ...moved('Trilu', triluMap, { shapeInputs: [1] }), prepare: (b) => taken(b.view(xOf(b)), b.view(b.node.outputs[0]!), triluMap(b), zeroOf(xOf(b).dtype)) },
  { operator: 'Concat', planes: concatUse, prepare: (b) => (isConcatOfMaps(b.node) ? concatMaps(b) : concat(b)) },
  { operator: 'Split', shapeInputs: [1], prepare: split },
  {
    operator: 'Pad', shapeInputs: [1, 3], prepare: pad,
    supports: (layer) => {
      const mode = attribute(layer, 'mode', 'string', 'constant');
      return PADDED[mode] === undefined ? { ok: false, reason: `padding by ${mode} is not known`, hint: `mode is one of ${Object.keys(PADDED).join(', ')}` } : { ok: true };
    },
  },
  { operator: 'Dropout', prepare: dropout, shapeInputs: [1, 2] },
  { operator: 'Range', shapeInputs: [0, 1, 2], prepare: range },
  constant('ConstantOfShape', (out, b) => {
    const value = attribute(b.node.layer, 'value', 'tensor', undefined)?.data[0] ?? 0;
    (out as Float32Array).fill(value as number);
  }, [0]),
  constant('Constant', (out, b) => { (out as Float32Array).set(attribute(b.node.layer, 'value', 'tensor', undefined)!.data as Float32Array); }, []),
  constant('Shape', (out, b) => {
    const { shape } = xOf(b);
    const at = (name: string, otherwise: number): number => Math.max(0, Math.min(shape.length, axisIn(attribute(b.node.layer, name, 'int', otherwise), shape.length)));
    shape.slice(at('start', 0), at('end', shape.length)).forEach((d, i) => { out[i] = BigInt(d); });
  }, []),
  constant('Size', (out, b) => { out[0] = BigInt(sizeOf(xOf(b).shape)); }, []),
  constant('EyeLike', (out, b) => {
    const [rows, columns] = xOf(b).shape as [number, number];
    const { dtype } = b.node.outputs[0]!;
    const k = attribute(b.node.layer, 'k', 'int', 0);
    const one = isWide(dtype) ? 1n : dtype === 'f16' ? 0x3c00 : isHalf(dtype) ? 0x3f80 : DTYPES[dtype].kind === 'boolean' ? 1 : 1;
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[r * columns + c] = c - r === k ? one : zeroOf(dtype);
  }, []),
];
