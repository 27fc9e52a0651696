import { expect, it } from 'vitest';
import { checkProvider, onnxRuntime, type OrtModule } from '../src/index.js';
import { smallCnn, smallGru } from './networks.js';

it('onnxruntime-web computes the same gradients', async () => {
  const module = await import('onnxruntime-web') as unknown as OrtModule;
  const sessions = onnxRuntime({ module, executionProviders: ['wasm'], threads: 1 });
  for (const [model, x] of [[smallCnn(1, 1, 8), [4, 1, 8, 8]], [smallGru(1, 5, 2, 4, 3), [5, 2, 2]]] as const) {
    expect(await checkProvider(model, { loss: { kind: 'cross-entropy' }, inputShapes: { x }, sessions })).toMatchObject({ ok: true });
  }
});
