import { random } from '@fretwork/conformance';
import { describe, expect, it } from 'vitest';
import { explainPasses, PASSES, planMemory } from '../src/index.js';
import { haveData, NO_DATA, readModel } from './data.js';
import { evaluate, expectSame, inputsFor } from './same.js';
import { withSparseWeights } from './random-graph.js';

interface Expected {
  readonly path: string;
  /** Layers before and after. */
  readonly layers: readonly [before: number, after: number];
  /** Passes with the number of layers that they changed; all others change none. */
  readonly done: Readonly<Record<string, number>>;
  /** Additions that a convolution can do while it stores. */
  readonly residuals: number;
  /** Bytes of the arena for one image (or frame), and without reuse. */
  readonly bytes: readonly [peak: number, separate: number];
}

/** ResNet-20: 19 convolutions and norms, 19 activations (10 behind norms, 9 behind additions), 9 residual additions. */
const MODELS: readonly Expected[] = [
  { path: 'models/resnet20_cifar10/model.onnx', layers: [73, 35], done: { 'fold-batch-norms': 19, 'fuse-activations': 19 }, residuals: 9, bytes: [196_608, 1_172_032] },
  { path: 'models/resnet32_cifar10/model.onnx', layers: [115, 53], done: { 'fold-batch-norms': 31, 'fuse-activations': 31 }, residuals: 15, bytes: [196_608, 1_860_160] },
  { path: 'models/tiny_resnet8_cifar10/model.onnx', layers: [30, 16], done: { 'fold-batch-norms': 7, 'fuse-activations': 7 }, residuals: 3, bytes: [196_608, 459_392] },
  { path: 'models/mnist-8/model.onnx', layers: [12, 6], done: { 'fold-constants': 1, 'fuse-biases': 3, 'fuse-activations': 2 }, residuals: 0, bytes: [31_360, 46_016] },
  { path: 'models/ultraface_rfb320/model.onnx', layers: [126, 89], done: { 'fuse-activations': 37 }, residuals: 1, bytes: [3_686_400, 14_207_808] },
  { path: 'models/gtcrn_simple/model.onnx', layers: [415, 359], done: { 'remove-no-ops': 6, 'merge-moves': 70, 'fold-batch-norms': 11, 'fuse-activations': 16, 'remove-dead': 27 }, residuals: 0, bytes: [180_032, 1_102_400] },
  { path: 'models/dtln_1_lstm/model.onnx', layers: [36, 19], done: { 'remove-no-ops': 8, 'merge-moves': 8, 'fuse-activations': 1, 'remove-dead': 8 }, residuals: 0, bytes: [5_184, 16_512] },
  { path: 'kws/models/DS_CNN_L.onnx', layers: [36, 14], done: { 'fold-batch-norms': 11, 'fuse-activations': 11 }, residuals: 0, bytes: [347_840, 996_480] },
  { path: 'kws/models/CRNN_S.onnx', layers: [11, 9], done: { 'fuse-activations': 2, 'remove-dead': 2 }, residuals: 0, bytes: [30_720, 56_640] },
  { path: 'kws/models/GRU_S.onnx', layers: [4, 4], done: { 'merge-moves': 1, 'remove-dead': 1 }, residuals: 0, bytes: [704, 2_368] },
];

describe('pretrained models', () => {
  for (const { path, layers, done, residuals, bytes } of MODELS) {
    it(`${path}: ${layers.join(' → ')} layers, the same answers`, (ctx) => {
      if (!haveData) ctx.skip(NO_DATA);
      const model = readModel(path);
      const inputShapes = Object.fromEntries(model.inputs.map(({ name, shape = [] }) => [name, shape.map((size) => (typeof size === 'number' ? size : 1))]));
      const { explanation, result } = explainPasses(model, PASSES, { evaluate, inputShapes });
      expect([explanation.before.length, explanation.after.length]).toEqual(layers);
      expect(Object.fromEntries(explanation.passes.filter((row) => row.done > 0).map((row) => [row.name, row.done]))).toEqual(done);
      expect(explanation.passes.find(({ name }) => name === 'find-residual-adds')!.planned).toBe(residuals);
      expectSame(model, result.model, inputsFor(model, 11, 1), path);

      const memory = planMemory(result.model);
      expect(memory.ok && [memory.peakBytes, memory.separateBytes]).toEqual(bytes);
    });

    it(`${path}: the same with sparse weights, which stay sparse`, (ctx) => {
      if (!haveData) ctx.skip(NO_DATA);
      const model = withSparseWeights(readModel(path), random(5));
      const { result } = explainPasses(model, PASSES, { evaluate });
      const sparse = (tensors: typeof model.tensors): number => [...tensors.values()].filter(({ kind }) => kind === 'sparse').length;
      // Weights of mnist-8's last layer are made by a Reshape, so no mask was drawn for them.
      expect(sparse(result.model.tensors)).toBe(sparse(model.tensors));
      expectSame(model, result.model, inputsFor(model, 12, 1), path);
    });
  }
});
