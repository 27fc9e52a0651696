import { describe, expect, it } from 'vitest';
import { attribute, FretworkError, OPERATOR_FORM } from '@fretwork/format';
import { importModel, OPERATORS, planImport } from '@fretwork/onnx';
import { needData, nodeTests, readData, topologyPaths, trainedPaths } from './data.js';

describe('models of the data folder', () => {
  it.for([...trainedPaths, ...topologyPaths])('%s is imported whole', (path, ctx) => {
    needData(ctx);
    const bytes = readData(path);
    const plan = planImport(bytes);
    expect(plan.problems).toEqual([]);
    const model = importModel(bytes);
    expect(new Set(model.layers.map((layer) => layer.name)).size).toBe(model.layers.length);
    expect(model.provenance.sourceOpset).toBe(plan.opset);
    const known = new Set([...model.tensors.keys(), ...model.inputs.map((v) => v.name), '']);
    for (const layer of model.layers) {
      for (const name of layer.inputs) expect(known.has(name), `${layer.name} reads ${name}`).toBe(true);
      for (const name of layer.outputs) known.add(name);
    }
    for (const { name } of model.outputs) expect(known.has(name)).toBe(true);
  });

  it('takes weights that are listed as inputs for weights', (ctx) => {
    needData(ctx);
    const model = importModel(readData('models/mnist-8/model.onnx'));
    expect(model.inputs.map((v) => v.name)).toEqual(['Input3']);
    expect(model.tensors.get('Parameter5')?.shape).toEqual([8, 1, 5, 5]);
  });

  it('writes the last axis of an old Softmax out', (ctx) => {
    needData(ctx);
    const model = importModel(readData('onnx-light-topologies/light_resnet50.onnx'));
    const softmax = model.layers.filter((layer) => layer.operator === 'Softmax');
    expect(softmax.map((layer) => attribute(layer, 'axis', 'int', 0))).toEqual([-1]);
    expect(model.layers.some((layer) => layer.origin !== undefined)).toBe(false);
  });
});

it('imports the conformance cases or refuses them by name', (ctx) => {
  needData(ctx);
  const refused: string[] = [];
  const models = nodeTests('/model.onnx');
  expect(models.size).toBe(316);
  for (const [path, bytes] of models) {
    try {
      const model = importModel(bytes);
      expect(model.layers.every((layer) => OPERATORS.some((row) => row.operator === layer.operator)), path).toBe(true);
    } catch (error) {
      if (!(error instanceof FretworkError) || error.code !== 'onnx.unsupported') throw new Error(path, { cause: error });
      refused.push(`${path}: ${error.message}`);
    }
  }
  expect(refused).toEqual([]);
});

it('has one form of operators', () => {
  expect(OPERATOR_FORM).toBe(22);
});
