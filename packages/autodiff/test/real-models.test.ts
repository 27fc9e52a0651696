/** Pretrained networks of the data folder: gradients on ONNX Runtime against the interpreter's. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importModel } from '@fretwork/onnx';
import { describe, expect, it } from 'vitest';
import { checkProvider, onnxRuntime, type Loss } from '../src/index.js';

const root = process.env['FRETWORK_DATA_DIR'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

const MODELS: readonly (readonly [file: string, loss: Loss['kind'], parameters: number])[] = [
  ['models/resnet20_cifar10/model.onnx', 'cross-entropy', 59],
  ['models/mnist-8/model.onnx', 'cross-entropy', 6],
  ['models/gtcrn_simple/model.onnx', 'mse', 149],
  ['models/dtln_1_lstm/model.onnx', 'mse', 8],
  ['kws/models/GRU_S.onnx', 'cross-entropy', 5],
  ['kws/models/CRNN_S.onnx', 'cross-entropy', 12],
  ['kws/models/DS_CNN_S.onnx', 'cross-entropy', 38],
];

describe('pretrained networks can be trained on', () => {
  for (const [file, kind, parameters] of MODELS) {
    it(`${file}`, async (ctx) => {
      if (!existsSync(`${root}/${file}`)) ctx.skip(`no ${file}: set FRETWORK_DATA_DIR`);
      const model = importModel(new Uint8Array(readFileSync(`${root}/${file}`)));
      const inputShapes = Object.fromEntries(model.inputs.map((v) => [v.name, v.shape!.map((d) => (typeof d === 'number' ? d : 2))]));
      const check = await checkProvider(model, { loss: { kind }, inputShapes, batchNorm: 'frozen', sessions: onnxRuntime({ threads: 1 }) });
      expect(check).toMatchObject({ ok: true });
      expect(check.checked).toHaveLength(parameters + 1);
    });
  }
});
