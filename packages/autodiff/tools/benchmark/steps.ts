/** The two steps: a CNN of 230 MFLOP per image (forward and backward), a GRU of 379 MFLOP per sequence. */
import { dense, type Model } from '@fretwork/format';
import type { Batch } from '../../src/index.js';
import { int, ints } from '../../test/one-layer.js';
import { NetworkMaker } from '../../test/networks.js';
import { random } from '../../test/random.js';

export interface BenchmarkStep {
  readonly name: string;
  readonly unit: string;
  readonly samples: number;
  /** Forward and backward, counted as three forward passes. */
  readonly megaflop: number;
  readonly model: Model;
  readonly batch: Batch;
}

const floats = (shape: readonly number[], seed: number): ReturnType<typeof dense> =>
  dense('f32', shape, Float32Array.from(random(seed).tensor(shape).data as Float64Array));

function labels(count: number, classes: number): Int32Array {
  const r = random(9);
  return Int32Array.from({ length: count }, () => r.between(0, classes - 1));
}

/** Six convolutions with batch statistics over 32x32x3: 32, 32, pool, 64, 64, pool, 128, 128, mean. */
export function cnnStep(size = 64): BenchmarkStep {
  const m = new NetworkMaker(1);
  let [x, channels] = ['x', 3];
  for (const [stage, width] of [32, 64, 128].entries()) {
    if (stage > 0) x = m.layer('MaxPool', [x], { kernel_shape: ints(2, 2), strides: ints(2, 2) });
    for (let i = 0; i < 2; i++) {
      x = m.layer('Relu', [m.batchNorm(m.conv(x, channels, width), width)]);
      channels = width;
    }
  }
  x = m.layer('Flatten', [m.layer('GlobalAveragePool', [x])]);
  const model = m.finish('cnn', ['N', 3, 32, 32], m.gemm(x, 128, 10));
  return { name: 'CNN 32x32, batch 64', unit: 'images/s', samples: size, megaflop: 230, model, batch: { inputs: { x: floats([size, 3, 32, 32], 2) }, labels: labels(size, 10) } };
}

/** Two layers of 256 units over 100 frames of 40 features, a class for every frame. */
export function gruStep(size = 16): BenchmarkStep {
  const m = new NetworkMaker(1);
  let x = m.recurrent('GRU', 'x', 40, 256, { linear_before_reset: int(1) });
  x = m.recurrent('GRU', x, 256, 256, { linear_before_reset: int(1) });
  const flat = m.layer('Reshape', [x, m.list('rows', -1, 256)]);
  const model = m.finish('gru', [100, 'N', 40], m.gemm(flat, 256, 39));
  return { name: 'GRU 2x256, T 100, batch 16', unit: 'sequences/s', samples: size, megaflop: 379, model, batch: { inputs: { x: floats([100, size, 40], 3) }, labels: labels(100 * size, 39) } };
}
