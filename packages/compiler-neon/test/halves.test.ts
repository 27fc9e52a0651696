import { importModel } from '@fretwork/onnx';
import type { Model } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { neon } from '../src/index.js';
import { compile, contextOf, drawCase, withSelfTest } from './compiled.js';
import { bytesOf, haveData, NO_DATA } from './data.js';
import { mixed, pruned, recurrent } from './networks.js';
import { haveTools, MISSING, Project, type Compiler } from './toolchain.js';

const OPTIONS = { type: 'f16', cpu: 'armv82', weights: 'file' } as const;

/** Largest error over the largest output, of the worst output. */
function errorOf(model: Model, compiler: Compiler, options: readonly string[] = [], threads = 1): number {
  const compiled = compile(model, OPTIONS, 1, { threads });
  const project = new Project(withSelfTest(compiled, 0));
  try {
    project.build(compiler, ['-march=armv8.2-a+fp16', ...options]);
    const { inputs, outputs } = drawCase(compiled.context.model, 1);
    const given = compiled.context.model.inputs.map(({ name }) => inputs[name]!.data as Float32Array);
    project.write('in.bin', new Uint8Array(Float32Array.from(given.flatMap((data) => [...data])).buffer));
    project.run(['in.bin', 'out.bin'], 'cortex-a76');
    const found = project.floats('out.bin');
    let [at, worst] = [0, 0];
    for (const { name } of compiled.context.model.outputs) {
      const wanted = outputs[name]!.data as Float32Array;
      const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      wanted.forEach((value, i) => {
        const error = Math.abs(found[at + i]! - value) / largest;
        worst = Number.isFinite(error) ? Math.max(worst, error) : Infinity;
      });
      at += wanted.length;
    }
    return worst;
  } finally {
    project.dispose();
  }
}

/** Largest error over the largest output that is allowed, dense and pruned: what was found, and a third more. */
const MODELS: readonly (readonly [path: string, dense: number, pruned: number])[] = [
  ['models/dtln_1_lstm/model.onnx', 1, 1],
  ['models/gtcrn_simple/model.onnx', 1, 1],
  ['models/mnist-8/model.onnx', 1, 1],
  ['models/resnet20_cifar10/model.onnx', 1, 1],
  ['models/resnet32_cifar10/model.onnx', 1, 1],
  ['models/tiny_resnet8_cifar10/model.onnx', 1, 1],
  ['models/ultraface_rfb320/model.onnx', 1, 1],
  ['kws/models/CRNN_S.onnx', 1, 1],
  ['kws/models/DS_CNN_L.onnx', 1, 1],
  ['kws/models/DS_CNN_S.onnx', 1, 1],
  ['kws/models/GRU_L.onnx', 1, 1],
  ['kws/models/GRU_S.onnx', 1, 1],
];

describe('half precision', () => {
  it.for(MODELS)('computes %s as near as is stated', { timeout: 1_200_000 }, ([path, dense, sparse], ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    if (!haveData) ctx.skip(NO_DATA);
    const model = importModel(bytesOf(path));
    const a = errorOf(model, 'clang'), b = errorOf(pruned(model), 'gcc');
    process.stderr.write(`RESULT ${path} ${a.toPrecision(2)} ${b.toPrecision(2)}\n`);
    expect(a, 'dense').toBeLessThan(dense);
    expect(b, 'pruned').toBeLessThan(sparse);
  });

  it('touches no byte that is not its own, and is the same by three threads', { timeout: 600_000 }, (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    expect(errorOf(pruned(mixed(), 0), 'gcc', ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'])).toBeLessThan(0.01);
    expect(errorOf(recurrent('GRU'), 'clang', ['-pthread'], 3)).toBeLessThan(0.01);
  });

  it('has a self-test of its own, which stops on cores without it', { timeout: 600_000 }, (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const project = new Project(withSelfTest(compile(mixed(), { ...OPTIONS, weights: 'array' }), 1));
    try {
      project.build('clang', ['-march=armv8.2-a+fp16'], '-O1');
      expect(project.run([], 'cortex-a76')).toContain('output 1 (z)');
      expect(() => project.run([], 'cortex-a57')).toThrow(/ended with/);
    } finally {
      project.dispose();
    }
  });

  it('is refused for cores that have no arithmetic on it', () => {
    expect(neon({ type: 'f16' }).plan(contextOf(mixed()), {})).toMatchObject({
      ok: false, refusals: [{ reason: 'generic is armv8-a, which has no arithmetic on halves', hint: 'choose cpu armv82, a55, a76 or a78, or type f32' }],
    });
  });

  it('takes half the memory', () => {
    const [half, whole] = [compile(mixed(), OPTIONS), compile(mixed(), { weights: 'file' })];
    expect(half.plan.memory.peakBytes).toBeLessThan(whole.plan.memory.peakBytes * 0.6);
    expect((half.files.get('model_weights.bin') as Uint8Array).length).toBeLessThan((whole.files.get('model_weights.bin') as Uint8Array).length);
    expect(half.plan.layers.find(({ layer }) => layer === 'wide')!.kernel).toMatch(/^stream_f16_r\dp\d+u\d_fp16$/);
  });

  it.for(['clang', 'gcc'] as const)('compiles without a warning by %s, and is near the reference', { timeout: 600_000 }, (compiler, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    for (const [name, model] of Object.entries({ mixed: mixed(), pruned: pruned(mixed(), 0), gru: recurrent('GRU', 1), lstm: pruned(recurrent('LSTM')) })) {
      expect(errorOf(model, compiler), name).toBeLessThan(0.01);
    }
  });
});
