import { readFile } from 'node:fs/promises';
import { gunzip, loadDataset, normalise } from '@fretwork/datasets';
import { dense, type DenseTensor } from '@fretwork/format';
import { importModel } from '@fretwork/onnx';
import { createInterpreter } from '@fretwork/reference';
import { describe, expect, it } from 'vitest';
import { casesFromTree, compare, folderTree, referenceRunner, runCases } from '../src/index.js';
import { dataPath, folder, missing } from './data.js';

const bytes = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(dataPath(path)));
const floats = async (path: string): Promise<Float32Array> => new Float32Array((await gunzip(await bytes(path))).slice().buffer);

it('every pretrained model gives its stored outputs', async (ctx) => {
  const why = missing('models');
  if (why !== undefined) ctx.skip(why);
  const report = await runCases(referenceRunner(), casesFromTree(await folderTree(dataPath('models'), folder)));
  expect(report.cases.map((c) => `${c.name} ${c.status} ${c.reason}`.trim())).toEqual(
    ['dtln_1_lstm', 'gtcrn_simple', 'mnist-8', 'resnet20_cifar10', 'resnet32_cifar10', 'tiny_resnet8_cifar10', 'ultraface_rfb320'].map((name) => `${name} passed`));
}, 600_000);

describe('keyword models give the logits of the TensorFlow graphs they come from', () => {
  const count = 48;
  it.each([
    ['GRU_S', 25], ['GRU_L', 49], ['CRNN_S', 49], ['DS_CNN_S', 49], ['DS_CNN_L', 49],
  ] as const)('%s', async (name, frames) => {
    const model = importModel(await bytes(`kws/models/${name}.onnx`));
    const features = (await floats(`kws/mfcc_${frames}x10.f32.gz`)).subarray(0, count * frames * 10);
    const golden = (await floats(`kws/tf_logits_${name}.f32.gz`)).subarray(0, count * 12);
    const input = model.inputs[0]!;
    const shape = (input.shape ?? []).map((d, i) => (i === 0 ? count : Number(d)));
    const output = Object.values(createInterpreter(model).run({ [input.name]: dense('f32', shape, features) }))[0] as DenseTensor;
    expect(compare(output, dense('f32', [count, 12], golden))).toMatchObject({ ok: true });
  }, 300_000);
});

it('ResNet-20 is right on 464 of the 509 lossless CIFAR-10 test images, as ONNX Runtime finds it', async (ctx) => {
  const images = 'cifar10/lossless_test_0000-0508.bin.gz';
  const why = missing(images);
  if (why !== undefined) ctx.skip(why);
  const set = await loadDataset(`cifar10:${dataPath(images)}`, { readFile: async (path) => new Uint8Array(await readFile(path)) });
  const data = normalise(set.inputs, { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
  const model = importModel(await bytes('models/resnet20_cifar10/model.onnx'));
  const interpreter = createInterpreter(model);
  const name = model.inputs[0]!.name;
  let right = 0;
  for (let i = 0; i < 509; i++) {
    const scores = Object.values(interpreter.run({ [name]: dense('f32', [1, 3, 32, 32], data.subarray(i * 3072, (i + 1) * 3072)) }))[0]!.data as Float32Array;
    if (scores.indexOf(Math.max(...scores)) === set.labels[i]) right++;
  }
  expect(right).toBe(464);
}, 600_000);
