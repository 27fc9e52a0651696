import { describe, expect, it } from 'vitest';
import { parseModel, printModel } from '@fretwork/format';
import { sample } from './sample.js';

const edited = (from: string, to: string): ReturnType<typeof parseModel> => {
  const text = printModel(sample());
  expect(text.split(from)).toHaveLength(2);
  return parseModel(text.replace(from, to));
};

describe('a text that was edited by hand', () => {
  it('prints as a person would write it', () => {
    const text = printModel(sample());
    expect(text.slice(text.indexOf('layer conv1'), text.indexOf('layer squash'))).toBe(`layer conv1 = Conv(x, conv1.weight, conv1.bias) -> h
  ints kernel_shape = [3, 3]
  ints strides = [2, 2]
  ints pads = [1, 1, 1, 1]
  activation clip alpha 0 beta 6
  tuning tile [16, 32, 8] unroll [4, 2, 8] permute cohwci_b
  origin [/conv1/Conv, /act/Clip]

`);
    expect(text).toContain('\ntensor conv1.bias f32 [1] = [0.1]\n');
    expect(text).toContain('\n  scheme bcr block 4x8 rate 8 rows 0.5\n');
    expect(text).toContain('kept 16  # 12.5 % kept\n');
  });

  it('has another scheme', () => {
    const model = edited('  scheme bcr block 4x8 rate 8 rows 0.5', '  scheme bcr rate 10 rows 0.25 block 2x4 # faster');
    expect(model.layers[2]!.scheme).toEqual({ kind: 'bcr', rate: 10, blockRows: 2, blockColumns: 4, rowShare: 0.25 });
    expect(edited('  scheme bcr block 4x8 rate 8 rows 0.5', '  scheme block-punched rate 3.6 block 8x4').layers[2]!.scheme)
      .toEqual({ kind: 'block-punched', rate: 3.6, blockFilters: 8, blockChannels: 4 });
    expect('scheme' in edited('  scheme bcr block 4x8 rate 8 rows 0.5\n', '').layers[2]!).toBe(false);
  });

  it('has another attribute, activation, tuning, element and plan', () => {
    expect(edited('  float alpha = 1', '  float alpha = 0.5').layers[2]!.attributes.get('alpha')).toEqual({ type: 'float', value: 0.5 });
    expect(edited('  activation clip alpha 0 beta 6', '  activation relu').layers[0]!.activation).toEqual({ kind: 'relu' });
    expect(edited('unroll [4, 2, 8]', 'unroll [\n    8, # rows\n    1\n  ]').layers[0]!.tuning).toEqual({ tile: [16, 32, 8], unroll: [8, 1], permute: 'cohwci_b' });
    expect(edited('f32 [1] = [0.1]', 'f32 [1] = [-1e-3]').tensors.get('conv1.bias')).toMatchObject({ data: Float32Array.of(-0.001) });
    expect(edited('  map conv1 dense because', '  map conv1 filter rate 2 predicted 1.5 because').plan!.entries[1])
      .toEqual({ layer: 'conv1', scheme: { kind: 'filter', rate: 2 }, predictedMs: 1.5, reason: 'one filter' });
  });

  it('needs little: a model by hand', () => {
    const model = parseModel(`
      # A hand-made model: no producer, no tensors.
      fretwork 1
      model by-hand
      input x f32 [N, 10]
      output y f32 [N, 10]
      layer a = Relu(x) -> y
    `);
    expect(model).toEqual({
      name: 'by-hand', values: [], tensors: new Map(), provenance: { producer: '', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
      inputs: [{ name: 'x', dtype: 'f32', shape: ['N', 10] }], outputs: [{ name: 'y', dtype: 'f32', shape: ['N', 10] }],
      layers: [{ name: 'a', operator: 'Relu', domain: '', inputs: ['x'], outputs: ['y'], attributes: new Map() }],
    });
  });
});
