import type { Attribute, DenseTensor, DType, Layer, MatrixView, Model, Scheme, SparseMatrix, Tensor, TensorData, ValueInfo } from '../src/contract.js';
import { DTYPES, elementCount } from '../src/dtype.js';
import { encodeBcr } from '../src/sparse/bcr.js';
import { encodeBcrc } from '../src/sparse/bcrc.js';
import { encodeCsr } from '../src/sparse/csr.js';
import { encodePattern } from '../src/sparse/pattern.js';
import type { Random } from './masks.js';

const DTYPE_NAMES = Object.keys(DTYPES) as DType[];
const NAMES: readonly string[] = ['a', 'weight.1', '__proto__', 'constructor', 'größe', '模型/层', '😀', 'x y', '"quoted"', '\u0001', '../up', '\u{10ffff}'];
const NUMBERS: readonly number[] = [0, -0, 1, -1, 0.1, 1e-300, 2 ** 60, Infinity, -Infinity, NaN];
const INTEGERS: readonly number[] = [0, 1, -1, 127, 128, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER];

/** A model that keeps all rules and has no other sense: operators of another domain, where weights are free. */
export class RandomModel {
  readonly #random: Random;
  #names = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  model(): Model {
    const r = this.#random;
    const tensors = new Map(this.#list(0, 6, () => [this.#name(), this.tensor()] as const));
    const inputs = this.#list(0, 3, () => this.#value());
    const given = [...tensors.keys(), ...inputs.map(({ name }) => name)];
    const known = [...given];
    const layers = this.#list(0, 5, () => {
      const layer = this.#layer(known);
      known.push(...layer.outputs.filter((name) => name !== ''));
      return layer;
    });
    const chosen = new Set(known.slice(given.length).filter(() => r.next() < 0.5));
    return {
      name: r.pick(['', ...NAMES]),
      inputs,
      outputs: [...chosen].map((name) => ({ ...this.#value(), name })),
      values: this.#list(0, 2, () => this.#value()),
      layers,
      tensors,
      provenance: {
        producer: r.pick(NAMES), producerVersion: '', sourceOpset: r.integer(0, 30), doc: r.pick(['', 'two\nlines']),
        metadata: this.#list(0, 2, () => [r.pick(NAMES), r.pick(NAMES)] as const),
      },
      ...(r.next() < 0.5 && { plan: this.#plan(layers) }),
      ...(r.next() < 0.5 && {
        recipe: {
          steps: this.#list(0, 2, () => ({ tool: r.pick(NAMES), version: '1', seed: r.pick(INTEGERS), options: '{}' })),
          hashes: this.#list(0, 2, () => [r.pick(NAMES), '0123456789abcdef'.repeat(4)] as const),
        },
      }),
    };
  }

  tensor(): Tensor {
    const r = this.#random;
    return r.next() < 0.5 ? this.dense(this.#list(0, 4, () => r.integer(0, 4))) : this.#sparse();
  }

  dense(shape: readonly number[]): DenseTensor {
    const dtype = this.#random.pick(DTYPE_NAMES);
    return { kind: 'dense', dtype, shape, data: this.#elements(dtype, elementCount(shape), 1) };
  }

  #sparse(): Tensor {
    const r = this.#random;
    const dtype = r.pick(DTYPE_NAMES);
    const [count, rows, channels, kernel] = [r.integer(0, 3), r.integer(0, 9), r.integer(0, 5), r.integer(1, 5)];
    const view: MatrixView = { count, rows, columns: channels * kernel, order: r.pick(['row-major', 'column-major']), kernel };
    const matrices = Array.from({ length: count }, () => this.#matrix(this.#elements(dtype, rows * view.columns, 0.4), view, dtype));
    return { kind: 'sparse', dtype, shape: [count, rows, view.columns], view, matrices };
  }

  #matrix(values: TensorData, { rows, columns, kernel }: MatrixView, dtype: DType): SparseMatrix {
    const r = this.#random;
    switch (r.integer(0, 3)) {
      case 0: return encodeCsr(values, rows, columns, { dtype });
      case 1: return encodeBcrc(values, rows, columns, { dtype });
      case 2: return encodeBcr(values, rows, columns, { dtype, block: [r.integer(1, 4), r.integer(1, 6)] });
      default: return encodePattern(values, rows, columns, kernel, { dtype });
    }
  }

  /** Any bits, but of a bool: 0 and 1. `density` of them are not 0. */
  #elements(dtype: DType, length: number, density: number): TensorData {
    const data = DTYPES[dtype].make(length);
    const bytes = new Uint8Array(data.buffer);
    const size = DTYPES[dtype].bytes;
    for (let at = 0; at < length; at++) {
      if (this.#random.next() >= density) continue;
      for (let byte = 0; byte < size; byte++) bytes[at * size + byte] = dtype === 'bool' ? this.#random.integer(0, 1) : this.#random.integer(0, 127);
    }
    return data;
  }

  #layer(known: readonly string[]): Layer {
    const r = this.#random;
    const attributes = new Map(this.#list(0, 4, () => [this.#name(), this.#attribute()] as const));
    return {
      name: this.#name(),
      operator: r.pick(['Mul', 'Some.Op', '_x-1']),
      domain: r.pick(['test', 'ai.onnx.ml', '模型']),
      inputs: this.#list(0, 3, () => (known.length === 0 ? '' : r.pick(['', ...known]))),
      outputs: [...this.#list(0, 1, () => ''), this.#name(), ...this.#list(0, 2, () => this.#name())],
      attributes,
      ...(r.next() < 0.5 && { activation: { kind: r.pick(['relu', 'clip', 'leaky-relu', 'sigmoid', 'tanh', 'hard-sigmoid', 'hard-swish']), ...(r.next() < 0.5 && { alpha: -1.5 }), ...(r.next() < 0.5 && { beta: 6 }) } }),
      ...(r.next() < 0.5 && { scheme: this.#scheme() }),
      ...(r.next() < 0.5 && { tuning: { ...(r.next() < 0.5 && { kernel: 'k' }), ...(r.next() < 0.5 && { tile: this.#list(0, 3, () => r.integer(1, 300)) }), ...(r.next() < 0.5 && { unroll: [2] }), ...(r.next() < 0.5 && { permute: 'p' }) } }),
      ...(r.next() < 0.5 && { origin: this.#list(0, 2, () => r.pick(NAMES)) }),
    };
  }

  #attribute(): Attribute {
    const r = this.#random;
    switch (r.integer(0, 6)) {
      case 0: return { type: 'int', value: r.pick(INTEGERS) };
      case 1: return { type: 'float', value: r.pick(NUMBERS) };
      case 2: return { type: 'string', value: r.pick(['', ...NAMES]) };
      case 3: return { type: 'ints', value: this.#list(0, 3, () => r.pick(INTEGERS)) };
      case 4: return { type: 'floats', value: this.#list(0, 3, () => r.pick(NUMBERS)) };
      case 5: return { type: 'strings', value: this.#list(0, 3, () => r.pick(['', ...NAMES])) };
      default: return { type: 'tensor', value: this.dense([r.integer(0, 3)]) };
    }
  }

  #scheme(): Scheme {
    const r = this.#random;
    const rate = 1 + 20 * r.next();
    const size = (): number => r.integer(1, 1024);
    return r.pick<Scheme>([
      { kind: 'dense' }, { kind: 'unstructured', rate }, { kind: 'filter', rate }, { kind: 'channel', rate },
      { kind: 'pattern', rate, keep: size(), patterns: size() },
      { kind: 'block-punched', rate, blockFilters: size(), blockChannels: size() },
      { kind: 'bcr', rate, blockRows: size(), blockColumns: 2 ** 40, rowShare: r.next() },
    ]);
  }

  #plan(layers: readonly Layer[]): NonNullable<Model['plan']> {
    const r = this.#random;
    return {
      target: r.pick(NAMES), mapper: '',
      entries: layers.filter(() => r.next() < 0.5).map(({ name }) => ({ layer: name, scheme: this.#scheme(), reason: r.pick(NAMES), ...(r.next() < 0.5 && { predictedMs: r.next() }) })),
    };
  }

  #value(): ValueInfo {
    const r = this.#random;
    const shape = this.#list(0, 4, () => r.pick([0, 1, 7, 2 ** 40, '?', 'batch']));
    return { name: this.#name(), dtype: r.pick(DTYPE_NAMES), ...(r.next() < 0.8 && { shape }) };
  }

  /** A name that was not given before. */
  #name(): string {
    const name = this.#random.pick(NAMES);
    return this.#names++ < 1 ? name : `${name}${this.#names}`;
  }

  #list<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: this.#random.integer(least, most) }, make);
  }
}
