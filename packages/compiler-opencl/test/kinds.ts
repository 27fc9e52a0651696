/** Small networks that between them launch every kernel there is. */
import { parseModel, type Model } from '@fretwork/format';
import { random } from '@fretwork/conformance';
import { KERNELS, type ProductVariant } from '../src/index.js';
import { productName } from '../src/kernels/products.js';
import { kernelName, type BackendOptions } from '@fretwork/compiler';
import type { Tuning } from '@fretwork/format';

const head = (inputs: string, outputs: string): string => `fretwork 1
model kinds
producer test version 1 opset 0

${inputs.split('; ').map((line) => `input ${line}`).join('\n')}
${outputs.split(' ').map((name) => `output ${name} f32`).join('\n')}
`;

const tensor = (name: string, shape: readonly number[], zero: (i: number) => boolean = () => false): string => {
  const draw = random(name.length + shape.length);
  const count = shape.reduce((a, b) => a * b, 1);
  return `tensor ${name} f32 [${shape.join(', ')}] = [${Array.from({ length: count }, (_, i) => (zero(i) ? 0 : draw.normal().toFixed(3))).join(', ')}]`;
};

const indices = (name: string, shape: readonly number[], values: readonly number[]): string => `tensor ${name} i64 [${shape.join(', ')}] = [${values.join(', ')}]`;

/** Layers that move, reduce and compute element by element. */
export const moving = (): Model => parseModel(`${head('x f32 [2, 3, 4, 6]; z f32 [2, 3, 6, 4]', 'a b c d e f g h i j k l m n o p q r')}
layer transpose = Transpose(x) -> a
  ints perm = [0, 2, 1, 3]
layer concat = Concat(x, x) -> b
  int axis = 2
layer slice = Slice(x, from, to, axes, steps) -> c
layer split = Split(x, sizes) -> d, e
  int axis = 3
layer most = ReduceMax(x, axes) -> s
layer expand = Expand(s, shape) -> f
layer pad = Pad(x, pads) -> g
layer resize = Resize(x, "", scales) -> h
  string coordinate_transformation_mode = "asymmetric"
  string nearest_mode = "floor"
layer gather = Gather(x, places) -> i
  int axis = 2
layer scatter = ScatterND(x, spots, rows) -> j
layer product = MatMul(x, z) -> k
layer soft = Softmax(x) -> l
  int axis = 1
layer mean = ReduceMean(x, axes) -> m
layer least = ReduceMin(x) -> n
layer power = Pow(x, row) -> t
layer tail = LogSoftmax(x) -> o
layer sum = ReduceSumSquare(x, axes) -> p
layer tanh = Tanh(x) -> u
layer batch = BatchNormalization(u, three, four, five, six) -> q
layer mean2 = GlobalAveragePool(x) -> v
layer swish = HardSwish(v) -> w
layer add = Add(w, s) -> r

${tensor('row', [6]).replace(/-?\d+\.\d+/g, '2')}
${tensor('rows', [2, 4, 6])}
${['three', 'four', 'five', 'six'].map((name) => tensor(name, [3]).replaceAll('-', '')).join('\n')}
tensor scales f32 [4] = [1, 1, 2, 2]
${indices('from', [2], [-1, 0])}
${indices('to', [2], [-9, 6])}
${indices('axes', [2], [2, 3])}
${indices('steps', [2], [-1, 2])}
${indices('sizes', [2], [2, 4])}
${indices('shape', [4], [2, 3, 5, 7])}
${indices('pads', [8], [0, 0, 1, 2, 0, 0, 0, 3])}
${indices('places', [3], [3, 0, -1])}
${indices('spots', [2, 2], [0, 1, 1, 2])}
`);

/** Recurrent cells of both directions, few and many input vectors, and every way of doing steps. */
export const cells = (operator: 'GRU' | 'LSTM' | 'RNN', late: boolean, steps: number): Model => {
  const gates = { GRU: 3, LSTM: 4, RNN: 1 }[operator];
  return parseModel(`${head(`x f32 [${steps}, 2, 5]; h f32 [2, 2, 6]`, 'y z')}
layer cell = ${operator}(x, w, r, b, "", h) -> y, z
  int hidden_size = 6
  string direction = "bidirectional"
${late ? '  int linear_before_reset = 1\n' : ''}
${tensor('w', [2, gates * 6, 5], (i) => i % 3 === 0)}
${tensor('r', [2, gates * 6, 6], (i) => i % 4 === 1)}
${tensor('b', [2, 2 * gates * 6])}
`);
};

/** Attributes of a convolution: those that read maps where they lie have strides and dilations too. */
function windowOf({ whole, unroll, implicit }: ProductVariant, i: number): readonly string[] {
  if (whole && unroll === 1) return implicit ? ['strides = [2, 2]'] : [];
  return ['pads = [1, 1, 1, 1]', ...(implicit ? [['strides = [2, 1]', 'dilations = [1, 2]', 'strides = [1, 3]'][i % 3]!] : [])];
}

/** Convolutions side by side, one per kernel of `rows`, and the tunings that ask for them. */
export function kernels(rows: readonly ProductVariant[]): { readonly model: Model; readonly options: BackendOptions } {
  const dense = (row: ProductVariant): boolean => row.whole;
  const model = parseModel(`${head(`x f32 [1, 4, 6, ${rows.some(({ pixels }) => pixels > 64) ? 36 : 12}]`, rows.map((_, i) => `y${i}`).join(' '))}
${rows.map((row, i) => `layer l${i} = Conv(x, ${dense(row) ? (row.unroll === 1 ? 'one' : 'nine') : 'sparse'}, bias) -> y${i}${windowOf(row, i).map((line) => `\n  ints ${line}`).join('')}`).join('\n')}

${tensor('one', [6, 4, 1, 1])}
${tensor('nine', [6, 4, 3, 3])}
${tensor('sparse', [6, 4, 3, 3], (i) => i % 3 === 0 || i % 5 === 1)}
${tensor('bias', [6])}
`);
  const tunings = new Map(rows.map((row, i): [string, Tuning] => [`l${i}`, { kernel: kernelName(row), permute: i % 2 === 0 ? 'tile-group' : 'group-tile', tile: [i % 3 === 0 && !dense(row) ? 7 : 0] }]));
  return { model, options: { tunings } };
}

/** Every product kernel of `path` in float, but for those of one vector: those of short tiles, or of long ones, which need larger maps. Of rows of one text, which differ in parts, one each, now of these parts and now of those. */
export function productRows(path: 'buffer' | 'image', long = false): readonly ProductVariant[] {
  const rows = KERNELS.rows.filter((row) => row.type === 'f32' && row.path === path && row.operator !== 'vector' && row.pixels > 64 === long);
  const texts = new Map<string, ProductVariant[]>();
  for (const row of rows) texts.set(productName(row, ''), [...texts.get(productName(row, '')) ?? [], row]);
  return [...texts.values()].map((same, i) => same[i % same.length]!);
}
