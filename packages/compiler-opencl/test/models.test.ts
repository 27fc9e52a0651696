import type { BackendOptions } from '@fretwork/compiler';
import { drawCase, pruneRegularly, random, randomCases, runCases, type Runner } from '@fretwork/conformance';
import { dense, type DenseTensor, type Model } from '@fretwork/format';
import { importModel } from '@fretwork/onnx';
import { createInterpreter } from '@fretwork/reference';
import { describe, expect, it } from 'vitest';
import { opencl, type OpenclOptions, type OpenclProgram } from '../src/index.js';
import { compile, contextOf, Refused } from './compiled.js';
import { bytesOf, haveData, NO_DATA } from './data.js';
import { haveDriver } from './host.js';
import { even, mixed, unheard } from './networks.js';
import { usePocl, type Pocl } from './pocl.js';

/** Networks with weights of their own; pruned, so that products of all kinds are sparse. */
const MODELS = [
  ...['dtln_1_lstm', 'gtcrn_simple', 'mnist-8', 'resnet20_cifar10', 'resnet32_cifar10', 'tiny_resnet8_cifar10', 'ultraface_rfb320'].map((name) => `models/${name}/model.onnx`),
  ...['CRNN_S', 'DS_CNN_L', 'DS_CNN_S', 'GRU_L', 'GRU_S'].map((name) => `kws/models/${name}.onnx`),
];

describe.skipIf(!haveDriver)('OpenCL on the CPU', () => {
  const { load, errorOf } = usePocl();

  it.for(MODELS)('computes %s as the reference does', { timeout: 600_000 }, async (path, ctx) => {
    if (!haveData) ctx.skip(NO_DATA);
    expect(await errorOf(compile(pruneRegularly(importModel(bytesOf(path)))))).toBeLessThan(1);
  });

  const OPTIONS: readonly (OpenclOptions & { readonly tolerance?: number })[] = [{}, { device: { name: 'processor', driver: '1', processor: true } }, { device: { name: 'NVIDIA H200', driver: '1' } }, { path: 'image' }, { type: 'f16-storage', tolerance: 2e-2 }, { type: 'f16-storage', path: 'image', tolerance: 2e-2 }];
  it.for(OPTIONS)('computes networks of all kinds of layers, dense and pruned: %o', { timeout: 600_000 }, async ({ tolerance, ...options }) => {
    for (const model of options.path === 'image' ? [even(), pruneRegularly(even(), 0)] : [mixed(), pruneRegularly(mixed(), 0)]) {
      const compiled = compile(model, options);
      expect(compiled.plan.layers.some(({ kernel }) => kernel.includes('_image'))).toBe(options.path === 'image');
      if (options.device?.name.startsWith('NVIDIA') === true) expect(compiled.plan.layers.map(({ kernel }) => kernel)).toContainEqual(expect.stringMatching(/^(dense)?wave\d+_f32_r\dp/));
      expect(await errorOf(compiled, tolerance)).toBeLessThan(1);
    }
  });

  it('keeps NaN wherever the reference does', { timeout: 120_000 }, async () => {
    const compiled = compile(unheard());
    const { inputs: { x: drawn } } = drawCase(compiled.context.model, 1);
    const inputs = { x: dense('f32', drawn!.shape, (drawn!.data as Float32Array).map((value, i) => (i % 7 === 3 ? Number.NaN : value))) };
    const program = await load(compiled);
    try {
      const lost = (outputs: Readonly<Record<string, DenseTensor>>): Record<string, string> => Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data as Float32Array, (v) => (Number.isNaN(v) ? 'x' : '.')).join('')]));
      const wanted = lost(createInterpreter(compiled.context.model).run(inputs));
      expect(Object.values(wanted).every((text) => text.includes('x') && text.includes('.'))).toBe(true);
      expect(lost(program.run(inputs))).toEqual(wanted);
    } finally {
      program.dispose();
    }
  });

  const DEVICES: readonly OpenclOptions[] = [{}, { device: { name: 'processor', driver: '1', processor: true, units: 2 } }, { device: { name: 'NVIDIA H200', driver: '1' } }];
  it.for(DEVICES)('agrees with the reference on random layers x masks x encodings: %o', { timeout: 600_000 }, async (options) => {
    const report = await runCases(runnerOf(load, options), randomCases({ seed: 20_261_126, count: 16 }));
    expect(report.cases.filter(({ status }) => status === 'failed').map(({ name, reason }) => `${name}: ${reason}`)).toEqual([]);
    expect(report.cases.filter(({ status }) => status === 'refused').every(({ reason }) => /three position axes|no float32 constant/.test(reason))).toBe(true);
    expect(report.passed).toBeGreaterThanOrEqual(12);
  });

  it.for(DEVICES)('agrees with the reference whichever kernels are drawn from what may be tuned: %o', { timeout: 600_000 }, async (options) => {
    const drawn = new Set<string>();
    const draw = random(20_261_127);
    const tunings = (model: Model): BackendOptions => {
      const context = contextOf(model);
      const backend = opencl(options);
      return { tunings: new Map(context.model.layers.flatMap((layer) => {
        const space = backend.supports(layer, context).ok ? backend.space!(layer, context) : undefined;
        if (space === undefined) return [];
        const choices = Array.from({ length: 100 }, () => Object.fromEntries(space.genes.map(({ name, values }) => [name, draw.pick(values)])));
        const tuning = space.tuning(choices.find((choice) => space.allows?.(choice).ok !== false) ?? space.fallback);
        drawn.add((tuning.kernel ?? '').replace(/_.*$/, ''));
        return [[layer.name, tuning] as const];
      })) };
    };
    const report = await runCases(runnerOf(load, options, tunings), randomCases({ seed: 20_261_127, count: 24 }));
    expect(report.cases.filter(({ status }) => status === 'failed').map(({ name, reason }) => `${name}: ${reason}`)).toEqual([]);
    expect(report.passed).toBeGreaterThanOrEqual(16);
    expect(drawn.size).toBeGreaterThanOrEqual(3);
  });
});

/** A program as the conformance kit sees it. */
const runnerOf = (load: Pocl['load'], options: OpenclOptions, tunings: (model: Model) => BackendOptions = () => ({})): Runner<OpenclProgram> => ({
  id: 'compiler-opencl', apiVersion: 1,
  load: async (source) => {
    try {
      return { ok: true, session: await load(compile(source.model(), options, tunings(source.model()))) };
    } catch (error) {
      if (error instanceof Refused) return { ok: false, reason: error.message };
      throw error;
    }
  },
  run: (program, inputs) => program.run(inputs),
  dispose: (program) => program.dispose(),
});
