import { drawCase, pruneRegularly } from '@fretwork/conformance';
import { importModel } from '@fretwork/onnx';
import type { Model } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { neon, type NeonOptions } from '../src/index.js';
import { compile, contextOf, withSelfTest } from './compiled.js';
import { bytesOf, haveData, NO_DATA } from './data.js';
import { mixed, recurrent } from './networks.js';
import { haveTools, MISSING, Project, type Compiler } from './toolchain.js';

const MARCH = '-march=armv8.2-a+fp16+dotprod';

type Narrow = 'f16' | 'i8';

const optionsOf = (type: Narrow): NeonOptions => ({ type, cpu: 'armv82', weights: 'file' });

/** Largest error over the largest output, of the worst output. */
function errorOf(type: Narrow, model: Model, compiler: Compiler, options: readonly string[] = [], threads = 1): number {
  const compiled = compile(model, optionsOf(type), 1, { threads });
  const project = new Project(withSelfTest(compiled, 0));
  try {
    project.build(compiler, [MARCH, ...options]);
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

/** Largest error over the largest output that is allowed: what was found, and a third more. */
interface Stated {
  readonly path: string;
  readonly f16: readonly [dense: number, pruned: number];
  readonly i8: readonly [dense: number, pruned: number];
}

const stated = (path: string, f16: Stated['f16'], i8: Stated['i8']): Stated => ({ path, f16, i8 });

const MODELS: readonly Stated[] = [
  stated('models/dtln_1_lstm/model.onnx', [0.015, 0.002], [0.041, 0.029]),
  stated('models/gtcrn_simple/model.onnx', [0.0055, 0.011], [0.062, 0.1]),
  stated('models/mnist-8/model.onnx', [0.0086, 0.0058], [0.04, 0.043]),
  stated('models/resnet20_cifar10/model.onnx', [0.0018, 0.0063], [0.034, 0.038]),
  stated('models/resnet32_cifar10/model.onnx', [0.0031, 0.0027], [0.019, 0.034]),
  stated('models/tiny_resnet8_cifar10/model.onnx', [0.0042, 0.0019], [0.2, 0.0004]),
  stated('models/ultraface_rfb320/model.onnx', [0.0026, 0.0011], [0.03, 0.00066]),
  stated('kws/models/CRNN_S.onnx', [0.0028, 0.001], [0.011, 0.0071]),
  stated('kws/models/DS_CNN_L.onnx', [0.0013, 0.0004], [0.0072, 0.0026]),
  stated('kws/models/DS_CNN_S.onnx', [0.0047, 0.0016], [0.056, 0.0067]),
  stated('kws/models/GRU_L.onnx', [0.0016, 0.0004], [0.0051, 0.0085]),
  stated('kws/models/GRU_S.onnx', [0.0018, 0.001], [0.0075, 0.011]),
];

describe.each(['f16', 'i8'] as const)('code of type %s', (type) => {
  it.for(MODELS)('computes $path as near as is stated', { timeout: 1_200_000 }, ({ path, ...all }, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    if (!haveData) ctx.skip(NO_DATA);
    const model = importModel(bytesOf(path));
    const found = [errorOf(type, model, 'clang'), errorOf(type, pruneRegularly(model), 'gcc')];
    found.forEach((error, i) => expect(error, i === 0 ? 'dense' : 'pruned').toBeLessThan(all[type][i]!));
  });

  it.for(['clang', 'gcc'] as const)('compiles without a warning by %s, and is near the reference', { timeout: 600_000 }, (compiler, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    for (const [name, model] of Object.entries({ mixed: mixed(), pruned: pruneRegularly(mixed(), 0), gru: recurrent('GRU', 1), lstm: pruneRegularly(recurrent('LSTM')) })) {
      expect(errorOf(type, model, compiler), name).toBeLessThan(type === 'f16' ? 0.01 : 0.05);
    }
  });

  it('touches no byte that is not its own', { timeout: 600_000 }, (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    expect(errorOf(type, pruneRegularly(mixed(), 0), 'gcc', ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'])).toBeLessThan(0.05);
  });

  it('has a self-test of its own, which stops on cores without it', { timeout: 600_000 }, (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const project = new Project(withSelfTest(compile(mixed(), { ...optionsOf(type), weights: 'array' }), 1));
    try {
      project.build('clang', [MARCH], '-O1');
      expect(project.run([], 'cortex-a76')).toContain('output 1 (z)');
      expect(() => project.run([], 'cortex-a57')).toThrow(/ended with/);
    } finally {
      project.dispose();
    }
  });

  it('is refused for cores that have no such arithmetic', () => {
    expect(neon({ type }).plan(contextOf(mixed()), {})).toMatchObject({
      ok: false, refusals: [{ reason: `generic is armv8-a, which has no ${type === 'f16' ? 'arithmetic on halves' : 'dot products of bytes'}`, hint: 'choose cpu armv82, a55, a76 or a78, or type f32' }],
    });
  });

  it('is planned as what it is, with weights of fewer bytes', () => {
    const [narrow, whole] = [compile(mixed(), optionsOf(type)), compile(mixed(), { weights: 'file' })];
    expect(narrow.plan.layers.find(({ layer }) => layer === 'wide')!.kernel).toMatch(new RegExp(`^stream_${type}_r\\dp\\d+u\\d_(fp16|dot)$`));
    expect((narrow.files.get('model_weights.bin') as Uint8Array).length).toBeLessThan((whole.files.get('model_weights.bin') as Uint8Array).length);
  });
});

describe('half precision', () => {
  it('is the same by three threads, in half the memory', { timeout: 600_000 }, (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    expect(errorOf('f16', recurrent('GRU'), 'clang', ['-pthread'], 3)).toBeLessThan(0.01);
    expect(compile(mixed(), optionsOf('f16')).plan.memory.peakBytes).toBeLessThan(compile(mixed()).plan.memory.peakBytes * 0.6);
  });
});

describe('bytes', () => {
  it.for([2, 4])('are shared out to %i threads, and come to the very same', { timeout: 600_000 }, (threads, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const large = mixed([2, 6, 43, 37], 200);
    for (const [name, model] of Object.entries({ large, pruned: pruneRegularly(large, 0), gru: recurrent('GRU'), late: recurrent('GRU', 1), lstm: pruneRegularly(recurrent('LSTM')) })) {
      const compiled = compile(model, optionsOf('i8'), 1, { threads });
      const shared = compiled.plan.layers.filter(({ parts, splits }) => parts === threads && splits.length > 0);
      expect(shared.length, name).toBeGreaterThan(0);
      const alone = errorOf('i8', model, 'clang');
      // Sums of bytes are exact whatever their order: threads change nothing.
      expect(errorOf('i8', model, threads === 2 ? 'gcc' : 'clang', ['-pthread'], threads), name).toBeCloseTo(alone, 5);
      if (threads === 4) expect(errorOf('i8', model, 'clang', ['-DMODEL_NO_THREADS'], threads), name).toBeCloseTo(alone, 9);
    }
  });

  it('do the products of recurrent layers, whose weights become a quarter', () => {
    for (const operator of ['GRU', 'LSTM'] as const) {
      const [narrow, whole] = [compile(recurrent(operator), optionsOf('i8')), compile(recurrent(operator), { weights: 'file' })];
      const { schedules, kernel } = narrow.plan.layers.find((layer) => layer.operator === operator)!;
      expect(kernel).toMatch(/_i8_r16p1u16_dot$/);
      expect(schedules.length).toBe(operator === 'GRU' ? 6 : 4);
      const size = ({ files }: typeof narrow): number => (files.get('model_weights.bin') as Uint8Array).length;
      expect(size(narrow)).toBeLessThan(0.35 * size(whole));
    }
  });
});
