import { describe, expect, it } from 'vitest';
import { adam, adamW, cosine, rmsProp, sgd, stepped, warmUp, type Optimiser } from '../src/index.js';

/** Weight after each of three steps with gradients 0.5, -1, 2, from weight 1, at rate 0.1. */
function run(optimiser: Optimiser, decays = true): number[] {
  const [weight, slots] = [Float32Array.of(1), Array.from({ length: optimiser.slots }, () => new Float32Array(1))];
  return [0.5, -1, 2].map((g, i) => {
    optimiser.update({ weight, gradient: Float32Array.of(g), slots, rate: 0.1, step: i + 1, decays });
    return weight[0]!;
  });
}

/** Values from the formulas in float64, worked out apart from this code. */
const TABLE: readonly (readonly [string, Optimiser, readonly number[]])[] = [
  ['sgd', sgd(), [0.95, 1.05, 0.85]],
  ['sgd with decay', sgd({ weightDecay: 0.1 }), [0.94, 1.0306, 0.820294]],
  ['momentum', sgd({ momentum: 0.5 }), [0.95, 1.025, 0.8625]],
  ['nesterov', sgd({ momentum: 0.5, nesterov: true }), [0.925, 1.0625, 0.78125]],
  // Step 1: m/(1-β1) = g, √(v/(1-β2)) = |g|, so that the weight moves by the rate.
  ['adam', adam(), [0.9, 0.936610, 0.894645]],
  ['adamW', adamW({ weightDecay: 0.5 }), [0.85, 0.844110, 0.759939]],
  ['rmsProp', rmsProp({ smoothing: 0.5 }), [0.858579, 0.991912, 0.859495]],
];

describe('optimisers follow their formulas', () => {
  for (const [name, optimiser, wanted] of TABLE) {
    it(`${name}`, () => {
      run(optimiser).forEach((w, i) => expect(w, `step ${i + 1}`).toBeCloseTo(wanted[i]!, 4));
    });
  }

  it('decay leaves biases alone', () => {
    expect(run(sgd({ weightDecay: 0.1 }), false)).toEqual(run(sgd()));
    expect(run(adamW({ weightDecay: 0.5 }), false)).toEqual(run(adam()));
  });
});

describe('schedules', () => {
  it('cosine goes from rate to end and stays', () => {
    const s = cosine({ rate: 1, steps: 5, end: 0.2 });
    expect([1, 3, 5, 9].map((step) => Number(s(step).toFixed(6)))).toEqual([1, 0.6, 0.2, 0.2]);
  });
  it('stepped falls at each step named', () => {
    const s = stepped({ rate: 1, at: [3, 5], factor: 0.5 });
    expect([1, 2, 3, 4, 5, 6].map(s)).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
  });
  it('warm-up rises to where the next schedule begins', () => {
    const s = warmUp({ steps: 3, next: stepped({ rate: 1, at: [3] }) });
    expect([1, 2, 3, 4, 5, 6].map((step) => Number(s(step).toFixed(6)))).toEqual([0.25, 0.5, 0.75, 1, 1, 0.1]);
  });
  it('refuse a number of steps that is none', () => {
    expect(() => cosine({ rate: 1, steps: 0 })).toThrow(expect.objectContaining({ code: 'train.option' }));
  });
});
