/** Single convolutions, and what their code says of itself. */
import { drawWeights } from '@fretwork/conformance';
import { dense, encode, parseModel, type DenseTensor, type Model } from '@fretwork/format';
import { withSelfTest, type Compiled } from './compiled.js';
import { Project } from './toolchain.js';

export interface ConvolutionCase {
  readonly batch?: number;
  readonly channels: number;
  readonly filters: number;
  readonly size: readonly [number, number];
  /** Height and width. Left out: 3. */
  readonly kernel?: number;
  readonly pads?: readonly number[];
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  readonly activation?: string;
}

export function convolution({ batch = 1, channels, filters, size, kernel = 3, pads = [1, 1, 1, 1], strides = [1, 1], dilations = [1, 1], activation = '' }: ConvolutionCase): Model {
  const model = parseModel(`fretwork 1
model m
producer test version 1 opset 0

input x f32 [${batch}, ${channels}, ${size.join(', ')}]
output y f32

layer l = Conv(x, w, b) -> y
  ints pads = [${pads.join(', ')}]
  ints strides = [${strides.join(', ')}]
  ints dilations = [${dilations.join(', ')}]
${activation === '' ? '' : `  activation ${activation}\n`}
tensor w f32 [1, 1, 1, 1] = [0]
tensor b f32 [1] = [0]
`.replace('w f32 [1, 1, 1, 1] = [0]', `w f32 [${filters}, ${channels}, ${kernel}, ${kernel}] = [${new Array(filters * channels * kernel * kernel).fill(0).join(', ')}]`)
    .replace('b f32 [1] = [0]', `b f32 [${filters}] = [${Array.from({ length: filters }, (_, f) => f / 8 - 1).join(', ')}]`));
  return drawWeights(model, channels + filters);
}

/** Every `step`th column of the weights is kept. */
export function keeping(step: number, model: Model): Model {
  const { shape, data } = model.tensors.get('w') as DenseTensor;
  const [rows, columns] = [shape[0]!, shape.slice(1).reduce((a, b) => a * b, 1)];
  const kept = Float32Array.from(data as Float32Array, (value, i) => (i % columns % step === 0 ? value : 0));
  return { ...model, tensors: new Map([...model.tensors, ['w', encode(dense('f32', shape, kept), { count: 1, rows, columns, order: 'row-major', kernel: shape[2]! * shape[3]! }).tensor]]) };
}

export const tuned = (model: Model, kernel: string): Model => ({ ...model, layers: model.layers.map((layer) => ({ ...layer, tuning: { kernel } })) });

/** What the self-test of the code prints; throws where it fails. */
export function run(compiled: Compiled, compiler: 'clang' | 'gcc', options: readonly string[] = []): string {
  const project = new Project(withSelfTest(compiled, 1));
  try {
    project.build(compiler, options);
    return project.run();
  } finally {
    project.dispose();
  }
}
