/** Small networks made by hand, with seeded weights. */
import { dense, type Attribute, type DenseTensor, type Layer, type Model, type Tensor } from '@fretwork/format';
import { random, type Random } from './random.js';
import { int, ints, provenance } from './one-layer.js';

/** Collects layers; every method gives the name of its output. */
export class NetworkMaker {
  readonly layers: Layer[] = [];
  readonly tensors = new Map<string, Tensor>();
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = random(seed);
  }

  layer(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const name = `${operator}${this.layers.length}`;
    this.layers.push({ name, operator, domain: '', inputs, outputs: [`${name}.out`], attributes: new Map(Object.entries(attributes)) });
    return `${name}.out`;
  }

  /** Uniform, of deviation √(2 / fanIn) (He et al. 2015). */
  weight(name: string, shape: readonly number[], fanIn: number): string {
    const limit = Math.sqrt(6 / fanIn);
    return this.hold(name, shape, (this.#random.tensor(shape).data as Float64Array).map((v) => v * limit));
  }

  hold(name: string, shape: readonly number[], values: ArrayLike<number>): string {
    this.tensors.set(name, dense('f32', shape, Float32Array.from(values)));
    return name;
  }

  list(name: string, ...values: number[]): string {
    this.tensors.set(name, dense('i64', [values.length], BigInt64Array.from(values, BigInt)));
    return name;
  }

  conv(x: string, into: number, out: number, kernel = 3, stride = 1, group = 1, bias = false): string {
    const name = `w${this.layers.length}`;
    const pad = (kernel - 1) / 2;
    const inputs = [x, this.weight(name, [out, into / group, kernel, kernel], into / group * kernel * kernel)];
    if (bias) inputs.push(this.hold(`${name}.bias`, [out], new Float32Array(out)));
    return this.layer('Conv', inputs, { kernel_shape: ints(kernel, kernel), strides: ints(stride, stride), pads: ints(pad, pad, pad, pad), group: int(group) });
  }

  batchNorm(x: string, channels: number): string {
    const name = `bn${this.layers.length}`;
    const filled = (what: string, value: number): string => this.hold(`${name}.${what}`, [channels], new Float32Array(channels).fill(value));
    return this.layer('BatchNormalization', [x, filled('scale', 1), filled('bias', 0), filled('mean', 0), filled('var', 1)]);
  }

  gemm(x: string, into: number, out: number): string {
    const name = `fc${this.layers.length}`;
    return this.layer('Gemm', [x, this.weight(name, [out, into], into * 2), this.hold(`${name}.bias`, [out], new Float32Array(out))], { transB: int(1) });
  }

  /** Sequence in, sequence out: `[T, B, I]` → `[T, B, D·H]`. */
  recurrent(operator: 'GRU' | 'LSTM', x: string, into: number, hidden: number, attributes: Readonly<Record<string, Attribute>> = {}, directions = 1): string {
    const gates = operator === 'GRU' ? 3 : 4;
    const name = `${operator.toLowerCase()}${this.layers.length}`;
    const y = this.layer(operator, [
      x, this.weight(`${name}.W`, [directions, gates * hidden, into], hidden * 6), this.weight(`${name}.R`, [directions, gates * hidden, hidden], hidden * 6),
      this.hold(`${name}.B`, [directions, 2 * gates * hidden], new Float32Array(directions * 2 * gates * hidden)),
    ], { hidden_size: int(hidden), ...attributes });
    const turned = this.layer('Transpose', [y], { perm: ints(0, 2, 1, 3) });
    return this.layer('Reshape', [turned, this.list(`${name}.shape`, 0, 0, -1)]);
  }

  finish(name: string, input: readonly (number | string)[], output: string): Model {
    return { name, inputs: [{ name: 'x', dtype: 'f32', shape: input }], outputs: [{ name: output, dtype: 'f32' }], values: [], layers: this.layers, tensors: this.tensors, provenance };
  }
}

/** Three convolutions with batch statistics over `[N, C, S, S]`. */
export function smallCnn(seed: number, channels = 1, size = 16, classes = 8): Model {
  const m = new NetworkMaker(seed);
  let x = m.layer('Relu', [m.batchNorm(m.conv('x', channels, 16), 16)]);
  x = m.layer('MaxPool', [x], { kernel_shape: ints(2, 2), strides: ints(2, 2) });
  x = m.layer('Relu', [m.batchNorm(m.conv(x, 16, 32), 32)]);
  x = m.layer('MaxPool', [x], { kernel_shape: ints(2, 2), strides: ints(2, 2) });
  x = m.layer('Relu', [m.batchNorm(m.conv(x, 32, 32), 32)]);
  x = m.layer('Flatten', [m.layer('GlobalAveragePool', [x])]);
  return m.finish('small cnn', ['N', channels, size, size], m.gemm(x, 32, classes));
}

/** A GRU read at its last step: `[T, N, I]` → `[N, classes]`. */
export function smallGru(seed: number, steps: number, inputs: number, hidden: number, classes: number): Model {
  const m = new NetworkMaker(seed);
  const all = m.recurrent('GRU', 'x', inputs, hidden, { linear_before_reset: int(1) });
  const last = m.layer('Gather', [all, (m.tensors.set('last', dense('i64', [], BigInt64Array.of(BigInt(steps - 1)))), 'last')], { axis: int(0) });
  return m.finish('small gru', [steps, 'N', inputs], m.gemm(last, hidden, classes));
}

export const f32 = (shape: readonly number[], data: Float32Array): DenseTensor => dense('f32', shape, data);
