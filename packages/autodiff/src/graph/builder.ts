import {
  dense, DTYPES, FretworkError, type Attribute, type DenseTensor, type DType, type Layer, type Model, type Tensor, type ValueInfo,
} from '@fretwork/format';
import { broadcast, range, sameShape, sizeOf, type Value } from './value.js';

type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ type: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });

/** Padding, stride and dilation of a window; `pads` are begins, then ends. */
export interface WindowForm {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly group: number;
}

/**
 * A graph that is being written, layer after layer; each method adds at most one layer and gives the value it makes. Layers
 * that change nothing (a Reshape to the same shape) are not written, constants only once.
 */
export class GraphBuilder {
  readonly #layers: Layer[] = [];
  readonly #tensors = new Map<string, Tensor>();
  readonly #constants = new Map<string, Value>();
  readonly #taken: Set<string>;
  readonly #made = new Map<string, Value>();
  /** Element type of the constants of computations. */
  readonly dtype: DType;

  constructor(dtype: DType, taken: Iterable<string>) {
    this.dtype = dtype;
    this.#taken = new Set(taken);
  }

  /** A name that nothing in the graph has. */
  fresh(stem: string): string {
    let name = stem;
    for (let n = 2; this.#taken.has(name); n++) name = `${stem}_${n}`;
    this.#taken.add(name);
    return name;
  }

  /** A layer as it stands in the model. */
  copy(layer: Layer): void {
    this.#layers.push(layer);
  }

  hold(name: string, tensor: Tensor): void {
    this.#tensors.set(name, tensor);
  }

  layer(
    operator: string, inputs: readonly (Value | undefined)[], outputs: readonly Omit<Value, 'name'>[], attributes: Attributes = {},
  ): readonly Value[] {
    const name = this.fresh(`grad/${operator}`);
    const made = outputs.map((o, i) => ({ ...o, name: this.fresh(i === 0 ? `${name}:0` : `${name}:${i}`) }));
    this.#layers.push({
      name, operator, domain: '', inputs: inputs.map((v) => v?.name ?? ''), outputs: made.map((v) => v.name),
      attributes: new Map(Object.entries(attributes)),
    });
    return made;
  }

  one(operator: string, inputs: readonly (Value | undefined)[], shape: readonly number[], attributes: Attributes = {}, dtype: DType = inputs[0]!.dtype): Value {
    // The same computation twice is one layer: gates and masks are asked for by several rows.
    const key = `${operator}|${inputs.map((v) => v?.name ?? '').join('|')}|${JSON.stringify(attributes)}|${dtype}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const value = this.layer(operator, inputs, [{ dtype, shape }], attributes)[0]!;
    this.#made.set(key, value);
    return value;
  }

  // Constants.

  #constant(key: string, make: () => DenseTensor): Value {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const tensor = make();
    const name = this.fresh(`const/${this.#constants.size}`);
    const value: Value = { name, dtype: tensor.dtype, shape: tensor.shape };
    this.#tensors.set(name, tensor);
    this.#constants.set(key, value);
    return value;
  }

  list(values: readonly number[]): Value {
    return this.#constant(`i64:${values.join()}`, () => dense('i64', [values.length], BigInt64Array.from(values, BigInt)));
  }

  number(value: number): Value {
    return this.#constant(`scalar:${value}`, () => this.#floats([], [value]));
  }

  /** Floats; `key` says what they are, so that they are stored once. */
  floats(key: string, shape: readonly number[], values: () => ArrayLike<number>): Value {
    return this.#constant(`${key}:${shape.join()}`, () => this.#floats(shape, values()));
  }

  /** f32 whatever the graph computes in, as some operators ask for. */
  floats32(key: string, values: readonly number[]): Value {
    return this.#constant(key, () => dense('f32', [values.length], Float32Array.from(values)));
  }

  #floats(shape: readonly number[], values: ArrayLike<number>): DenseTensor {
    const data = DTYPES[this.dtype].make(sizeOf(shape)) as Float32Array;
    data.set(values);
    return dense(this.dtype, shape, data);
  }

  zeros(shape: readonly number[]): Value {
    return this.expand(this.number(0), shape);
  }

  // Elementwise.

  unary(operator: string, x: Value, attributes: Attributes = {}): Value {
    return this.one(operator, [x], x.shape, attributes);
  }

  binary(operator: string, a: Value, b: Value): Value {
    return this.one(operator, [a, b], broadcast(a.shape, b.shape));
  }

  add(a: Value, b: Value): Value { return this.binary('Add', a, b); }
  sub(a: Value, b: Value): Value { return this.binary('Sub', a, b); }
  mul(a: Value, b: Value): Value { return this.binary('Mul', a, b); }
  div(a: Value, b: Value): Value { return this.binary('Div', a, b); }
  scale(a: Value, by: number): Value { return by === 1 ? a : this.mul(a, this.number(by)); }
  plus(a: Value, by: number): Value { return by === 0 ? a : this.add(a, this.number(by)); }
  neg(a: Value): Value { return this.unary('Neg', a); }
  /** 1 - a */
  complement(a: Value): Value { return this.sub(this.number(1), a); }
  square(a: Value): Value { return this.mul(a, a); }

  compare(operator: 'Greater' | 'Less' | 'Equal' | 'GreaterOrEqual' | 'LessOrEqual', a: Value, b: Value): Value {
    return this.one(operator, [a, b], broadcast(a.shape, b.shape), {}, 'bool');
  }

  where(condition: Value, a: Value, b: Value): Value {
    return this.one('Where', [condition, a, b], broadcast(condition.shape, broadcast(a.shape, b.shape)), {}, a.dtype);
  }

  /** 1 where true, else 0. */
  indicator(condition: Value): Value {
    return this.one('Cast', [condition], condition.shape, { to: int(this.dtype === 'f64' ? 11 : 1) }, this.dtype);
  }

  // Layout.

  reshape(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    if (sizeOf(x.shape) !== sizeOf(shape)) throw new FretworkError('train.shape', 'a gradient has the wrong size', { tensor: x.name, expected: shape.join('x'), actual: x.shape.join('x') });
    return this.one('Reshape', [x, this.list(shape)], shape);
  }

  transpose(x: Value, perm: readonly number[]): Value {
    if (perm.every((p, i) => p === i)) return x;
    return this.one('Transpose', [x], perm.map((p) => x.shape[p]!), { perm: ints(perm) });
  }

  /** The last two axes swapped. */
  swapped(x: Value): Value {
    const rank = x.shape.length;
    return this.transpose(x, [...range(rank - 2), rank - 1, rank - 2]);
  }

  /** Per axis given: first index, length, step. */
  slice(x: Value, parts: readonly { readonly axis: number; readonly from: number; readonly length: number; readonly step?: number }[]): Value {
    const real = parts.filter((p) => p.from !== 0 || p.length !== x.shape[p.axis] || (p.step ?? 1) !== 1);
    if (real.length === 0) return x;
    const shape = [...x.shape];
    for (const p of real) shape[p.axis] = p.length;
    const ends = real.map((p) => {
      const last = p.from + (p.length - 1) * (p.step ?? 1);
      // Below 0 an end would count from the back.
      return (p.step ?? 1) > 0 ? last + 1 : last === 0 ? -(2 ** 31) : last - 1;
    });
    return this.one('Slice', [x, this.list(real.map((p) => p.from)), this.list(ends), this.list(real.map((p) => p.axis)), this.list(real.map((p) => p.step ?? 1))], shape);
  }

  /** Reversed along `axes`. */
  flip(x: Value, axes: readonly number[]): Value {
    return this.slice(x, axes.filter((a) => x.shape[a]! > 1).map((axis) => ({ axis, from: x.shape[axis]! - 1, length: x.shape[axis]!, step: -1 })));
  }

  /** Zeros (or `value`) around; negative pads crop. `pads` are begins of all axes, then ends. */
  pad(x: Value, pads: readonly number[], value = 0): Value {
    if (pads.every((p) => p === 0)) return x;
    const rank = x.shape.length;
    return this.one('Pad', [x, this.list(pads), this.number(value)], x.shape.map((d, i) => d + pads[i]! + pads[i + rank]!));
  }

  concat(values: readonly Value[], axis: number): Value {
    if (values.length === 1) return values[0]!;
    const shape = [...values[0]!.shape];
    shape[axis] = values.reduce((sum, v) => sum + v.shape[axis]!, 0);
    return this.one('Concat', values, shape, { axis: int(axis) });
  }

  split(x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
    if (sizes.length === 1) return [x];
    return this.layer('Split', [x, this.list(sizes)], sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.map((d, i) => (i === axis ? size : d)) })), { axis: int(axis) });
  }

  expand(x: Value, shape: readonly number[]): Value {
    return sameShape(x.shape, shape) ? x : this.one('Expand', [x, this.list(shape)], shape);
  }

  // Sums and products.

  reduce(operator: 'ReduceSum' | 'ReduceMean' | 'ReduceMax', x: Value, axes: readonly number[], keep: boolean): Value {
    if (axes.length === 0) return x;
    const shape = keep ? x.shape.map((d, i) => (axes.includes(i) ? 1 : d)) : x.shape.filter((_, i) => !axes.includes(i));
    return this.one(operator, [x, this.list(axes)], shape, { keepdims: int(keep ? 1 : 0) });
  }

  sum(x: Value, axes: readonly number[], keep = false): Value {
    return this.reduce('ReduceSum', x, axes, keep);
  }

  matmul(a: Value, b: Value): Value {
    const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return this.one('MatMul', [a, b], [...batch, a.shape.at(-2)!, b.shape.at(-1)!]);
  }

  /** a · b, where either may be transposed first; both of rank 2. */
  gemm(a: Value, b: Value, transA: boolean, transB: boolean): Value {
    const shape = [a.shape[transA ? 1 : 0]!, b.shape[transB ? 0 : 1]!];
    return this.one('Gemm', [a, b], shape, { transA: int(transA ? 1 : 0), transB: int(transB ? 1 : 0) });
  }

  conv(x: Value, w: Value, form: WindowForm): Value {
    const n = form.kernel.length;
    const spatial = form.kernel.map((k, i) =>
      Math.floor((x.shape[i + 2]! + form.pads[i]! + form.pads[i + n]! - (k - 1) * form.dilations[i]! - 1) / form.strides[i]!) + 1);
    return this.one('Conv', [x, w], [x.shape[0]!, w.shape[0]!, ...spatial], windowAttributes(form));
  }

  /** The adjoint of `conv` with these sizes in its input: gives `[N, group · w.shape[1], ...spatial]`. */
  convTranspose(x: Value, w: Value, form: WindowForm, spatial: readonly number[]): Value {
    const n = form.kernel.length;
    const least = form.kernel.map((k, i) => (x.shape[i + 2]! - 1) * form.strides[i]! + (k - 1) * form.dilations[i]! + 1 - form.pads[i]! - form.pads[i + n]!);
    const extra = spatial.map((d, i) => d - least[i]!);
    return this.one('ConvTranspose', [x, w], [x.shape[0]!, form.group * w.shape[1]!, ...spatial], { ...windowAttributes(form), output_padding: ints(extra) });
  }

  /** `x` summed until it has `shape`: the adjoint of broadcasting `shape` to x's. */
  unbroadcast(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    const lead = x.shape.length - shape.length;
    const axes = range(x.shape.length).filter((i) => i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1));
    return this.reshape(this.sum(x, axes, true), shape);
  }

  /** What has been written, as far as `outputs` need it. */
  finish(name: string, inputs: readonly ValueInfo[], outputs: readonly ValueInfo[], provenance: Model['provenance']): Model {
    const needed = new Set(outputs.map((o) => o.name));
    const layers: Layer[] = [];
    for (const layer of [...this.#layers].reverse()) {
      if (!layer.outputs.some((o) => needed.has(o))) continue;
      layers.push(layer);
      for (const i of layer.inputs) needed.add(i);
    }
    return {
      name, outputs, values: [], layers: layers.reverse(), provenance,
      inputs: inputs.filter((v) => needed.has(v.name)),
      tensors: new Map([...this.#tensors].filter(([tensor]) => needed.has(tensor))),
    };
  }
}

function windowAttributes(form: WindowForm): Attributes {
  return { kernel_shape: ints(form.kernel), strides: ints(form.strides), dilations: ints(form.dilations), pads: ints(form.pads), group: int(form.group) };
}
