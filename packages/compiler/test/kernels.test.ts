import { random } from '@fretwork/conformance';
import { expect, it } from 'vitest';
import { kernelManifest, kernelName, parseKernelName, type KernelVariant } from '../src/index.js';

const row: KernelVariant = { operator: 'segments', type: 'f32', rows: 4, pixels: 16, unroll: 2, isa: 'neon' };

it('a name says all of a kernel and parses back (500 random rows)', () => {
  expect(kernelName(row)).toBe('segments_f32_r4p16u2_neon');
  const draw = random(3);
  for (let i = 0; i < 500; i++) {
    const word = (): string => `${draw.pick([...'abcxyz'])}${Array.from({ length: draw.integer(0, 5) }, () => draw.pick([...'apr0129'])).join('')}`;
    const variant: KernelVariant = {
      operator: word(), type: draw.pick(['f32', 'f16', 'i8'] as const), rows: draw.integer(1, 64), pixels: draw.integer(1, 64), unroll: draw.integer(1, 8), isa: word(),
    };
    expect(parseKernelName(kernelName(variant)), kernelName(variant)).toEqual(variant);
  }
});

it.each(['', 'segments', 'segments_f64_r4p16u2_neon', 'segments_f32_r04p16u2_neon', 'segments_f32_r4p16_neon', 'segments_f32_r4p16u2_neon ', 'a_b_f32_r4p16u2_neon', 'A_f32_r1p1u1_neon'])(
  '%o is no name', (name) => expect(parseKernelName(name)).toBeUndefined(),
);

it('a manifest finds rows by name and by what they are', () => {
  const wide = { ...row, pixels: 32, why: 'one row waits for its sums' };
  const half = { ...row, type: 'f16' as const, isa: 'fp16' };
  const manifest = kernelManifest([row, wide, half]);
  expect(manifest.find('segments_f32_r4p32u2_neon')).toBe(wide);
  expect(manifest.find('segments_f32_r4p64u2_neon')).toBeUndefined();
  expect(manifest.select({ type: 'f32', rows: 4 })).toEqual([row, wide]);
  expect(manifest.select({ isa: 'sve' })).toEqual([]);
});

it('refuses rows that no name can say, and two of one name', () => {
  for (const wrong of [{ operator: 'a_b' }, { isa: 'armv8.2-a' }, { rows: 0 }, { unroll: 1.5 }, { type: 'f64' as never }]) {
    expect(() => kernelManifest([{ ...row, ...wrong }]), JSON.stringify(wrong)).toThrow(/kernels\.row/);
  }
  expect(() => kernelManifest([row, { ...row }])).toThrow(/kernels\.duplicate/);
});
