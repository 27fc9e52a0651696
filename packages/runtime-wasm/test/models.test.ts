import { casesFromTree, folderTree, modelCase, pruneRegularly, runCases, type Case, type NamedTensors } from '@fretwork/conformance';
import { gunzip } from '@fretwork/datasets';
import { dense, type DenseTensor, type Model } from '@fretwork/format';
import { importModel } from '@fretwork/onnx';
import { createInterpreter } from '@fretwork/reference';
import * as fs from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { load, type Level } from '../src/index.js';
import { bytesOf, DATA, haveData, MISSING } from './data.js';
import { runner } from './runner.js';

const LEVELS: readonly Level[] = ['relaxed', 'simd', 'javascript'];
const KWS = ['CRNN_S', 'DS_CNN_S', 'DS_CNN_L', 'GRU_S', 'GRU_L'] as const;

const allCases = async (): Promise<readonly Case[]> => casesFromTree(await folderTree(`${DATA}/models`, fs));

function mfcc(values: Float32Array, model: Model, n: number): NamedTensors {
  const [input] = model.inputs;
  const [, ...rest] = input!.shape as number[];
  const size = rest.reduce((a, b) => a * b, 1);
  return { [input!.name]: dense('f32', [n, ...rest], values.slice(0, n * size)) };
}

function distance(a: DenseTensor, b: DenseTensor): number {
  let [worst, largest] = [0, 0];
  for (let i = 0; i < b.data.length; i++) {
    worst = Math.max(worst, Math.abs(Number(a.data[i]) - Number(b.data[i])));
    largest = Math.max(largest, Math.abs(Number(b.data[i])));
  }
  return worst / largest;
}

describe.each(LEVELS)('real models, %s', (level) => {
  it('reproduce the outputs that came with them', async (ctx) => {
    if (!haveData) ctx.skip(MISSING);
    const report = await runCases(runner(level), await allCases());
    expect(report.cases.filter((c) => c.status !== 'passed').map((c) => `${c.status} ${c.name}: ${c.reason}`)).toEqual([]);
    expect(report.passed).toBe(7);
  }, 240_000);

  it('agree with the reference when they are pruned', async (ctx) => {
    if (!haveData) ctx.skip(MISSING);
    const models = ['resnet20_cifar10', 'tiny_resnet8_cifar10', 'gtcrn_simple', 'dtln_1_lstm', 'mnist-8'].map((name) => pruneRegularly(importModel(bytesOf(`models/${name}/model.onnx`))));
    const report = await runCases(runner(level), models.map((model) => modelCase(model, { openDimension: 2, dataSets: 1 })));
    expect(report.cases.filter((c) => c.status !== 'passed').map((c) => `${c.status} ${c.name}: ${c.reason}`)).toEqual([]);
  }, 240_000);

  it.for(KWS)('%s agrees with the reference, dense and pruned, at batch 1 and 3', { timeout: 240_000 }, async (name, ctx) => {
    if (!haveData) ctx.skip(MISSING);
    const model = importModel(bytesOf(`kws/models/${name}.onnx`));
    const frames = name.startsWith('GRU_S') ? 'kws/mfcc_25x10.f32.gz' : 'kws/mfcc_49x10.f32.gz';
    const values = new Float32Array((await gunzip(bytesOf(frames))).buffer as ArrayBuffer);
    for (const own of [model, pruneRegularly(model)]) {
      const runtime = await load(own, { level });
      for (const n of [1, 3, 1]) {
        const inputs = mfcc(values, own, n);
        const expected = createInterpreter(own).run(inputs);
        const found = runtime.run(inputs);
        for (const output of Object.keys(expected)) expect(distance(found[output]!, expected[output]!)).toBeLessThan(1e-4);
      }
      runtime.dispose();
    }
  });
});
