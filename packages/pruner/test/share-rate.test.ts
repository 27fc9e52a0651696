import { decode } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { shareOut } from '../src/calibrated/share-rate.js';
import { calibrate, pruneModel } from '../src/index.js';
import { captureWith, correlated, outputsOf } from './capture.js';
import { modelOf, weight } from './models.js';
import { random } from './random.js';

describe('shareOut', () => {
  it('never costs more than any even share, and meets the budget', () => {
    for (let seed = 1; seed < 60; seed++) {
      const next = random(seed);
      const curves = Array.from({ length: 4 }, () => {
        const [size, power] = [100 + Math.floor(900 * next()), 0.3 + 3 * next()];
        return Array.from({ length: 30 }, (_, i) => ({ kept: size * 0.8 ** i, lost: (1 - 0.8 ** i) ** power }));
      });
      const budget = curves.reduce((sum, curve) => sum + curve[0]!.kept, 0) / (1.5 + 6 * next());
      const kept = shareOut(curves, budget);
      expect(kept.reduce((a, b) => a + b, 0), `seed ${seed}`).toBeCloseTo(budget, 6);
      const costAt = (curve: (typeof curves)[number], at: number): number => {
        const i = Math.min(28, Math.floor(Math.log(at / curve[0]!.kept) / Math.log(0.8)));
        const [a, b] = [curve[i]!, curve[i + 1]!];
        const cost = ({ lost }: { lost: number }): number => -Math.log(Math.max(1e-3, 1 - lost));
        return cost(a) + ((cost(b) - cost(a)) * (a.kept - at)) / (a.kept - b.kept);
      };
      const total = (shares: readonly number[]): number => shares.reduce((sum, k, i) => sum + costAt(curves[i]!, k), 0);
      const even = curves.map((curve) => (curve[0]!.kept * budget) / curves.reduce((sum, c) => sum + c[0]!.kept, 0));
      // Curves that bend the other way stand above their hulls, at most by one of their steps.
      expect(total(kept), `seed ${seed}`).toBeLessThanOrEqual(1.1 * total(even) + 1e-9);
    }
  });

  it('keeps what costs much and frees what costs nothing', () => {
    const flat = [{ kept: 100, lost: 0 }, { kept: 10, lost: 0.01 }];
    const steep = [{ kept: 100, lost: 0 }, { kept: 10, lost: 0.9 }];
    expect(shareOut([flat, steep], 110)).toEqual([10, 100]);
    expect(shareOut([flat, steep], 200)).toEqual([100, 100]);
    expect(shareOut([flat, steep], 1)).toEqual([10, 10]);
  });
});

describe('calibrate with shares by error', () => {
  const scheme = { kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 8, rowShare: 0.5 } as const;
  // A wide layer whose inputs hang together, before a narrow one: the first has weights to spare.
  const model = modelOf([
    { name: 'wide', operator: 'Gemm', weights: ['w1', 'b1'], attributes: { transB: 1 } }, { name: 'relu', operator: 'Relu' },
    { name: 'narrow', operator: 'Gemm', weights: ['w2', 'b2'], attributes: { transB: 1 } },
  ], { w1: weight(1, [32, 96]), b1: weight(2, [32]), w2: weight(3, [8, 32]), b2: weight(4, [8]) });
  const batches = correlated(5, 20, [96], 4);

  it('keeps as many weights in all, more of them where they are needed, and loses less', async () => {
    const request = { scheme, captureInputs: captureWith(batches), options: { allocation: 'global' } } as const;
    const [even, shared] = [await calibrate(model, request), await calibrate(model, { ...request, shares: 'error' })];
    expect(Math.abs(shared.report.pruned.kept - even.report.pruned.kept)).toBeLessThan(40);
    const rates = new Map(shared.report.layers.map(({ layer, rate }) => [layer, rate]));
    expect(rates.get('wide')!).toBeGreaterThan(4);
    expect(rates.get('narrow')!).toBeLessThan(3);
    expect(shared.model.layers.map((layer) => layer.scheme?.kind)).toEqual(['bcr', undefined, 'bcr']);
    const fresh = correlated(6, 20, [96], 4);
    const target = outputsOf(model, fresh);
    const away = (values: Float32Array): number => values.reduce((sum, v, i) => sum + (v - target[i]!) ** 2, 0);
    expect(away(outputsOf(shared.model, fresh))).toBeLessThan(0.7 * away(outputsOf(even.model, fresh)));
    expect((decode(shared.model.tensors.get('w1')!).data as Float32Array).filter((w) => w !== 0).length).toBeLessThan(pruneModel(model, { scheme }).report.layers[0]!.kept);
  });
});
