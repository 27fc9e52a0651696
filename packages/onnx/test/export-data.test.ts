import { describe, expect, it } from 'vitest';
import { exportModel, importModel } from '@fretwork/onnx';
import { haveData, modelPaths, NO_DATA, nodeTests, readData } from './data.js';
import { expectSame } from './same-model.js';

describe.skipIf(!haveData)('models of the data folder', () => {
  it.each(modelPaths)('%s comes back from export', (path) => {
    const model = importModel(readData(path));
    const bytes = exportModel(model);
    expectSame(importModel(bytes), model, path);
    expect(Buffer.compare(exportModel(model), bytes)).toBe(0);
  });
});

it('every conformance case comes back from export', (ctx) => {
  if (!haveData) ctx.skip(NO_DATA);
  const models = nodeTests('/model.onnx');
  expect(models.size).toBe(316);
  for (const [path, bytes] of models) {
    const model = importModel(bytes);
    expectSame(importModel(exportModel(model)), model, path);
  }
});
