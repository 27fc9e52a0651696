import { MASK_KINDS, random } from '@fretwork/conformance';
import { encodeCsr } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { ABLATION, ablate, countWork, packWeights, planSchedule, runSchedule, summariseSchedule } from '../src/index.js';
import { balancedBcr, PRODUCT_LAYERS } from './matrices.js';

describe('counted work', () => {
  it('products and loads are those of the interpreter, on every mask kind (150 random schedules)', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const draw = random(seed);
      const [rows, columns, vectors] = [draw.integer(1, 20), 9 * draw.integer(1, 6), draw.integer(1, 4)];
      const values = Float32Array.from({ length: rows * columns }, () => draw.normal());
      draw.pick(MASK_KINDS).draw(draw, { count: 1, rows, columns, order: 'row-major', kernel: 9 })(values, rows, columns);
      const matrix = encodeCsr(values, rows, columns);
      const schedule = planSchedule([matrix], { height: draw.pick([1, 4, 8]), chunk: draw.pick([0, 16]) });
      const run = runSchedule(schedule, packWeights([matrix], schedule) as Float32Array, new Float32Array(columns), 1);
      const work = countWork(schedule, { pixels: 8 * vectors, tile: 4 * vectors });
      expect([work.products, work.activationLoads], `seed ${seed}`).toEqual([2 * vectors * run.products, 2 * vectors * run.loads]);
      expect(work.indexLoads, `seed ${seed}`).toBe(2 * run.loads);
      expect(work.outputStores, `seed ${seed}`).toBe(2 * vectors * rows);
    }
  });

  it('by hand: one block of 2 rows x 3 columns, 8 pixels in tiles of 4', () => {
    const schedule = planSchedule([encodeCsr(Float32Array.from([1, 2, 3, 4, 5, 6]), 2, 3)], { height: 2 });
    const registers = countWork(schedule, { pixels: 8, tile: 4, unroll: 2 });
    // Per tile: 6 products, 3 loads, 2 vectors of weights, 3 offsets, 2 stores, 6 to start the group, 4 + 2 turns for the segment.
    expect(registers).toEqual({
      products: 12, activationLoads: 6, weightLoads: 4, indexLoads: 6, sumMoves: 0, outputStores: 4, turns: 24, instructions: 56, fullestInstructions: 56,
      missedLines: 2 * 3 + 2, cost: 56 + 2 * 8,
    });
    expect(countWork(schedule, { pixels: 8, tile: 4, unroll: 2, sums: 'memory' }).sumMoves).toBe(8);
  });

  it('a chunk that fits the cache saves lines, and costs moves of sums', () => {
    const matrix = balancedBcr(1, { rows: 64, columns: 4608, block: [4, 16], keep: [2, 8] });
    const [whole, chunked] = [0, 256].map((chunk) => countWork(planSchedule([matrix], { height: 4, chunk }), { pixels: 196, tile: 16 }));
    expect(chunked!.missedLines).toBeLessThan(whole!.missedLines);
    expect(chunked!.instructions).toBeGreaterThan(whole!.instructions);
  });
});

describe('the ablation', () => {
  it('no step costs more than the one before, on layers of the papers', async () => {
    for (const [i, layer] of PRODUCT_LAYERS.entries()) {
      const steps = await ablate([balancedBcr(i + 1, layer)], { pixels: layer.pixels, threads: 2, seed: 1, trials: 40 });
      expect(steps.map(({ name }) => name)).toEqual(ABLATION.map(({ name }) => name));
      const costs = steps.map(({ work }) => work.cost);
      for (const step of [2, 3]) expect(costs[step], `${layer.name}, ${steps[step]!.name}: ${costs.join(' ')}`).toBeLessThanOrEqual(costs[step - 1]!);
      expect(steps[0]!.faster).toBe(1);
      expect(steps[3]!.faster, layer.name).toBeGreaterThan(1);
      expect(steps[0]!.summary.loadsSaved, layer.name).toBe(0);
      expect(steps[2]!.summary.loadsSaved, layer.name).toBeGreaterThan(0);
    }
  }, 300_000);

  it('reordering pays where rows differ in weights: the fullest of four threads has less to do', async () => {
    const draw = random(4);
    const [rows, columns] = [64, 128];
    const values = Float32Array.from({ length: rows * columns }, (_, at) => (draw.next() < 1 / (1 + Math.floor(at / columns / 8)) ? 1 : 0));
    const matrix = encodeCsr(values, rows, columns);
    const steps = await ablate([matrix], { pixels: 196, threads: 8, seed: 1, trials: 20 });
    expect(steps[0]!.summary.balance).toBeGreaterThan(1.05);
    expect(steps[1]!.summary.balance).toBeLessThanOrEqual(1.05);
    expect(steps[1]!.work.fullestInstructions).toBeLessThan(steps[0]!.work.fullestInstructions);
    expect(summariseSchedule(planSchedule([matrix], { height: 4 })).nnz).toBe(steps[3]!.summary.nnz);
  });
});
