import { benchLayersInBrowser, benchModelsInBrowser, findChromium } from '@fretwork/bench';
import { parseModel } from '@fretwork/format';
import { describe, expect, test } from 'vitest';
import { TINY_LAYERS } from './tiny-layers.js';

describe.skipIf(!findChromium().ok)('in Chromium', () => {
  test('a page runs the same layers against the peers that run there', { timeout: 300_000 }, async () => {
    const said: string[] = [];
    const reports = await benchLayersInBrowser({
      layers: TINY_LAYERS, only: ['3x3', 'dw', 'full'], scheme: 'bcr', block: [4, 8], sparsity: [0.5], masks: 'iid', tensors: 'views', seed: 1,
      timing: { rounds: 2, warmUpMs: 0, sampleMs: 0 }, onProgress: (says) => said.push(says),
    }, { threads: 2, isolated: [true, false] });
    expect(reports.map(({ isolated, caption }) => [isolated, caption.threads])).toEqual([[true, 2], [false, 1]]);
    const [isolated, plain] = reports as [typeof reports[number], typeof reports[number]];
    expect(isolated.rows[0]!.threads).toBe(2);
    expect(plain.caption.engine).toMatch(/^Chromium \d+.*, page that is not isolated$/);
    expect(plain.caption.peers).toEqual(['onnxruntime-web', 'litert', 'tfjs-wasm'].map((name) => ({ name, version: expect.any(String) })));
    expect(plain.rows.length).toBe(8);
    for (const row of plain.rows) expect(Object.values(row.peers).every((ms) => typeof ms === 'number'), JSON.stringify(row)).toBe(true);
    expect(Object.keys(plain.servedBytes)).toEqual(expect.arrayContaining(['page', 'onnxruntime-web', '@litertjs/core', '@tensorflow/tfjs-backend-wasm', 'flatbuffers']));
    expect(said).toContain('isolated, 1 of 5: tiny 3x3');
  });

  test('a page times a whole network', { timeout: 300_000 }, async () => {
    const model = parseModel(`fretwork 1
model net
producer test version 1 opset 0

input x f32 [N, 32]
output y f32

layer full = Gemm(x, w) -> y

tensor w f32 [32, 24] = [${Array.from({ length: 32 * 24 }, (_, i) => (i % 13) - 6.5).join(', ')}]
`);
    const [report] = await benchModelsInBrowser([{ name: 'net', model }], { scheme: { kind: 'unstructured', rate: 4 }, randomWeights: false, tensors: 'views', seed: 1, timing: { rounds: 2, warmUpMs: 0 } }, { threads: 1, isolated: [false] });
    expect(report!.caption.engine).toMatch(/^Chromium \d+.*, page that is not isolated$/);
    expect(report!.rows).toHaveLength(1);
    expect(report!.rows[0]).toMatchObject({ model: 'net', cold: null, peers: { 'onnxruntime-web': { ms: expect.any(Number) }, litert: null, 'own-dense': { ms: expect.any(Number) } } });
    expect(report!.servedBytes['model/onnx']).toBe(report!.rows[0]!.peers['onnxruntime-web']!.modelBytes);
  });
});
