import { describe, expect, it } from 'vitest';
import type { DenseTensor } from '@fretwork/format';
import { counting, distance, f32, int, ints, layerOf, runLayer, string, valuesOf } from '../../test/one-layer.js';
import { random } from '../../test/random.js';
import { supports } from '../index.js';

interface Setting {
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pads: [number, number, number, number];
  readonly groups: number;
}

/** The textbook's seven loops, straight from the definition. */
function naive(x: DenseTensor, w: DenseTensor, b: DenseTensor, { strides, dilations, pads, groups }: Setting): DenseTensor {
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const [F, P, Kh, Kw] = w.shape as [number, number, number, number];
  const Oh = Math.floor((H + pads[0] + pads[2] - (Kh - 1) * dilations[0] - 1) / strides[0]) + 1;
  const Ow = Math.floor((W + pads[1] + pads[3] - (Kw - 1) * dilations[1] - 1) / strides[1]) + 1;
  const [xs, ws, out] = [x.data as Float32Array, w.data as Float32Array, new Float32Array(N * F * Oh * Ow)];
  for (let n = 0; n < N; n++) for (let f = 0; f < F; f++) for (let oh = 0; oh < Oh; oh++) for (let ow = 0; ow < Ow; ow++) {
    let sum = b.data[f] as number;
    for (let p = 0; p < P; p++) for (let kh = 0; kh < Kh; kh++) for (let kw = 0; kw < Kw; kw++) {
      const c = Math.floor(f / (F / groups)) * P + p;
      const [h, v] = [oh * strides[0] - pads[0] + kh * dilations[0], ow * strides[1] - pads[1] + kw * dilations[1]];
      if (h >= 0 && h < H && v >= 0 && v < W) sum += xs[((n * C + c) * H + h) * W + v]! * ws[((f * P + p) * Kh + kh) * Kw + kw]!;
    }
    out[((n * F + f) * Oh + oh) * Ow + ow] = sum;
  }
  return f32([N, F, Oh, Ow], Array.from(out));
}

describe('Conv', () => {
  it('is what seven loops compute, for random strides, dilations, pads and groups', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const r = random(seed);
      const groups = r.pick([1, 1, 2, 4]);
      const two = (low: number, high: number): [number, number] => [r.between(low, high), r.between(low, high)];
      const setting: Setting = { strides: two(1, 3), dilations: two(1, 2), pads: [...two(0, 2), ...two(0, 2)], groups };
      const channels = r.between(1, 3);
      const x = r.tensor([r.between(1, 2), groups * channels, r.between(5, 9), r.between(5, 9)]);
      const w = r.tensor([groups * r.between(1, 3), channels, r.between(1, 3), r.between(1, 3)]);
      const b = r.tensor([w.shape[0]!]);
      const y = runLayer('Conv', [x, w, b], {
        strides: ints(...setting.strides), dilations: ints(...setting.dilations), pads: ints(...setting.pads), group: int(groups),
      })[0]!;
      expect(distance(y, naive(x, w, b, setting)), `seed ${seed}`).toBeLessThan(2e-6);
    }
  });

  it('does not depend on the size of its panels', () => {
    // 4·9 columns x 60·60 positions are more than one panel holds.
    const r = random(5);
    const [x, w, b] = [r.tensor([1, 4, 60, 60]), r.tensor([2, 4, 3, 3]), r.tensor([2])];
    const y = runLayer('Conv', [x, w, b], { pads: ints(1, 1, 1, 1) })[0]!;
    expect(distance(y, naive(x, w, b, { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 }))).toBeLessThan(2e-6);
  });

  it('works in one and in three dimensions', () => {
    expect(valuesOf('Conv', [counting([1, 1, 5]), f32([1, 1, 2], [1, 10])], { strides: ints(2) })).toEqual([10, 32]);
    const cube = runLayer('Conv', [counting([1, 1, 2, 2, 2]), f32([1, 1, 2, 2, 2], [1, 0, 0, 0, 0, 0, 0, 1])])[0]!;
    expect([cube.shape, cube.data[0]]).toEqual([[1, 1, 1, 1, 1], 7]);
  });

  it.each([['SAME_UPPER', [1, 3, 5, 7, 4]], ['SAME_LOWER', [0, 1, 3, 5, 7]], ['VALID', [1, 3, 5, 7]]])('auto_pad %s', (mode, y) => {
    expect(valuesOf('Conv', [counting([1, 1, 5]), f32([1, 1, 2], [1, 1])], { auto_pad: string(mode) })).toEqual(y);
  });

  it('refuses what does not fit', () => {
    const x = counting([1, 3, 5]);
    expect(() => runLayer('Conv', [x, counting([1, 2, 3])])).toThrow(/run\.shape/);
    expect(() => runLayer('Conv', [x, counting([2, 3, 2]), f32([1], [0])])).toThrow(/bias does not fit/);
    expect(() => runLayer('Conv', [x, counting([1, 3, 7])])).toThrow(/kernel is larger/);
    expect(() => runLayer('Conv', [x, counting([1, 3, 3])], { strides: ints(1, 1) })).toThrow(/run\.attribute/);
    expect(supports(layerOf('Conv', ['x', 'w'], { auto_pad: string('SAME') }))).toMatchObject({ ok: false, reason: 'auto_pad SAME is not known' });
  });
});
