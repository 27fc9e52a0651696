import { parseModel, type Model } from '@fretwork/format';
import { drawWeights } from '@fretwork/conformance';

/** Every kind of layer that has code of its own, in a network small enough for an emulator. */
export const mixed = (shape: readonly number[] = [2, 6, 11, 9], flat = 5): Model => drawWeights(parseModel(withOnes(`fretwork 1
model mixed
producer test version 1 opset 0

input image f32 [${shape.join(', ')}]
output y f32
output z f32

layer wide = Conv(image, w1, b1) -> a
  ints pads = [1, 1, 1, 1]
layer relu = Relu(a) -> r
layer down = Conv(r, w2) -> d
  ints strides = [2, 2]
  ints pads = [1, 0, 1, 0]
layer leaky = LeakyRelu(d) -> l
layer depth = Conv(l, w3) -> e
  int group = 8
  ints pads = [1, 1, 1, 1]
layer sum = Add(e, l) -> f
layer pool = MaxPool(f) -> g
  ints kernel_shape = [2, 2]
  ints strides = [2, 2]
layer local = LRN(g) -> n
  int size = 4
layer tiny = Conv(n, w4) -> h
  ints strides = [2, 1]
layer up = ConvTranspose(g, w5) -> u
  ints strides = [2, 2]
layer flat = Flatten(h) -> k
layer full = Gemm(k, w6, b6) -> y
  int transB = 1
layer mean = AveragePool(u) -> v
  ints kernel_shape = [3, 3]
  ints pads = [1, 1, 1, 1]
layer turn = Transpose(v) -> t
  ints perm = [0, 2, 3, 1]
layer soft = Softmax(t) -> z

tensor w1 f32 [8, 6, 3, 3] = [0]
tensor b1 f32 [8] = [1, 2, 3, 4, 5, 6, 7, 8]
tensor w2 f32 [8, 8, 3, 3] = [0]
tensor w3 f32 [8, 1, 3, 3] = [0]
tensor w4 f32 [5, 8, 2, 2] = [0]
tensor w5 f32 [8, 3, 3, 3] = [0]
tensor w6 f32 [7, ${flat}] = [0]
tensor b6 f32 [7] = [0, 1, 0, 1, 0, 1, 0]
`)), 7);

/** Tensors whose elements are said as `[0]` get as many as their shapes ask for. */
const withOnes = (text: string): string => text.replace(/= \[0\]/g, (_, at: number, all: string) => {
  const shape = /\[([\d, ]+)\] $/.exec(all.slice(0, at))![1]!.split(',').map(Number);
  return `= [${new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(1).join(', ')}]`;
});

/** A recurrent layer in two directions and a Gemm behind it, with steps large enough to be shared out. */
export function recurrent(operator: 'GRU' | 'LSTM', resetLast = 0): Model {
  const rows = (operator === 'GRU' ? 3 : 4) * 96;
  return drawWeights(parseModel(withOnes(`fretwork 1
model recurrent
producer test version 1 opset 0

input x f32 [9, 2, 40]
output y f32
output last f32

layer cell = ${operator}(x, w1, w2, w3) -> h, last
  int hidden_size = 96
  string direction = "bidirectional"
${operator === 'GRU' ? `  int linear_before_reset = ${resetLast}\n` : ''}layer flat = Reshape(h, shape) -> k
layer full = Gemm(k, w4, w5) -> y
  int transB = 1

tensor w1 f32 [2, ${rows}, 40] = [0]
tensor w2 f32 [2, ${rows}, 96] = [0]
tensor w3 f32 [2, ${2 * rows}] = [0]
tensor w4 f32 [23, 1728] = [0]
tensor w5 f32 [23] = [0]
tensor shape i64 [2] = [2, 1728]
`)), 11);
}

/** One depthwise 3x3 layer of four channels per map of [height, width, stride], two images each; every other one has a bias and an activation. */
export const depthwise = (maps: readonly (readonly [height: number, width: number, stride: number])[]): Model => drawWeights(parseModel(withOnes(`fretwork 1
model depthwise
producer test version 1 opset 0

${maps.map(([height, width], i) => `input x${i} f32 [2, 4, ${height}, ${width}]`).join('\n')}
${maps.map((_, i) => `output y${i} f32`).join('\n')}

${maps.map(([, , stride], i) => `layer depth${i} = Conv(x${i}, w${i}${i % 2 === 0 ? '' : `, b${i}`}) -> ${i % 2 === 0 ? 'y' : 'm'}${i}
  int group = 4
  ints pads = [1, 1, 1, 1]
  ints strides = [${stride}, ${stride}]${i % 2 === 0 ? '' : `\nlayer relu${i} = Relu(m${i}) -> y${i}`}`).join('\n')}

${maps.map((_, i) => `tensor w${i} f32 [4, 1, 3, 3] = [0]\ntensor b${i} f32 [4] = [1, -2, 3, 0]`).join('\n')}
`)), 11);
