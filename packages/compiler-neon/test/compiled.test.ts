import { drawCase, pruneRegularly, randomCases, runCases, type Runner } from '@fretwork/conformance';
import { importModel } from '@fretwork/onnx';
import { dense, type Model } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import type { NeonOptions } from '../src/index.js';
import { compile, Refused, withSelfTest, type Compiled } from './compiled.js';
import { bytesOf, haveData, NO_DATA } from './data.js';
import { mixed } from './networks.js';
import { COMPILERS, haveTools, MISSING, Project, type Compiler } from './toolchain.js';

const MODELS = [
  ...['dtln_1_lstm', 'gtcrn_simple', 'mnist-8', 'resnet20_cifar10', 'resnet32_cifar10', 'tiny_resnet8_cifar10', 'ultraface_rfb320'].map((name) => `models/${name}/model.onnx`),
  ...['CRNN_S', 'DS_CNN_L', 'DS_CNN_S', 'GRU_L', 'GRU_S'].map((name) => `kws/models/${name}.onnx`),
];

/** Builds and runs the self-test; what it prints. Throws where it does not pass. */
function selfTest(compiled: Compiled, compiler: Compiler, options: readonly string[] = [], optimise?: string, cpu?: string): string {
  const project = new Project(withSelfTest(compiled, 1));
  try {
    project.build(compiler, options, optimise);
    return project.run([], cpu);
  } finally {
    project.dispose();
  }
}

const compilers = Object.keys(COMPILERS) as Compiler[];

describe('C under an emulator of a Cortex-A57', () => {
  it.for(MODELS)('computes %s as the reference does, dense and pruned', { timeout: 1_200_000 }, (path, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    if (!haveData) ctx.skip(NO_DATA);
    const model = importModel(bytesOf(path));
    // Each compiler gets one of the two; all of both would take a minute more and show nothing new.
    expect(selfTest(compile(model, { weights: 'file' }), 'clang')).toMatch(/^case 0, output 0 /);
    expect(selfTest(compile(pruneRegularly(model), { weights: 'file' }), 'gcc', [], '-O1')).toMatch(/^case 0, output 0 /);
  });

  it.for(compilers.flatMap((compiler) => (['generic', 'a76'] as const).map((cpu) => ({ compiler, cpu }))))('compiles without a warning by $compiler for $cpu, and is right', { timeout: 240_000 }, ({ compiler, cpu }, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const options: NeonOptions = { cpu, prefix: 'edge' };
    for (const model of [mixed(), pruneRegularly(mixed(), 0)]) {
      expect(selfTest(compile(model, options), compiler, cpu === 'a76' ? ['-mcpu=cortex-a76'] : ['-march=armv8-a'], '-O2', cpu === 'a76' ? 'cortex-a76' : 'cortex-a57')).toContain('output 1 (z)');
    }
  });

  it('touches no byte that is not its own, and does nothing undefined', { timeout: 240_000 }, (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    for (const model of [mixed(), pruneRegularly(mixed(), 0)]) {
      expect(selfTest(compile(model, { weights: 'file' }), 'gcc', ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'], '-O1')).toContain('output 1 (z)');
    }
  });

  it('agrees with the reference on random layers x masks x encodings', { timeout: 600_000 }, async (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const report = await runCases(runner, randomCases({ seed: 20_261_126, count: 24 }));
    expect(report.cases.filter(({ status }) => status === 'failed').map(({ name, reason }) => `${name}: ${reason}`)).toEqual([]);
    expect(report.cases.filter(({ status }) => status === 'refused').every(({ reason }) => /three position axes|no float32 constant/.test(reason))).toBe(true);
    expect(report.passed).toBeGreaterThanOrEqual(18);
  });

  it('fails its self-test where the answer is not what was stored', { timeout: 240_000 }, (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const compiled = compile(mixed());
    const files = new Map(withSelfTest(compiled, 1));
    const stored = new Float32Array((files.get('model_selftest.bin') as Uint8Array).slice().buffer);
    stored[stored.length - 1]! += 1;
    const project = new Project(files.set('model_selftest.bin', new Uint8Array(stored.buffer)));
    try {
      project.build('clang', [], '-O1');
      expect(() => project.run()).toThrow(/output 1 \(z\): error \d/);
    } finally {
      project.dispose();
    }
  });
});

interface Session {
  readonly project: Project;
  readonly model: Model;
}

/** The emitted program as the conformance kit sees it: floats in a file, floats out of a file. */
const runner: Runner<Session> = {
  id: 'compiler-neon', apiVersion: 1,
  load: (source) => {
    try {
      const compiled = compile(source.model(), { weights: 'file' });
      const project = new Project(withSelfTest(compiled, 0));
      project.build('clang', [], '-O1');
      return { ok: true, session: { project, model: compiled.context.model } };
    } catch (error) {
      if (error instanceof Refused) return { ok: false, reason: error.message };
      throw error;
    }
  },
  run: ({ project, model }, inputs) => {
    const given = model.inputs.map(({ name }) => inputs[name]!.data as Float32Array);
    project.write('in.bin', new Uint8Array(Float32Array.from(given.flatMap((data) => [...data])).buffer));
    project.run(['in.bin', 'out.bin']);
    const out = project.floats('out.bin');
    const { outputs } = drawCase(model, 1);
    let at = 0;
    return Object.fromEntries(model.outputs.map(({ name }) => {
      const { shape, data } = outputs[name]!;
      return [name, dense('f32', shape, out.slice(at, at += data.length))];
    }));
  },
  dispose: ({ project }) => project.dispose(),
};
