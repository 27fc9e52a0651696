import { expect, it } from 'vitest';
import { exportModel, importModel } from '@fretwork/onnx';
import { needData, nodeTests, readData, topologyPaths, trainedPaths } from './data.js';
import { expectSame } from './same-model.js';

it.for([...trainedPaths, ...topologyPaths])('%s comes back from export', (path, ctx) => {
  needData(ctx);
  const model = importModel(readData(path));
  const bytes = exportModel(model);
  expectSame(importModel(bytes), model, path);
  expect(Buffer.compare(exportModel(model), bytes)).toBe(0);
});

it('every conformance case comes back from export', (ctx) => {
  needData(ctx);
  const models = nodeTests('/model.onnx');
  expect(models.size).toBe(316);
  for (const [path, bytes] of models) {
    const model = importModel(bytes);
    expectSame(importModel(exportModel(model)), model, path);
  }
});
