import { timeLayers } from '@fretwork/bench';
import { parseModel } from '@fretwork/format';
import { pruneModel } from '@fretwork/pruner';
import { describe, expect, test } from 'vitest';

const model = parseModel(`fretwork 1
model net
producer test version 1 opset 0

input x f32 [N, 32]
output y f32

layer full = Gemm(x, w) -> h
layer relu = Relu(h) -> r
layer soft = Softmax(r) -> y
  int axis = 1

tensor w f32 [32, 24] = [${Array.from({ length: 32 * 24 }, (_, i) => (i % 13) - 6.5).join(', ')}]
`);

describe('layers of several models of one graph', () => {
  test('are timed in the same run, those that were fused away left out', async () => {
    const { model: pruned } = pruneModel(model, { scheme: { kind: 'unstructured', rate: 4 } });
    const timed = await timeLayers([model, pruned], { inputShapes: { x: [1, 32] }, rounds: 3, seed: 1 });
    expect(timed.map((layers) => layers.map(({ layer }) => layer))).toEqual([['full', 'soft'], ['full', 'soft']]);
    for (const { ms, spread } of timed.flat()) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(spread).toBeGreaterThanOrEqual(0);
    }
    expect(timed[0]![0]!.fused).toEqual(['relu']);
  });

  test('need shapes, and stop when they are told to', async () => {
    await expect(timeLayers([model], { inputShapes: {}, rounds: 1, seed: 1 })).rejects.toMatchObject({ code: 'bench.option' });
    await expect(timeLayers([model], { inputShapes: { x: [1, 32] }, rounds: 9, seed: 1, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
