import { dense } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { checkProvider, onnxRuntime, type SessionFactory } from '../src/index.js';
import { NetworkMaker, smallCnn, smallGru } from './networks.js';
import { int, string } from './one-layer.js';

const sessions = onnxRuntime({ threads: 1 });

/** Gives every output named by `spoil` with one element changed. */
const spoilt = (spoil: (name: string) => boolean): SessionFactory => ({
  name: 'spoilt',
  create: async (model) => {
    const inner = await sessions.create(model);
    return {
      dispose: () => inner.dispose(),
      run: async (inputs) => {
        const { outputs, release } = await inner.run(inputs);
        const changed = Object.entries(outputs).map(([name, t]) => {
          if (!spoil(name)) return [name, t] as const;
          const data = Float32Array.from(t.data as Float32Array);
          data[0] = data[0]! * 1.5 + 0.01;
          return [name, dense('f32', t.shape, data)] as const;
        });
        return { outputs: Object.fromEntries(changed), release };
      },
    };
  },
});

function depthwiseNet(): ReturnType<typeof smallCnn> {
  const m = new NetworkMaker(3);
  const x = m.layer('HardSwish', [m.batchNorm(m.conv(m.conv('x', 3, 8, 3, 2), 8, 8, 3, 1, 8), 8)]);
  return m.finish('depthwise', ['N', 3, 12, 12], m.gemm(m.layer('Flatten', [m.layer('GlobalAveragePool', [m.conv(x, 8, 12, 3, 2, 4)])]), 12, 5));
}

function lstmNet(): ReturnType<typeof smallCnn> {
  const m = new NetworkMaker(4);
  const x = m.recurrent('LSTM', 'x', 3, 5, { direction: string('bidirectional') }, 2);
  return m.finish('lstm', [6, 'N', 3], m.gemm(m.layer('Reshape', [m.recurrent('GRU', x, 10, 4, { linear_before_reset: int(0) }), m.list('rows', -1, 4)]), 4, 3));
}

describe('checkProvider', () => {
  for (const form of ['cpu', 'portable'] as const) {
    for (const [model, x] of [
      [smallCnn(1, 1, 16), [4, 1, 16, 16]], [depthwiseNet(), [3, 3, 12, 12]], [smallGru(1, 5, 2, 4, 3), [5, 2, 2]], [lstmNet(), [6, 2, 3]],
    ] as const) {
      it(`finds onnxruntime-node right on ${model.name}, form ${form}`, async () => {
        const check = await checkProvider(model, { loss: { kind: 'cross-entropy' }, inputShapes: { x }, form, sessions });
        expect(check.ok, JSON.stringify(check)).toBe(true);
        expect(check.checked.length).toBeGreaterThan(3);
      });
    }
  }

  it('names the parameter whose gradient is wrong while the loss is right', async () => {
    const check = await checkProvider(smallCnn(1, 1, 8), {
      loss: { kind: 'cross-entropy' }, inputShapes: { x: [2, 1, 8, 8] }, sessions: spoilt((name) => name.startsWith('grad/Identity_3')),
    });
    expect(check).toMatchObject({ ok: false });
    expect(check.checked.filter((c) => !(c.difference <= 2e-3))).toHaveLength(1);
    expect(check.checked[0]!.difference).toBeLessThan(1e-5);
  });
});
