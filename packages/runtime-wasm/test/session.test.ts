import { random, runCases, modelCase, type Random } from '@fretwork/conformance';
import { dense, encode, FretworkError, readHeader, weightsOf, writeModel, type Attribute, type DenseTensor, type Layer, type Model, type Tensor } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inspect, load, type Level } from '../src/index.js';
import { planModel } from '../src/plan/plan-model.js';
import { runner } from './runner.js';

const draw = random(7);
const tensor = (source: Random, ...shape: readonly number[]): DenseTensor =>
  dense('f32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => source.normal()));

const layer = (name: string, operator: string, inputs: readonly string[], outputs: readonly string[], attributes: Record<string, Attribute> = {}): Layer =>
  ({ name, operator, domain: '', inputs, outputs, attributes: new Map(Object.entries(attributes)) });

const ints = (...value: readonly number[]): Attribute => ({ type: 'ints', value });

const modelOf = (input: readonly (number | string)[], layers: readonly Layer[], tensors: Record<string, Tensor>): Model => ({
  name: 'made', inputs: [{ name: 'x', dtype: 'f32', shape: input }], outputs: [{ name: 'y', dtype: 'f32' }], values: [], layers,
  tensors: new Map(Object.entries(tensors)), provenance: { producer: 'test', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
});

/** Conv → Relu → residual Add → Conv with stride → Clip → pooled, flattened, Gemm: with N open. */
function network(source: Random): Model {
  return modelOf(['N', 4, 12, 12], [
    layer('c1', 'Conv', ['x', 'w1', 'b1'], ['a'], { pads: ints(1, 1, 1, 1) }),
    layer('r1', 'Relu', ['a'], ['b']),
    layer('add', 'Add', ['b', 'x'], ['c']),
    layer('c2', 'Conv', ['c', 'w2'], ['d'], { strides: ints(2, 2), pads: ints(0, 1, 1, 0) }),
    layer('k', 'Clip', ['d', 'low', 'high'], ['e']),
    layer('p', 'GlobalAveragePool', ['e'], ['f']),
    layer('fl', 'Flatten', ['f'], ['g']),
    layer('fc', 'Gemm', ['g', 'w3', 'b3'], ['y'], { transB: { type: 'int', value: 1 } }),
  ], {
    w1: tensor(source, 4, 4, 3, 3), b1: tensor(source, 4), w2: tensor(source, 10, 4, 3, 3), w3: tensor(source, 5, 10), b3: tensor(source, 5),
    low: dense('f32', [], Float32Array.of(-0.5)), high: dense('f32', [], Float32Array.of(1.5)),
  });
}

const rejects = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(() => undefined, (e: unknown) => e);
  if (!(error instanceof FretworkError)) throw new Error(`no FretworkError: ${String(error)}`);
  return error.code;
};
const thrown = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof FretworkError) return error.code;
    throw error;
  }
  throw new Error('nothing was thrown');
};

afterEach(() => vi.restoreAllMocks());

describe('a runtime', () => {
  it('keeps a plan per input shape and gives what the reference gives, in any order of shapes', async () => {
    const model = network(draw);
    const runtime = await load(writeModel(model));
    for (const n of [1, 3, 1, 2, 3, 1]) {
      const x = tensor(draw, n, 4, 12, 12);
      const [found, expected] = [runtime.run({ x }).y!, createInterpreter(model).run({ x }).y!];
      expect(found.shape).toEqual([n, 5]);
      for (let i = 0; i < expected.data.length; i++) expect(found.data[i]).toBeCloseTo(expected.data[i] as number, 4);
    }
    expect(runtime.report().plans).toBe(3);
  });

  it('says which machine code it runs: the same each time, another one at another level', async () => {
    const codeOf = async (level: 'relaxed' | 'simd' | 'javascript'): Promise<string> => {
      const runtime = await load(network(draw), { level });
      const { code } = runtime.report();
      runtime.dispose();
      return code;
    };
    const [simd, again, javascript] = [await codeOf('simd'), await codeOf('simd'), await codeOf('javascript')];
    expect(simd).toMatch(/^[0-9a-f]{8}$/);
    expect(again).toBe(simd);
    expect(javascript).toBe('none');
    const { code, level } = (await load(network(draw))).report();
    expect(code === simd).toBe(level === 'simd');
  });

  it('fuses a Relu and a Clip into the convolution before them, and reports it', async () => {
    const runtime = await load(network(draw));
    runtime.run({ x: tensor(draw, 1, 4, 12, 12) });
    const report = runtime.report();
    const of = (name: string): (typeof report.layers)[number] => report.layers.find((l) => l.layer === name)!;
    expect(of('c1')).toMatchObject({ fused: ['r1'], nnz: 144, weights: 144 });
    expect(of('c1').kernel).toMatch(/^stream \(\d+ runs\)$/);
    expect(of('r1')).toMatchObject({ kernel: 'none', why: 'fused into c1' });
    expect(of('c2').fused).toEqual(['k']);
    expect(of('fc').kernel).toMatch(/^gemv/);
    expect(report.memory.weightBytes).toBeGreaterThan(4 * (144 + 360 + 50));
    expect(report.memory.bytes).toBeLessThanOrEqual(report.memory.limitBytes);
    expect(() => JSON.stringify(report)).not.toThrow();
  });

  it('gives copies, or views that the next run overwrites', async () => {
    const model = network(draw);
    const x = [tensor(draw, 1, 4, 12, 12), tensor(draw, 1, 4, 12, 12)] as const;
    const [copies, views] = [await load(model), await load(model, { outputs: 'views' })];
    const [a, b] = [copies.run({ x: x[0] }).y!, views.run({ x: x[0] }).y!];
    expect(a.data).toEqual(b.data);
    const kept = a.data.slice();
    copies.run({ x: x[1] });
    views.run({ x: x[1] });
    expect(a.data).toEqual(kept);
    expect(b.data).not.toEqual(kept);
  });

  it('times its layers, if asked to', async () => {
    const model = network(draw);
    const [plain, timing] = [await load(model), await load(model, { timings: true })];
    const x = tensor(draw, 2, 4, 12, 12);
    for (let i = 0; i < 50; i++) for (const runtime of [plain, timing]) runtime.run({ x });
    const of = (name: string): number | undefined => timing.report().layers.find((l) => l.layer === name)!.ms;
    expect(of('c1')).toBeGreaterThan(0);
    expect(of('r1')).toBeUndefined();
    expect(plain.report().layers.every((l) => l.ms === undefined)).toBe(true);
  });

  it('reads inputs where they were written, if asked to, and keeps them', async () => {
    const model = network(draw);
    const [copying, viewing] = [await load(model), await load(model, { inputs: 'views' })];
    const x = tensor(draw, 2, 4, 12, 12);
    const views = viewing.inputViews({ x: [2, 4, 12, 12] });
    (views['x']!.data as Float32Array).set(x.data as Float32Array);
    const expected = copying.run({ x }).y!.data;
    expect(viewing.run(views).y!.data).toEqual(expected);
    expect(viewing.run(viewing.inputViews({ x: [2, 4, 12, 12] })).y!.data).toEqual(expected);
    expect(viewing.run({ x }).y!.data).toEqual(expected);
    expect(viewing.report().plans).toBe(1);
    expect(thrown(() => copying.inputViews({ x: [2, 4, 12, 12] }))).toBe('run.views');
    expect(thrown(() => viewing.inputViews())).toBe('run.shape');
    expect(thrown(() => viewing.inputViews({ x: [2, 5, 12, 12] }))).toBe('run.shape');
  });

  it('names what is wrong with inputs', async () => {
    const runtime = await load(network(draw));
    const x = tensor(draw, 1, 4, 12, 12);
    expect(thrown(() => runtime.run({}))).toBe('run.input-missing');
    expect(thrown(() => runtime.run({ x, z: x }))).toBe('run.input-unknown');
    expect(thrown(() => runtime.run({ x, w1: x }))).toBe('run.input-unknown');
    expect(thrown(() => runtime.run({ x: dense('f64', [1], new Float64Array(1)) }))).toBe('run.dtype');
    expect(thrown(() => runtime.run({ x: tensor(draw, 4, 12, 12) }))).toBe('run.rank');
    expect(thrown(() => runtime.run({ x: tensor(draw, 1, 5, 12, 12) }))).toBe('run.shape');
    expect(thrown(() => runtime.run({ x: { ...x, shape: [2, 4, 12, 12] } }))).toBe('run.shape');
  });

  it('can be disposed of twice, and not be run after that', async () => {
    const runtime = await load(network(draw));
    runtime.dispose();
    runtime.dispose();
    expect(thrown(() => runtime.run({ x: tensor(draw, 1, 4, 12, 12) }))).toBe('run.disposed');
    expect(thrown(() => runtime.report())).toBe('run.disposed');
  });

  it('keeps within its memory limit: older plans go, and what never fits is refused', async () => {
    const runtime = await load(network(draw), { memoryLimit: 2 * 65536 });
    for (const n of [1, 2, 1, 2]) expect(runtime.run({ x: tensor(draw, n, 4, 12, 12) }).y!.shape).toEqual([n, 5]);
    expect(thrown(() => runtime.run({ x: tensor(draw, 60, 4, 12, 12) }))).toBe('run.memory');
    expect(runtime.run({ x: tensor(draw, 1, 4, 12, 12) }).y!.shape).toEqual([1, 5]);
    expect(runtime.report().memory.bytes).toBeLessThanOrEqual(2 * 65536);
    expect(await rejects(load(network(draw), { memoryLimit: 1000 }))).toBe('run.memory');
  });

  it('refuses all layers it does not know in one error, before the weights are there', async () => {
    const model = modelOf([4], [layer('one', 'Bernoulli', ['x'], ['a']), layer('two', 'STFT', ['a'], ['y'])], { w: tensor(draw, 4) });
    const error = await load(model).catch((e: unknown) => e as FretworkError);
    expect((error as FretworkError).code).toBe('run.unsupported');
    expect((error as FretworkError).message).toMatch(/one.*\n.*two/);
  });

  it('stops when its signal is aborted', async () => {
    expect(await rejects(load(writeModel(network(draw)), { signal: AbortSignal.abort() }))).toBe('load.aborted');
  });

  it('runs the same network when WebAssembly is refused, and says so', async () => {
    vi.resetModules();
    vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new EvalError('blocked by the content security policy'));
    const fresh = await import('../src/index.js');
    const model = network(draw);
    const runtime = await fresh.load(model);
    const x = tensor(draw, 2, 4, 12, 12);
    const [found, expected] = [runtime.run({ x }).y!, createInterpreter(model).run({ x }).y!];
    for (let i = 0; i < expected.data.length; i++) expect(found.data[i]).toBeCloseTo(expected.data[i] as number, 4);
    expect(runtime.report()).toMatchObject({ level: 'javascript', why: expect.stringContaining('content security policy') });
    const refused = await fresh.load(model, { level: 'relaxed' }).catch((e: unknown) => e as FretworkError);
    expect((refused as FretworkError).code).toBe('run.level');
  });
});

describe('run', () => {
  it('allocates nothing in 10,000 runs', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const runtime = await load(network(draw), { outputs: 'views' });
    const inputs = { x: tensor(draw, 1, 4, 12, 12) };
    const wasm = runtime.run(inputs).y!.data.buffer;
    const grown = (): number => {
      collect();
      const { heapUsed } = memoryUsage();
      for (let i = 0; i < 10_000; i++) runtime.run(inputs);
      return memoryUsage().heapUsed - heapUsed;
    };
    // While code is being optimised the engine itself allocates: the first two rounds are not looked at.
    grown();
    grown();
    const before = memoryUsage();
    const bytes = [grown(), grown(), grown()];
    const after = memoryUsage();
    // The smallest object takes 16 bytes: one a run would be 160,000. What is left is the test runner's own.
    expect(Math.min(...bytes)).toBeLessThan(100_000);
    expect(after.arrayBuffers).toBe(before.arrayBuffers);
    expect(runtime.run(inputs).y!.data.buffer).toBe(wasm);
  });
});

describe('inspect', () => {
  it('answers from the header alone: layers, kernels, memory', async () => {
    const bytes = writeModel(network(draw));
    const header = readHeader(bytes);
    if (!header.ok) throw new Error('the header is incomplete');
    const found = await inspect(header.header, { inputShapes: { x: [2, 4, 12, 12] } });
    expect(found.ok).toBe(true);
    expect(found.layers.find((l) => l.layer === 'c1')).toMatchObject({ support: { ok: true }, kernel: 'stream or axpy' });
    const exact = await inspect(network(draw), { inputShapes: { x: [2, 4, 12, 12] } });
    expect(found.memoryBytes).toBeGreaterThan(exact.memoryBytes! / 2);
    expect((await inspect(header.header)).memoryBytes).toBeUndefined();
  });

  it('says why not', async () => {
    const found = await inspect(modelOf([4], [layer('one', 'Bernoulli', ['x'], ['y'])], {}));
    expect(found).toMatchObject({ ok: false, layers: [{ layer: 'one', kernel: 'none', support: { ok: false, reason: expect.stringContaining('Bernoulli') } }] });
  });
});

describe('a shape that data decide', () => {
  const grown = (size: number, ...more: readonly Layer[]): Model => ({
    ...modelOf([size], [...more, layer('cast', 'Cast', [more.at(-1)?.outputs[0] ?? 'x'], ['i'], { to: { type: 'int', value: 7 } }), layer('grow', 'Expand', ['w', 'i'], ['y'])], { w: dense('f32', [1], Float32Array.of(7)) }),
  });

  it('is part of the plan where it is the content of a small input', async () => {
    const runtime = await load(grown(2));
    for (const shape of [[2, 3], [4, 1], [2, 3]]) {
      const { y } = runtime.run({ x: dense('f32', [2], Float32Array.from(shape)) });
      expect(y).toMatchObject({ shape, data: new Float32Array(shape[0]! * shape[1]!).fill(7) });
    }
    expect(runtime.report().plans).toBe(2);
  });

  it('is refused where it is computed from much, by inspect beforehand and by load', async () => {
    const model = grown(5000, layer('top', 'ReduceMax', ['x'], ['a']));
    expect(await inspect(model)).toMatchObject({ ok: false, layers: [{ support: { ok: true } }, { support: { ok: true } }, { layer: 'grow', support: { ok: false, reason: expect.stringContaining('not known before') } }] });
    expect(await rejects(load(model))).toBe('run.unsupported');
  });
});

describe('planModel', () => {
  it('is pure, and no two living buffers of a network overlap', () => {
    const model = network(draw);
    const of = { shapes: { x: [3, 4, 12, 12] }, contents: new Map() };
    const plan = planModel(model, of, () => []);
    expect(planModel(model, of, () => [])).toEqual(plan);
    for (const a of plan.buffers) {
      for (const b of plan.buffers) {
        if (a === b || a.last < b.first || b.last < a.first) continue;
        expect(a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset, `${a.of} and ${b.of}`).toBe(true);
      }
    }
    expect(plan.steps.map((step) => step.node.layer.name)).toEqual(['c1', 'add', 'c2', 'p', 'fl', 'fc']);
  });
});

describe.each<Level>(['relaxed', 'simd', 'javascript'])('larger convolutions, %s', (level) => {
  it('agree with the reference: whole maps, phases of strides up to 4, groups, depthwise, dilation, chunks of channels', async () => {
    const conv = (cout: number, cin: number, group: number, kernel: number, size: number, more: Record<string, Attribute> = {}): Model => {
      const weight = tensor(draw, cout, cin / group, kernel, kernel);
      const model = modelOf([2, cin, size, size + 1], [layer('c', 'Conv', ['x', 'w', 'b'], ['y'], { group: { type: 'int', value: group }, ...more })], { w: weight, b: tensor(draw, cout) });
      const [own] = weightsOf(model, model.layers[0]!);
      (weight.data as Float32Array).forEach((_, i, all) => { if (draw.next() < 0.5) all[i] = 0; });
      return draw.next() < 0.5 ? model : { ...model, tensors: new Map([...model.tensors, ['w', encode(weight, own!.view).tensor]]) };
    };
    const same: Attribute = { type: 'string', value: 'SAME_LOWER' };
    const models = [
      conv(24, 140, 1, 1, 12), conv(20, 130, 1, 3, 7, { pads: ints(1, 1, 1, 1) }), conv(16, 8, 1, 5, 33, { strides: ints(2, 2), pads: ints(2, 2, 2, 2) }),
      conv(12, 6, 1, 3, 31, { strides: ints(3, 1) }), conv(12, 6, 1, 4, 29, { strides: ints(2, 4), dilations: ints(2, 1), pads: ints(3, 0, 1, 2) }),
      conv(32, 32, 32, 3, 25, { pads: ints(1, 1, 1, 1) }), conv(64, 32, 32, 3, 14, { strides: ints(2, 2), auto_pad: same }),
      conv(30, 24, 3, 3, 16, { pads: ints(2, 2, 2, 2), dilations: ints(2, 2) }), conv(9, 5, 1, 1, 13, { strides: ints(2, 2) }), conv(7, 3, 1, 1, 5, { pads: ints(2, 1, 0, 3) }),
    ];
    const report = await runCases(runner(level), models.map((model) => modelCase(model, { dataSets: 1 })));
    expect(report.cases.filter((c) => c.status !== 'passed').map((c, i) => `${i} ${c.status}: ${c.reason}`)).toEqual([]);
    expect(report.passed).toBe(10);
  });
});
