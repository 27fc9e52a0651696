import { dense, elementCount, FretworkError, OPERATOR_FORM, type Attribute, type Layer, type Model, type Tensor, type ValueInfo } from '@fretwork/format';
import { normal, uniform } from './random.js';

/** An image that flows: `[N, channels, height, width]`. */
export interface Image {
  readonly value: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Features that flow: `[N, features]`. */
export interface Features {
  readonly value: string;
  readonly features: number;
}

export interface ConvolutionSizes {
  readonly filters: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly pad?: number;
  readonly groups?: number;
  /** Left out: none, since a batch norm follows. */
  readonly bias?: 'with-bias';
}

const int = (value: number): Attribute => ({ type: 'int', value });
const ints = (...value: readonly number[]): Attribute => ({ type: 'ints', value });

/** Writes layers one behind another; the order of calls is the order of layers and of draws. */
export class NetworkBuilder {
  readonly #layers: Layer[] = [];
  readonly #tensors = new Map<string, Tensor>();
  readonly #inputs: ValueInfo[] = [];
  readonly #draw: () => number;

  constructor(seed: number) {
    this.#draw = uniform(seed);
  }

  input(name: string, sample: readonly number[]): string {
    this.#inputs.push({ name, dtype: 'f32', shape: ['N', ...sample] });
    return name;
  }

  image(channels: number, height: number, width: number = height): Image {
    return { value: this.input('image', [channels, height, width]), channels, height, width };
  }

  /** Appends a layer and gives its first output, which has the layer's name. */
  layer(name: string, operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, outputs: readonly string[] = [name]): string {
    this.#layers.push({ name, operator, domain: '', inputs, outputs, attributes: new Map(Object.entries(attributes)) });
    return name;
  }

  constant(name: string, shape: readonly number[], value: number): string {
    this.#tensors.set(name, dense('f32', shape, new Float32Array(elementCount(shape)).fill(value)));
    return name;
  }

  indices(name: string, ...values: readonly number[]): string {
    this.#tensors.set(name, dense('i64', [values.length], BigInt64Array.from(values, BigInt)));
    return name;
  }

  /** He normal: variance 2 / fan-in, for layers with a Relu behind. */
  he(name: string, shape: readonly number[]): string {
    const deviation = Math.sqrt(2 / elementCount(shape.slice(1)));
    return this.#drawn(name, shape, () => deviation * normal(this.#draw));
  }

  /** Glorot uniform: ±√(6 / (fan-in + fan-out)), fans given where the shape stacks matrices. */
  glorot(name: string, shape: readonly number[], fanOut: number = shape[0]!, fanIn: number = shape.at(-1)!): string {
    const bound = Math.sqrt(6 / (fanIn + fanOut));
    return this.#drawn(name, shape, () => bound * (2 * this.#draw() - 1));
  }

  #drawn(name: string, shape: readonly number[], draw: () => number): string {
    this.#tensors.set(name, dense('f32', shape, Float32Array.from({ length: elementCount(shape) }, draw)));
    return name;
  }

  convolution(name: string, from: Image, sizes: ConvolutionSizes): Image {
    const { filters, kernel, stride = 1, pad = 0, groups = 1, bias } = sizes;
    const size = (length: number): number => Math.floor((length + 2 * pad - kernel) / stride) + 1;
    const [height, width] = [size(from.height), size(from.width)];
    if (height < 1 || width < 1) throw new FretworkError('network.size', `nothing is left of the image at ${name}`, { expected: `at least ${kernel} x ${kernel}`, actual: `${from.height} x ${from.width}`, hint: 'ask for larger images' });
    const inputs = [from.value, this.he(`${name}.weight`, [filters, from.channels / groups, kernel, kernel])];
    if (bias !== undefined) inputs.push(this.constant(`${name}.bias`, [filters], 0));
    this.layer(name, 'Conv', inputs, {
      kernel_shape: ints(kernel, kernel), strides: ints(stride, stride), pads: ints(pad, pad, pad, pad), group: int(groups),
    });
    return { value: name, channels: filters, height, width };
  }

  batchNorm<T extends Image>(name: string, from: T): T {
    const of = (part: string, value: number): string => this.constant(`${name}.${part}`, [from.channels], value);
    const inputs = [from.value, of('scale', 1), of('shift', 0), of('mean', 0), of('variance', 1)];
    return { ...from, value: this.layer(name, 'BatchNormalization', inputs, { epsilon: { type: 'float', value: Math.fround(1e-5) }, momentum: { type: 'float', value: Math.fround(0.9) } }) };
  }

  relu<T extends { readonly value: string }>(name: string, from: T): T {
    return { ...from, value: this.layer(name, 'Relu', [from.value]) };
  }

  /** Convolution, batch norm, Relu: `NAME`, `NAME_norm`, `NAME_relu`. */
  block(name: string, from: Image, sizes: ConvolutionSizes): Image {
    return this.relu(`${name}_relu`, this.normed(name, from, sizes));
  }

  /** Convolution and batch norm. */
  normed(name: string, from: Image, sizes: ConvolutionSizes): Image {
    return this.batchNorm(`${name}_norm`, this.convolution(name, from, sizes));
  }

  add(name: string, from: Image, other: Image): Image {
    return { ...from, value: this.layer(name, 'Add', [from.value, other.value]) };
  }

  maxPool(name: string, from: Image, kernel: number, stride: number = kernel, pad: number = 0): Image {
    const size = (length: number): number => Math.floor((length + 2 * pad - kernel) / stride) + 1;
    const value = this.layer(name, 'MaxPool', [from.value], { kernel_shape: ints(kernel, kernel), strides: ints(stride, stride), pads: ints(pad, pad, pad, pad) });
    return { ...from, value, height: size(from.height), width: size(from.width) };
  }

  averageAll(name: string, from: Image): Image {
    return { ...from, value: this.layer(name, 'GlobalAveragePool', [from.value]), height: 1, width: 1 };
  }

  flatten(name: string, from: Image): Features {
    return { value: this.layer(name, 'Flatten', [from.value], { axis: int(1) }), features: from.channels * from.height * from.width };
  }

  /** Fully connected, weights `[outputs, inputs]`. */
  fullyConnected(name: string, from: Features, outputs: number): Features {
    const inputs = [from.value, this.glorot(`${name}.weight`, [outputs, from.features]), this.constant(`${name}.bias`, [outputs], 0)];
    return { value: this.layer(name, 'Gemm', inputs, { transB: int(1) }), features: outputs };
  }

  model(name: string, output: string, doc: string): Model {
    return {
      name, inputs: this.#inputs, outputs: [{ name: output, dtype: 'f32' }], values: [], layers: this.#layers, tensors: this.#tensors,
      provenance: { producer: '@fretwork/networks', producerVersion: '0.0.0', sourceOpset: OPERATOR_FORM, doc, metadata: [] },
    };
  }
}
