import { describe, expect, it } from 'vitest';
import { decode, dense, elementCount, weightsOf, type DenseTensor, type Model, type Tensor } from '@fretwork/format';
import { exportModel, importModel, readTensorProto } from '@fretwork/onnx';
import { listData, needData, nodeTests, readData, topologyPaths, trainedPaths } from './data.js';
import { randomOf } from './random.js';
import { canLoad, difference, needRuntime, runOnnx, type Values } from './runtime.js';

const SEED = 20_261_101;

/** Stored inputs and outputs beside a model; the files are in the order of the model's inputs and outputs. */
function storedRuns(path: string, model: Model): { inputs: Values; outputs: Values }[] {
  const folder = path.slice(0, path.lastIndexOf('/'));
  return listData(folder).filter((name) => name.startsWith('test_data_set_')).map((set) => {
    const files = (kind: string, names: readonly string[]): Values =>
      new Map(names.map((name, i) => [name, readTensorProto(readData(`${folder}/${set}/${kind}_${i}.pb`)).tensor]));
    return { inputs: files('input', model.inputs.map((v) => v.name)), outputs: files('output', model.outputs.map((v) => v.name)) };
  });
}

function randomInputs(model: Model): Values {
  const random = randomOf(SEED);
  return new Map(model.inputs.map(({ name, shape }) => {
    const sizes = (shape ?? []).map((size) => (typeof size === 'number' ? size : 1));
    return [name, dense('f32', sizes, Float32Array.from({ length: elementCount(sizes) }, () => random() * 2 - 1))];
  }));
}

function expectNear(actual: Values, expected: Values, what: string): void {
  for (const [name, tensor] of expected) expect(difference(actual.get(name)!, tensor), `${what}: ${name}`).toBeLessThan(1e-4);
}

/** Zeroes, in every weight, whole columns of blocks of four rows: something to recognise. */
function pruned(model: Model): Model {
  const random = randomOf(SEED);
  const tensors = new Map<string, Tensor>(model.tensors);
  for (const layer of model.layers) {
    for (const { name, tensor, view } of weightsOf(model, layer)) {
      const { dtype, shape, data } = decode(tensor);
      const values = data.slice() as Float32Array;
      const size = view.rows * view.columns;
      for (let block = 0; block < view.rows; block += 4) {
        for (let column = 0; column < view.columns; column++) {
          if (random() < 0.25) continue;
          for (let row = block; row < Math.min(block + 4, view.rows); row++) {
            const at = view.order === 'row-major' ? row * view.columns + column : column * view.rows + row;
            for (let m = 0; m < view.count; m++) values[m * size + at] = 0;
          }
        }
      }
      tensors.set(name, dense(dtype, shape, values));
    }
  }
  return { ...model, tensors };
}

function need(ctx: { skip(reason: string): void }): void {
  needData(ctx);
  needRuntime(ctx);
}

describe('ONNX Runtime', () => {

  it.for(trainedPaths)('gives the stored answers for %s after import and export', async (path, ctx) => {
    need(ctx);
    const original = readData(path);
    const model = importModel(original);
    const runs = storedRuns(path, model);
    // The keyword models have no stored answers beside them: there the original file answers.
    if (runs.length === 0) runs.push({ inputs: randomInputs(model), outputs: await runOnnx(original, randomInputs(model)) });
    const exported = exportModel(model);
    for (const { inputs, outputs } of runs) expectNear(await runOnnx(exported, inputs), outputs, path);
  });

  it.for(trainedPaths)('gives the same answers for %s pruned, recognised as sparse, and exported', async (path, ctx) => {
    need(ctx);
    const model = pruned(importModel(readData(path)));
    const sparse = importModel(exportModel(model), { recogniseSparse: true });
    const held = [...sparse.tensors.values()].filter((tensor) => tensor.kind === 'sparse');
    expect(held.length).toBeGreaterThan(0);
    expect(sparse.layers.some((layer) => layer.scheme !== undefined)).toBe(true);
    const back = exportModel(sparse);
    expect(importModel(back).layers.map((layer) => layer.scheme)).toEqual(sparse.layers.map((layer) => layer.scheme));
    const [run] = storedRuns(path, model);
    const inputs: ReadonlyMap<string, DenseTensor> = run?.inputs ?? randomInputs(model);
    expectNear(await runOnnx(back, inputs), await runOnnx(exportModel(model), inputs), path);
  });

  it.for(topologyPaths)('loads %s after import and export', async (path, ctx) => {
    need(ctx);
    await expect(canLoad(exportModel(importModel(readData(path))))).resolves.toBeUndefined();
  });

  it('gives the same answer for an old Softmax over three dimensions', async (ctx) => {
    need(ctx);
    const original = readData('onnx-light-topologies/light_squeezenet.onnx');
    const model = importModel(original);
    const inputs = randomInputs(model);
    expectNear(await runOnnx(exportModel(model), inputs), await runOnnx(original, inputs), 'squeezenet');
  });
});

it('gives the answers of the conformance cases after import and export', async (ctx) => {
  need(ctx);
  const files = nodeTests('');
  const cannot: string[] = [];
  let ran = 0;
  for (const [path, bytes] of files) {
    if (!path.endsWith('/model.onnx')) continue;
    const folder = path.slice(0, -'model.onnx'.length);
    const model = importModel(bytes);
    const inputs: Values = new Map(model.inputs.map(({ name }, i) => [name, readTensorProto(files.get(`${folder}test_data_set_0/input_${i}.pb`)!).tensor]));
    let expected: Values;
    try {
      expected = await runOnnx(bytes, inputs, true);
    } catch {
      cannot.push(folder);
      continue;
    }
    expectNear(await runOnnx(exportModel(model), inputs, true), expected, path);
    ran++;
  }
  // ONNX Runtime has no kernels for some element types; what it can run, it must run the same.
  expect(ran, cannot.join('\n')).toBeGreaterThanOrEqual(300);
});
