import {
  DTYPES, elementCount, encodeBcr, encodeBcrc, encodeCsr, encodePattern, type Activation, type Attribute, type DType, type DenseTensor,
  type Dimension, type Layer, type Model, type Scheme, type SparseMatrix, type SparseTensor, type Tensor, type ValueInfo,
} from '@fretwork/format';
import { Random } from '../masks.js';

const TYPES = Object.keys(DTYPES) as DType[];
const TEXTS = [
  'x', 'conv1.weight', '/layer1/layer1.0/conv1/Conv', 'onnx::Conv_193', '193', '1.0', 'a b', 'a"b', 'a\\b', 'line\nbreak', 'tab\t', '', '#no comment',
  '->', 'Ünï-ço∂é', '模型', '🧵', '__proto__', 'constructor', 'a,b', 'f(x)', '[1]', 'a=b', '-5', '?', 'NaN', 'layer', '\u2028', '\u202e', '\u0001', 'a--b', ' ',
] as const;
const NUMBERS = [0, -0, 1, -1, 0.1, 1 / 3, 1e300, -1e-300, 5e-324, NaN, Infinity, -Infinity, 2 ** 53, 123456.789, Math.fround(0.1)] as const;

/** Models that use every part of the contract and keep every rule; the same seed gives the same model. */
export function randomModel(seed: number): Model {
  const random = new Random(seed);
  const maybe = (chance = 0.5): boolean => random.next() < chance;
  const many = <T>(most: number, make: (i: number) => T): T[] => Array.from({ length: random.integer(0, most) }, (_, i) => make(i));
  const text = (): string => random.pick(TEXTS);
  const name = (): string => text() || 'n';
  const number = (): number => (maybe() ? random.pick(NUMBERS) : (random.next() - 0.5) * 10 ** random.integer(-9, 9));
  const integer = (): number => random.pick([0, 1, -1, 7, 2 ** 53 - 1, -(2 ** 53) + 1, random.integer(-1000, 1000)]);
  const taken = new Set<string>(['']);
  const fresh = (): string => {
    for (;;) {
      const name = maybe(0.7) ? text() : `${text()}${random.integer(0, 999)}`;
      if (!taken.has(name)) {
        taken.add(name);
        return name;
      }
    }
  };
  const info = (name: string): ValueInfo => {
    const dimension = (): Dimension => random.pick<Dimension>([0, 1, 3, 224, '?', 'N', 'batch size', '12', 'a"b', '#']);
    return { name, dtype: random.pick(TYPES), ...(maybe(0.8) ? { shape: many(4, dimension) } : {}) };
  };

  const tensors = new Map<string, Tensor>(many(6, () => [fresh(), maybe() ? randomDense(random) : randomSparse(random)] as const));
  const inputs = many(3, () => info(fresh()));
  const values = [...inputs.map((input) => input.name), ...tensors.keys(), ''];
  const layerNames = new Set<string>();
  const layers = many(6, (i): Layer => {
    let unique = name();
    while (layerNames.has(unique)) unique = `${text()} ${i}`;
    layerNames.add(unique);
    const layer: Layer = {
      name: unique, operator: random.pick(['Gelu', 'FusedConv', 'my.op-2', '_x']), domain: random.pick(['org.example', 'odd domain "1"']),
      inputs: many(4, () => random.pick(values)), outputs: [fresh(), ...many(2, () => (maybe(0.3) ? '' : fresh()))],
      attributes: new Map(many(5, () => [random.pick(TEXTS.filter((t) => t !== '')), randomAttribute(random, text, number, integer)] as const)),
      ...(maybe() ? { activation: randomActivation(random) } : {}),
      ...(maybe() ? { scheme: randomScheme(random) } : {}),
      ...(maybe() ? { tuning: {
        ...(maybe() ? { kernel: name() } : {}), ...(maybe() ? { tile: many(3, () => random.integer(1, 64)) } : {}),
        ...(maybe() ? { unroll: many(3, () => random.integer(1, 8)) } : {}), ...(maybe() ? { permute: name() } : {}),
      } } : {}),
      ...(maybe() ? { origin: many(3, name) } : {}),
    };
    values.push(...layer.outputs.filter((output) => output !== ''));
    return layer;
  });
  const made = layers.flatMap((layer) => layer.outputs).filter((name) => name !== '');
  const hex = (): string => Array.from({ length: 64 }, () => random.pick([...'0123456789abcdef'])).join('');
  return {
    name: text(), inputs, outputs: made.slice(0, 2).map(info), values: made.slice(2, 4).map(info), layers, tensors,
    provenance: { producer: text(), producerVersion: text(), sourceOpset: random.integer(0, 22), doc: text(), metadata: many(3, () => [text(), text()] as const) },
    ...(maybe() ? { plan: { target: text(), mapper: text(), entries: layers.filter(() => maybe()).map((layer) => ({
      layer: layer.name, scheme: randomScheme(random), reason: text(), ...(maybe() ? { predictedMs: random.next() * 10 } : {}),
    })) } } : {}),
    ...(maybe() ? { recipe: {
      steps: many(2, () => ({ tool: `tool ${text()}`, version: text(), seed: random.integer(0, 2 ** 31), options: '{"rate": 10}' })),
      hashes: many(2, (i) => [`data ${i}`, hex()] as const),
    } } : {}),
  };
}

/** Any bits at all: odd NaNs too. Booleans are 0 and 1. */
function randomDense(random: Random, least = 0): DenseTensor {
  const dtype = random.pick(TYPES);
  const shape = Array.from({ length: random.integer(least, 3) }, () => random.integer(0, 5));
  const data = DTYPES[dtype].make(elementCount(shape));
  const bytes = new Uint8Array(data.buffer);
  bytes.forEach((_, i) => { bytes[i] = dtype === 'bool' ? random.integer(0, 1) : random.pick([0, 0, 0x7f, 0x80, 0xff, 0xfc, random.integer(0, 255)]); });
  return { kind: 'dense', dtype, shape, data };
}

function randomSparse(random: Random): SparseTensor {
  const dtype = random.pick(['f32', 'f16', 'i8', 'f64', 'i64'] as const);
  const kernel = random.pick([1, 4]);
  const [rows, columns, count] = [random.integer(0, 9), kernel * random.integer(0, 6), random.integer(0, 3)];
  const encode = random.pick([
    (values: never): SparseMatrix => encodeCsr(values, rows, columns),
    (values: never): SparseMatrix => encodeBcrc(values, rows, columns),
    (values: never): SparseMatrix => encodeBcr(values, rows, columns, { block: [random.integer(1, 4), random.integer(1, 8)] }),
    (values: never): SparseMatrix => encodePattern(values, rows, columns, kernel),
  ]);
  const matrices = Array.from({ length: count }, () => {
    const values = DTYPES[dtype].make(rows * columns);
    for (let i = 0; i < values.length; i++) if (random.next() < 0.3) (values as { [i: number]: number | bigint })[i] = dtype === 'i64' ? 7n : random.integer(1, 99);
    return encode(values as never);
  });
  return { kind: 'sparse', dtype, shape: [count, rows, columns], view: { count, rows, columns, order: 'row-major', kernel }, matrices };
}

function randomAttribute(random: Random, text: () => string, number: () => number, integer: () => number): Attribute {
  const list = <T>(make: () => T): T[] => Array.from({ length: random.integer(0, 4) }, make);
  const floats = (): number => Math.fround(number());
  return random.pick<() => Attribute>([
    () => ({ type: 'int', value: integer() }),
    () => ({ type: 'float', value: floats() }),
    () => ({ type: 'string', value: text() }),
    () => ({ type: 'ints', value: list(integer) }),
    () => ({ type: 'floats', value: list(floats) }),
    () => ({ type: 'strings', value: list(text) }),
    () => ({ type: 'tensor', value: randomDense(random) }),
  ])();
}

function randomActivation(random: Random): Activation {
  return random.pick<Activation>([
    { kind: 'relu' }, { kind: 'clip', alpha: 0, beta: 6 }, { kind: 'clip', alpha: -Infinity, beta: 0.1 }, { kind: 'leaky-relu', alpha: 0.01 }, { kind: 'sigmoid' }, { kind: 'tanh' },
    { kind: 'hard-sigmoid', alpha: 1 / 6, beta: 0.5 }, { kind: 'hard-swish' },
  ]);
}

export function randomScheme(random: Random): Scheme {
  const rate = random.pick([1, 1.5, 10, 245.59, 1 + random.next() * 100]);
  return random.pick<Scheme>([
    { kind: 'dense' }, { kind: 'unstructured', rate }, { kind: 'filter', rate }, { kind: 'channel', rate },
    { kind: 'pattern', rate, keep: 4, patterns: 8 },
    { kind: 'block-punched', rate, blockFilters: random.integer(1, 16), blockChannels: random.integer(1, 16) },
    { kind: 'bcr', rate, blockRows: random.integer(1, 64), blockColumns: random.integer(1, 64), rowShare: random.pick([0, 0.5, 1, random.next()]) },
  ]);
}
