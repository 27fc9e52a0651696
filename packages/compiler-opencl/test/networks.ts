import { parseModel, type Model } from '@fretwork/format';
import { drawWeights } from '@fretwork/conformance';

/** Every kind of layer that has code of its own, in a network small enough for an emulator. */
export const mixed = (): Model => drawWeights(parseModel(`fretwork 1
model mixed
producer test version 1 opset 0

input image f32 [2, 6, 11, 9]
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
layer tiny = Conv(g, w4) -> h
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
tensor w6 f32 [7, 5] = [0]
tensor b6 f32 [7] = [0, 1, 0, 1, 0, 1, 0]
`.replace(/= \[0\]/g, (_, at: number, all: string) => {
  const shape = /\[([\d, ]+)\] $/.exec(all.slice(0, at))![1]!.split(',').map(Number);
  return `= [${new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(1).join(', ')}]`;
})), 7);

/** Products whose rows are whole texels: a map of eight by eight, a residual sum, groups. */
export const even = (): Model => drawWeights(parseModel(`fretwork 1
model even
producer test version 1 opset 0

input image f32 [2, 4, 8, 8]
output y f32

layer first = Conv(image, w1) -> a
  ints pads = [1, 1, 1, 1]
layer relu = Relu(a) -> r
layer second = Conv(r, w2) -> b
  int group = 2
  ints pads = [1, 1, 1, 1]
layer sum = Add(b, r) -> c
layer clip = Sigmoid(c) -> d
layer third = Conv(d, w3) -> y
  ints strides = [2, 2]

tensor w1 f32 [8, 4, 3, 3] = [${new Array<number>(288).fill(1).join(', ')}]
tensor w2 f32 [8, 4, 3, 3] = [${new Array<number>(288).fill(1).join(', ')}]
tensor w3 f32 [6, 8, 1, 1] = [${new Array<number>(48).fill(1).join(', ')}]
`), 9);

/** Everything that compares: an input that is NaN in places must stay it there. A 1x1 convolution has the comparison in its kernel. */
export const unheard = (): Model => parseModel(`fretwork 1
model unheard
producer test version 1 opset 0

input x f32 [1, 1, 4, 16]
output a f32
output b f32
output c f32
output d f32
output e f32
output f f32
output g f32
output h f32
output i f32

layer conv = Conv(x, w) -> v
layer relu = Relu(v) -> a
layer clip = Clip(x, low, high) -> b
layer leaky = LeakyRelu(x) -> c
layer sigmoid = HardSigmoid(x) -> d
layer swish = HardSwish(x) -> e
layer max = Max(x, row) -> f
layer min = Min(x, row) -> g
layer pool = MaxPool(x) -> h
  ints kernel_shape = [2, 2]
  ints strides = [2, 2]
layer most = ReduceMax(x, axes) -> i

tensor w f32 [1, 1, 1, 1] = [1]
tensor low f32 [] = [-0.5]
tensor high f32 [] = [0.5]
tensor row f32 [1] = [0]
tensor axes i64 [1] = [2]
`);
