import { dense, DTYPES, elementCount, type Attribute, type DType, type DenseTensor, type Layer, type Model, type Scheme } from '@fretwork/format';
import { integer, pick, randomOf } from './random.js';

type Random = () => number;

const TEXTS = ['', 'a', 'naïve', '層', '"quoted"', 'a/b:0', '__proto__', 'x'.repeat(200)];
const UNARY = ['Relu', 'Neg', 'Abs', 'Tanh', 'Identity', 'LeakyRelu', 'Softmax', 'Elu', 'Dropout', 'Exp'];
const BINARY = ['Add', 'Mul', 'Sub', 'Max'];

function randomTensor(random: Random, dtype: DType, shape: readonly number[]): DenseTensor {
  const data = DTYPES[dtype].make(elementCount(shape));
  for (let i = 0; i < data.length; i++) {
    const value = dtype === 'bool' ? integer(random, 0, 1) : dtype === 'f32' || dtype === 'f64' ? random() * 20 - 10 : integer(random, 0, 100);
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[i] = BigInt(value);
    else data[i] = value;
  }
  return dense(dtype, shape, data);
}

const attributesOf = (random: Random, operator: string): Map<string, Attribute> => new Map<string, Attribute>(
  operator === 'LeakyRelu' || operator === 'Elu' ? [['alpha', { type: 'float', value: Math.fround(random()) }]]
    : operator === 'Softmax' ? [['axis', { type: 'int', value: pick(random, [-1, 0, 1]) }]]
      : operator === 'Dropout' ? [['seed', { type: 'int', value: integer(random, -(2 ** 40), 2 ** 40) }]] : []);

/** A chain with branches over matrices `[n, n]`; tensors of every type lie beside it. */
export function randomModel(seed: number): Model {
  const random = randomOf(seed);
  const n = integer(random, 1, 6);
  const tensors = new Map<string, DenseTensor>();
  for (const dtype of Object.keys(DTYPES) as DType[]) {
    if (random() < 0.5) tensors.set(`${dtype} tensor`, randomTensor(random, dtype, pick(random, [[], [0], [3], [2, 0, 3], [2, 3]])));
  }
  const values = ['x'];
  const layers: Layer[] = [];
  for (let i = 0; i < integer(random, 1, 12); i++) {
    const kind = random();
    const output = `v${i}`;
    const scheme: Scheme = { kind: 'bcr', rate: 1 + random() * 10, blockRows: integer(random, 1, 8), blockColumns: integer(random, 1, 32), rowShare: random() };
    const common = { name: `${pick(random, TEXTS)} ${i}`, domain: '', outputs: [output] };
    if (kind < 0.3) {
      tensors.set(`w${i}`, randomTensor(random, 'f32', [n, n]));
      layers.push({ ...common, operator: 'Gemm', inputs: [pick(random, values), `w${i}`], attributes: new Map([['transB', { type: 'int', value: integer(random, 0, 1) }]]), ...(random() < 0.5 ? { scheme } : {}) });
    } else if (kind < 0.6) {
      layers.push({ ...common, operator: pick(random, BINARY), inputs: [pick(random, values), pick(random, values)], attributes: new Map() });
    } else {
      const operator = pick(random, UNARY);
      layers.push({ ...common, operator, inputs: [pick(random, values)], attributes: attributesOf(random, operator) });
    }
    values.push(output);
  }
  const dimension = (): number | string => (random() < 0.7 ? n : pick(random, ['?', 'n']));
  return {
    name: pick(random, TEXTS),
    inputs: [{ name: 'x', dtype: 'f32', shape: [n, n] }],
    outputs: [{ name: values.at(-1)!, dtype: 'f32', ...(random() < 0.5 ? {} : { shape: [dimension(), n] }) }],
    values: values.slice(1, -1).filter(() => random() < 0.5).map((name) => ({ name, dtype: 'f32', shape: [n, n] })),
    layers,
    tensors,
    provenance: {
      producer: pick(random, TEXTS), producerVersion: pick(random, TEXTS), sourceOpset: 0, doc: pick(random, TEXTS),
      metadata: [[pick(random, TEXTS), pick(random, TEXTS)], ['k', 'v']],
    },
  };
}
