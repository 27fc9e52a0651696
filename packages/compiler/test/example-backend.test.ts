import { readFileSync } from 'node:fs';
import { compare, random, randomCases, runCases, type Runner } from '@fretwork/conformance';
import { encode, inferShapes, weightsOf, type DenseTensor, type Model } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import { describe, expect, it } from 'vitest';
import { plainJavascript } from '../../../docs/examples/backend/plain-javascript.js';
import { compileModel, tuneModel, type Backend, type BuiltProgram, type TuneModelOptions } from '../src/index.js';
import { Build } from './build.js';

const folder = new URL('../../../docs/', import.meta.url);

/** A backend that builds, as something the conformance kit can run. */
const runnerOf = (backend: Backend): Runner<BuiltProgram> => ({
  id: backend.id, apiVersion: 1,
  load: async (source) => {
    const compiled = compileModel(source.model(), [backend]);
    if (compiled.ok) return { ok: true, session: await backend.build!(compiled.files) };
    const [{ layer, reason, hint }] = compiled.refusals as [typeof compiled.refusals[number]];
    return { ok: false, reason: `${layer}: ${reason}`, hint };
  },
  run: (program, inputs) => program.run(inputs),
});

/** Two convolutions with a residual sum, a reshape and a matrix product; weights cut at random. */
function network(seed: number): Model {
  const draw = random(seed);
  const build = new Build();
  const weight = (name: string, shape: readonly number[]): string => {
    const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (draw.next() < 0.4 ? draw.normal() : 0));
    return build.floats(name, shape, values);
  };
  const x = build.input('in "put"\n', [2, 3, 6, 5]);
  const a = build.layer('Relu', [build.layer('Conv', [x, weight('w1', [4, 3, 3, 3]), weight('b1', [4])], { pads: [1, 1, 1, 1] })]);
  const b = build.layer('Conv', [a, weight('w2', [4, 2, 3, 3])], { pads: [1, 1, 1, 1], group: 2 });
  const sum = build.layer('Add', [a, b]);
  const flat = build.layer('Flatten', [sum]);
  build.layer('Gemm', [flat, weight('w3', [120, 7]), weight('b3', [7])], {}, { outputs: ['*/ ${out} `\n'] });
  build.output('*/ ${out} `\n');
  const model = build.model();
  const sparse = model.layers.flatMap((layer) => weightsOf(model, layer).map(({ name, tensor, view }) => [name, encode(tensor as DenseTensor, view).tensor] as const));
  return { ...model, tensors: new Map([...model.tensors, ...sparse]) };
}

const inputsOf = (seed: number): Record<string, DenseTensor> => {
  const draw = random(seed);
  return { 'in "put"\n': { kind: 'dense', dtype: 'f32', shape: [2, 3, 6, 5], data: Float32Array.from({ length: 180 }, () => draw.normal()) } };
};

describe('the backend of docs/backend.md', () => {
  it('is what that page shows of it', () => {
    const page = readFileSync(new URL('backend.md', folder), 'utf8');
    const file = readFileSync(new URL('examples/backend/plain-javascript.ts', folder), 'utf8');
    const blocks = [...page.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code!);
    expect(blocks.length).toBeGreaterThan(3);
    for (const block of blocks) for (const part of block.split('  // …\n')) expect(file, part).toContain(part);
  });

  it('is under 300 lines', () => {
    expect(readFileSync(new URL('examples/backend/plain-javascript.ts', folder), 'utf8').trimEnd().split('\n').length).toBeLessThan(300);
  });

  it('passes the conformance kit: random layers x masks x encodings, and refuses with a reason what it does not know', async () => {
    const report = await runCases(runnerOf(plainJavascript()), randomCases({ seed: 5, count: 210 }));
    expect(report.cases.filter(({ status }) => status === 'failed')).toEqual([]);
    const of = (operator: string) => report.cases.filter(({ name }) => name.includes(`-${operator}-`));
    for (const operator of ['Conv', 'Gemm', 'MatMul']) expect(of(operator).filter(({ status }) => status === 'passed').length, operator).toBeGreaterThan(15);
    for (const operator of ['ConvTranspose', 'GRU', 'LSTM', 'RNN']) {
      expect([...new Set(of(operator).map(({ status, reason }) => `${status}: ${reason}`))]).toEqual([`refused: layer: it does not know ${operator}; compile with another backend`]);
    }
  });

  it('compiles a small network, whatever its names are; the plan is JSON, and the same twice', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const model = network(seed);
      const backend = plainJavascript();
      const compiled = compileModel(model, [backend], { threads: 2 });
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.refusals));
      expect(JSON.parse(JSON.stringify(compiled.plan)), `seed ${seed}`).toEqual(compiled.plan);
      expect(compileModel(model, [backend], { threads: 2 }), `seed ${seed}`).toEqual(compiled);
      const program = await backend.build!(compiled.files);
      for (const at of [1, 2]) {
        const [actual, expected] = [await program.run(inputsOf(seed * at)), createInterpreter(model).run(inputsOf(seed * at))];
        for (const { name } of model.outputs) expect(compare(actual[name]!, expected[name]!), `seed ${seed}`).toMatchObject({ ok: true });
      }
      await program.dispose();
    }
  });
});

describe('compileModel', () => {
  const deaf = (id: string): Backend => ({ ...plainJavascript(), id, supports: (layer) => (layer.operator === 'Gemm' ? { ok: false, reason: 'too hard', hint: 'ask another' } : { ok: true }) });

  it('takes the first backend that takes all layers, and says what stood in the way of the others', () => {
    const compiled = compileModel(network(1), [deaf('a'), plainJavascript()]);
    expect(compiled).toMatchObject({ ok: true, backend: 'plain-javascript', refusals: [{ backend: 'a', ok: false, reason: 'too hard', hint: 'ask another' }] });
    expect(compileModel(network(1), [deaf('a'), deaf('b')])).toMatchObject({ ok: false, refusals: [{ backend: 'a' }, { backend: 'b' }] });
  });

  it('passes on what a plan refuses: a size that is open', () => {
    const build = new Build();
    build.layer('Relu', [build.input('x', ['N', 4])], {}, { name: 'relu', outputs: ['y'] });
    build.output('y');
    const willing: Backend = { ...plainJavascript(), supports: () => ({ ok: true }) };
    expect(compileModel(build.model(), [willing])).toMatchObject({ ok: false, refusals: [{ backend: 'plain-javascript', layer: 'relu', hint: 'fix the sizes of the inputs with withInputShapes' }] });
    expect(compileModel(build.model(), [willing], { inputShapes: { x: [2, 4] } })).toMatchObject({ ok: true });
  });

  it('refuses a backend of another contract', () => {
    expect(() => compileModel(network(1), [{ ...plainJavascript(), apiVersion: 2 as never }])).toThrow(/backend\.api-version/);
  });
});

describe('tuneModel', () => {
  /** Measures by a rule: the height that its tuning asks for, away from six. */
  function measured(): { readonly backend: Backend; readonly asked: number[] } {
    const asked: number[] = [];
    const own = plainJavascript();
    const backend: Backend = {
      ...own,
      plan: (context, options) => {
        const planning = own.plan(context, options);
        const height = options.tunings?.get(context.model.layers[0]!.name)?.tile?.[0] ?? 1;
        return planning.ok ? { ok: true, plan: { ...planning.plan, layers: planning.plan.layers.map((row) => ({ ...row, reason: `${height}` })) } } : planning;
      },
      emit: (plan) => new Map([['height', plan.layers[0]!.reason]]),
      space: (layer) => (layer.operator === 'Conv' ? { genes: [{ name: 'height', values: [1, 2, 4, 6, 8] }], fallback: { height: 1 }, tuning: ({ height }) => ({ tile: [Number(height)] }) } : undefined),
      measure: async (files) => {
        const height = Number(files.get('height'));
        asked.push(height);
        return { unit: 'steps', total: Math.abs(height - 6) };
      },
    };
    return { backend, asked };
  }
  const context = (model: Model) => ({ model, shapes: inferShapes(model) });
  const options: TuneModelOptions = { seed: 1 };

  it('searches what is open, remembers it by signature, and does not search again what the log knows', async () => {
    const model = network(3);
    const { backend, asked } = measured();
    const first = await tuneModel(context(model), backend, options);
    expect(first.layers.map(({ how }) => how)).toEqual(['searched', 'skipped', 'searched', 'skipped', 'skipped', 'skipped']);
    expect([...first.tunings.values()]).toEqual([{ tile: [6] }, { tile: [6] }]);
    expect(first.log.entries).toHaveLength(2);
    expect(first.log.entries[0]).toMatchObject({ unit: 'steps', target: 'plain-javascript: any JavaScript engine', choice: { height: 6 }, cost: 0, fallbackCost: 5, trials: 5 });
    const searched = asked.length;
    const again = await tuneModel(context(model), backend, { ...options, log: first.log });
    expect(asked).toHaveLength(searched);
    expect(again.layers.map(({ how }) => how)).toEqual(['known', 'skipped', 'known', 'skipped', 'skipped', 'skipped']);
    expect(again.tunings).toEqual(first.tunings);
    expect(again.log).toEqual(first.log);
  });

  it('searches again what the space does not have any more', async () => {
    const { backend } = measured();
    const first = await tuneModel(context(network(3)), backend, options);
    const smaller: Backend = { ...backend, space: (layer, at) => { const space = backend.space!(layer, at); return space && { ...space, genes: [{ name: 'height', values: [1, 2, 4] }] }; } };
    const second = await tuneModel(context(network(3)), smaller, { ...options, log: first.log });
    expect([...second.tunings.values()]).toEqual([{ tile: [4] }, { tile: [4] }]);
  });

  it('skips with a reason where nothing can be measured', async () => {
    const { measure: _, ...without } = measured().backend;
    const tuned = await tuneModel(context(network(3)), without, options);
    expect(tuned.layers[0]).toEqual({ layer: 'conv0', how: 'skipped', reason: 'plain-javascript cannot measure here' });
    expect(tuned.tunings.size).toBe(0);
  });
});
