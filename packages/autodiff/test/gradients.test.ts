import { describe, expect, it } from 'vitest';
import { GRADIENTS } from '../src/index.js';
import { CASES } from './cases.js';
import { modelOf, parametersOf, worstDifference } from './one-layer.js';
import { random } from './random.js';

/** Layers per operator; those with many options get more. */
const ROUNDS: Readonly<Record<string, number>> = { Conv: 40, ConvTranspose: 25, MaxPool: 20, AveragePool: 20, MatMul: 20, Gemm: 20, Slice: 20, GRU: 24, LSTM: 20, RNN: 12 };

describe('every row of GRADIENTS agrees with central differences in float64', () => {
  for (const { operator } of GRADIENTS) {
    it(`${operator}`, () => {
      const make = CASES[operator];
      if (make === undefined) throw new Error(`no cases for ${operator}`);
      for (let seed = 1; seed <= (ROUNDS[operator] ?? 8); seed++) {
        const c = make(random(seed));
        for (const form of ['cpu', 'portable'] as const) {
          const worst = worstDifference(modelOf(c), { kind: 'mse' }, parametersOf(c), form, seed);
          expect(worst, `seed ${seed}, ${form}: ${JSON.stringify({ shapes: c.inputs.map((t) => t?.shape), ...c.attributes })}`).toBeLessThan(2e-7);
        }
      }
    });
  }
});

describe('every loss agrees with central differences in float64', () => {
  const model = modelOf({ operator: 'Gemm', inputs: [random(3).tensor([5, 3]), random(4).tensor([3, 4])] });
  for (const loss of [
    { kind: 'mse' }, { kind: 'cross-entropy' }, { kind: 'cross-entropy', labelSmoothing: 0.1 }, { kind: 'distillation' },
    { kind: 'distillation', temperature: 2, weight: 1 }, { kind: 'distillation', temperature: 3, weight: 0.4, labelSmoothing: 0.2 },
  ] as const) {
    it(`${JSON.stringify(loss)}`, () => {
      expect(worstDifference(model, loss, ['in0', 'in1'], 'cpu', 1)).toBeLessThan(2e-7);
    });
  }
});
