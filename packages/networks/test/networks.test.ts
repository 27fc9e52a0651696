import { costOf, dense, inferShapes, writeModel, type FretworkError, type Model } from '@fretwork/format';
import { run } from '@fretwork/reference';
import { describe, expect, it } from 'vitest';
import { buildNetwork, NETWORKS, type OptionValue } from '../src/index.js';

type Options = Readonly<Record<string, OptionValue>>;

/** One image or sequence. */
const alone = (model: Model): Record<string, readonly number[]> =>
  Object.fromEntries(model.inputs.map(({ name, shape }) => [name, shape!.map((d) => (typeof d === 'number' ? d : 1))]));

/** Trained numbers: all but running statistics and the bounds of Clip. */
function trained(model: Model): number {
  return [...model.tensors].filter(([name, { dtype }]) => dtype === 'f32' && !/\.(mean|variance|low|high)$/.test(name))
    .reduce((sum, [, { shape }]) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

function macs(model: Model): number {
  const cost = costOf(model, inferShapes(model, alone(model)));
  if (!cost.macs.ok) throw new Error(cost.macs.reason);
  return cost.macs.dense;
}

/** Sources: torchvision's model zoo (ResNet-18, MobileNetV2 1.0), the table of TF-slim's MobileNetV2, Han et al. 2015 (LeNet-5), weights counted by hand elsewhere. */
const PUBLISHED: readonly (readonly [name: string, options: Options, parameters: number, millionMacs: number])[] = [
  ['vgg16-cifar', {}, 14_724_042, 313.2],
  ['resnet18', {}, 11_689_512, 1814.1],
  ['resnet18', { size: 32, classes: 10 }, 11_173_962, 555.4],
  ['mobilenetv2', {}, 3_504_872, 300.8],
  ['mobilenetv2', { width: 0.5 }, 1_968_680, 97.1],
  ['mobilenetv2', { size: 32, classes: 10 }, 2_236_682, 88],
  ['lenet-like', {}, 431_080, 2.293],
];

describe('counts agree with what was published', () => {
  for (const [name, options, parameters, millions] of PUBLISHED) {
    it(`${name} ${JSON.stringify(options)}`, () => {
      const model = buildNetwork(name, options);
      expect(trained(model)).toBe(parameters);
      expect(Math.abs(macs(model) / 1e6 / millions - 1)).toBeLessThan(0.001);
    });
  }

  it('gru: the 9.6 million weights of the papers, and their 0.58 GOP for 30 frames', () => {
    const model = buildNetwork('gru', { frames: 30 });
    const weights = [...model.tensors].filter(([name]) => /^gru.*\.(input|recurrent)$/.test(name)).reduce((sum, [, { shape }]) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(weights).toBe(9_556_992);
    expect((2 * macs(model)) / 1e9).toBeCloseTo(0.576, 2);
  });
});

/** Small enough for the interpreter, one per row and per choice. */
const SMALL: readonly (readonly [name: string, options: Options, output: readonly number[]])[] = [
  ['vgg16-cifar', { classes: 3 }, [2, 3]],
  ['resnet18', { size: 8, classes: 4 }, [2, 4]],
  ['resnet18', { size: 64, classes: 4 }, [2, 4]],
  ['mobilenetv2', { width: 0.1, size: 8, classes: 5 }, [2, 5]],
  ['mobilenetv2', { width: 0.1, size: 8, channels: 1, stem: '2', classes: 5 }, [2, 5]],
  ['lenet-like', {}, [2, 10]],
  ['vgg-small', { width: 2, hidden: 8 }, [2, 10]],
  ['gru', { hidden: 6, inputs: 5, frames: 4, classes: 3 }, [2, 4, 3]],
  ['gru', { layers: 1, hidden: 6, inputs: 5, frames: 4, classes: 3, answer: 'last', reset: 'after', norm: 'batch' }, [2, 3]],
];

describe('networks run', () => {
  it('every row is tried', () => {
    expect([...new Set(SMALL.map(([name]) => name))]).toEqual(NETWORKS.map(({ name }) => name));
  });

  for (const [name, options, output] of SMALL) {
    it(`${name} ${JSON.stringify(options)}: shapes are inferred, and are those of the interpreter`, () => {
      const model = buildNetwork(name, options, 3);
      const two = Object.fromEntries(Object.entries(alone(model)).map(([input, [, ...rest]]) => [input, [2, ...rest]]));
      const last = model.outputs[0]!.name;
      expect(inferShapes(model, two).values.get(last)?.shape).toEqual(output);
      const inputs = Object.fromEntries(Object.entries(two).map(([input, shape]) => [input, dense('f32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)))]));
      const { shape, data } = run(model, inputs)[last]!;
      expect(shape).toEqual(output);
      const values = Array.from(data as Float32Array);
      expect(values.every(Number.isFinite)).toBe(true);
      expect(new Set(values).size).toBeGreaterThan(1);
    });
  }
});

describe('weights', () => {
  const bytes = (options: Options, seed: number): Uint8Array => writeModel(buildNetwork('gru', { hidden: 8, inputs: 4, frames: 3, ...options }, seed));

  it('are the same for a seed and others for another', () => {
    expect(bytes({}, 7)).toEqual(bytes({}, 7));
    expect(bytes({}, 7)).not.toEqual(bytes({}, 8));
  });

  it('of convolutions have the variance 2 / fan-in', () => {
    const { data } = buildNetwork('resnet18', { size: 32 }).tensors.get('stage3_1_conv2.weight') as { readonly data: Float32Array };
    const variance = data.reduce((sum, w) => sum + w * w, 0) / data.length;
    expect(variance / (2 / (256 * 9))).toBeCloseTo(1, 2);
    expect(Math.abs(data.reduce((sum, w) => sum + w, 0) / data.length)).toBeLessThan(1e-4);
  });

  it('of gates lie within Glorot\'s bound, which counts one gate and not three', () => {
    const { data } = buildNetwork('gru', { hidden: 64, inputs: 32 }).tensors.get('gru1.input') as { readonly data: Float32Array };
    const largest = data.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    const bound = Math.sqrt(6 / (64 + 32));
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.99 * bound);
  });
});

describe('what is refused', () => {
  const cases: readonly (readonly [name: string, options: Options, code: string])[] = [
    ['alexnet', {}, 'network.name'],
    ['gru', { depth: 2 }, 'network.option'],
    ['gru', { layers: 1.5 }, 'network.option'],
    ['gru', { layers: 0 }, 'network.option'],
    ['gru', { answer: 'first' }, 'network.option'],
    ['mobilenetv2', { width: Number.NaN }, 'network.option'],
  ];
  for (const [name, options, code] of cases) {
    it(`${name} ${JSON.stringify(options)}: ${code}`, () => {
      expect(() => buildNetwork(name, options)).toThrow(expect.objectContaining({ code }) as FretworkError);
    });
  }
});
