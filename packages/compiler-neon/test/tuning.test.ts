import { pruneRegularly, random } from '@fretwork/conformance';
import { describe, expect, it } from 'vitest';
import { neon } from '../src/index.js';
import { readTuning, writeTuning, type ProductTuning } from '../src/product/tuning.js';
import { contextOf, withSelfTest } from './compiled.js';
import { mixed, recurrent } from './networks.js';
import { haveTools, MISSING, Project } from './toolchain.js';

const networks = { mixed: pruneRegularly(mixed(), 0), gru: pruneRegularly(recurrent('GRU')), lstm: recurrent('LSTM') };
const backend = neon({ weights: 'file' });

describe('the tuning space', () => {
  it.each(Object.entries(networks))('of every product of %s holds what is chosen without tuning, and gives that plan again', (_, model) => {
    const context = contextOf(model);
    const planning = backend.plan(context, {});
    if (!planning.ok) throw new Error('refused');
    const spaces = model.layers.flatMap((layer) => {
      const own = context.model.layers.find(({ name }) => name === layer.name);
      const space = own === undefined ? undefined : backend.space!(own, context);
      return space === undefined ? [] : [[layer.name, space] as const];
    });
    expect(spaces.length).toBeGreaterThan(1);
    for (const [, space] of spaces) expect(space.genes.every(({ name, values }) => values.includes(space.fallback[name]!))).toBe(true);
    const again = backend.plan(context, { tunings: new Map(spaces.map(([name, space]) => [name, space.tuning(space.fallback)])) });
    if (!again.ok) throw new Error('refused');
    const bare = (plan: typeof planning.plan) => plan.layers.map(({ reason: _reason, ...layer }) => layer);
    expect(bare(again.plan)).toEqual(bare(planning.plan));
  });

  it.for(Object.keys(networks))('has no choice for %s that computes anything else', { timeout: 600_000 }, (name, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const context = contextOf(networks[name as keyof typeof networks]);
    const r = random(20_261_126);
    for (let trial = 0; trial < 2; trial++) {
      const tunings = new Map(context.model.layers.flatMap((layer) => {
        const space = backend.space!(layer, context);
        if (space === undefined) return [];
        for (;;) {
          const choice = Object.fromEntries(space.genes.map((gene) => [gene.name, r.pick(gene.values)]));
          if (space.allows!(choice).ok) return [[layer.name, space.tuning(choice)] as const];
        }
      }));
      const planning = backend.plan(context, { tunings });
      if (!planning.ok) throw new Error('refused');
      for (const [layer, tuning] of tunings) expect(planning.plan.layers.find((one) => one.layer === layer)!.tuning!.kernel).toBe(tuning.kernel);
      const project = new Project(withSelfTest({ context, plan: planning.plan, files: backend.emit(planning.plan, context) }, 1));
      try {
        project.build('clang', [], '-O1');
        expect(project.run(), JSON.stringify([...tunings])).toContain('case 0, output');
      } finally {
        project.dispose();
      }
    }
  });

  it('is not asked for layers without products', () => {
    const context = contextOf(networks.mixed);
    const pool = context.model.layers.find(({ operator }) => operator === 'MaxPool')!;
    expect(backend.space!(pool, context)).toBeUndefined();
  });
});

describe('tunings', () => {
  const products: readonly ProductTuning[] = [{ way: 'stream', height: 4, tile: 48, chunk: 128, rows: 3, reorder: 'by-columns' }, { way: 'vector', height: 16, rows: 8, reorder: 'as-stored' }];

  it('are read as they were written', () => {
    expect(readTuning(writeTuning(products), ['stream', 'vector'])).toEqual(products);
  });

  it('of other backends, or with numbers that mean nothing, are not taken', () => {
    expect(readTuning({ kernel: 'segments_f32_r4p16u1_neon', tile: [0], permute: 'tile-group' }, ['stream'])).toBeUndefined();
    expect(readTuning({ kernel: 'stream', tile: [4, 48, 0], permute: 'as-stored' }, ['stream'])).toBeUndefined();
    expect(readTuning({ kernel: 'stream', tile: [64, 48, 0, 4], permute: 'as-stored' }, ['stream'])).toBeUndefined();
    expect(readTuning(undefined, ['stream'])).toBeUndefined();
  });
});
