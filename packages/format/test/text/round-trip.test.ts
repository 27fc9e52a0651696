import { describe, expect, it } from 'vitest';
import { bytesOf, parseModel, printModel, type Model, type Tensor } from '@fretwork/format';
import { readText } from '../../src/text/parse.js';
import { randomModel } from './random-model.js';

const SEEDS = Array.from({ length: 400 }, (_, i) => i + 1);

/** Typed arrays with their type and their bytes: NaNs of other bits are other weights. */
function bits(model: Model): unknown {
  const tensor = (t: Tensor): unknown => JSON.stringify(t, (_, value: unknown) => {
    if (ArrayBuffer.isView(value)) return [value.constructor.name, ...bytesOf(value as Uint8Array)];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return {
    tensors: [...model.tensors].map(([name, t]) => [name, tensor(t)]),
    constants: model.layers.map((layer) => [...layer.attributes].map(([name, a]) => [name, a.type === 'tensor' ? tensor(a.value) : a])),
  };
}

describe('parseModel(printModel(model))', () => {
  it('is the model, to the last bit', () => {
    for (const seed of SEEDS) {
      const model = randomModel(seed);
      const text = printModel(model);
      const again = parseModel(text);
      expect(again, `seed ${seed}`).toStrictEqual(model);
      expect(bits(again), `seed ${seed}`).toStrictEqual(bits(model));
      expect(printModel(again), `seed ${seed}`).toBe(text);
    }
  });

  it('is the model with weights omitted, where the tensors are given', () => {
    for (const seed of SEEDS.slice(0, 100)) {
      const model = randomModel(seed);
      const text = printModel(model, { weights: 'omit' });
      expect(text.split('\n').filter((line) => line.startsWith('data '))).toEqual([]);
      expect(parseModel(text, { tensors: model.tensors }), `seed ${seed}`).toStrictEqual(model);
    }
  });

  it('reads any line ends, and brackets broken over lines', () => {
    for (const seed of SEEDS.slice(0, 50)) {
      const model = randomModel(seed);
      const text = printModel(model);
      expect(readText(text.replaceAll('\n', '\r\n')), `seed ${seed}`).toStrictEqual(model);
      expect(readText(`\ufeff# comment\n\n${text}# end`), `seed ${seed}`).toStrictEqual(model);
    }
    expect(readText('fretwork 1\nmodel m\nlayer a = Op(x, # first\n  y,\n\n  z) -> b\n').layers[0]!.inputs).toEqual(['x', 'y', 'z']);
  });

  it('keeps strings that no file may hold', () => {
    const model: Model = { ...randomModel(1), name: '\ud800 lone \u0000' };
    expect(readText(printModel(model)).name).toBe('\ud800 lone \u0000');
  });

  it('holds every seed to what it is for', () => {
    const models = SEEDS.map(randomModel);
    const seen = (pick: (model: Model) => readonly string[]): string[] => [...new Set(models.flatMap(pick))].sort();
    expect(seen((m) => [...m.tensors.values()].flatMap((t) => (t.kind === 'dense' ? [] : t.matrices.map((x) => x.encoding))))).toEqual(['bcr', 'bcrc', 'csr', 'pattern']);
    expect(seen((m) => [...m.tensors.values()].map((t) => t.dtype))).toHaveLength(13);
    expect(seen((m) => m.layers.flatMap((l) => [...l.attributes.values()].map((a) => a.type)))).toHaveLength(7);
    expect(seen((m) => m.layers.flatMap((l) => (l.scheme === undefined ? [] : [l.scheme.kind])))).toHaveLength(7);
    expect(seen((m) => m.layers.flatMap((l) => (l.activation === undefined ? [] : [l.activation.kind])))).toHaveLength(7);
    expect(seen((m) => m.layers.flatMap((l) => [...l.attributes.keys()]))).toContain('__proto__');
  });
});
