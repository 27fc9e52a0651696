import { random } from '@fretwork/conformance';
import { expect, it } from 'vitest';
import { fitsSpace, kernelManifest, kernelName, kernelSpace, readTuning, scheduleOptionsOf, tune, tuningOf, type Choice, type KernelChoice, type KernelVariant } from '../src/index.js';

const variants: readonly KernelVariant[] = [
  ...[4, 8].flatMap((rows) => [8, 16].map((pixels): KernelVariant => ({ operator: 'segments', type: 'f32', rows, pixels, unroll: 2, isa: 'neon' }))),
  { operator: 'streams', type: 'f32', rows: 8, pixels: 32, unroll: 1, isa: 'neon' },
  { operator: 'segments', type: 'f16', rows: 8, pixels: 32, unroll: 1, isa: 'fp16' },
];
const manifest = kernelManifest(variants);
const fallback: KernelChoice = { kernel: 'segments_f32_r4p16u2_neon', chunk: 0, order: 'tile-group', layout: 'planes', reorder: 'by-columns' };
const space = kernelSpace({ manifest, among: ({ type }) => type === 'f32', fallback, columns: 300 });

it('holds the kernels of the manifest that may be chosen, and no other', () => {
  const genes = Object.fromEntries(space.genes.map(({ name, values }) => [name, values]));
  expect(genes).toEqual({
    operator: ['segments', 'streams'], type: ['f32'], isa: ['neon'], rows: [4, 8], pixels: [8, 16, 32], unroll: [1, 2], chunk: [0, 128, 256], order: ['tile-group', 'group-tile'],
    layout: ['planes'], reorder: ['by-columns', 'as-stored'],
  });
  expect(fitsSpace(space, space.fallback)).toEqual({ ok: true });
  expect(fitsSpace(space, { ...space.fallback, rows: 8, pixels: 32, unroll: 2 })).toEqual({ ok: false, reason: 'there is no kernel segments_f32_r8p32u2_neon' });
  expect(fitsSpace(space, { ...space.fallback, chunk: 64 })).toEqual({ ok: false, reason: 'chunk is 64, not one of 0, 128, 256' });
});

it('every choice becomes a tuning that a plan reads back (200 random choices)', () => {
  const draw = random(2);
  let read = 0;
  for (let i = 0; i < 200; i++) {
    const choice: Choice = Object.fromEntries(space.genes.map(({ name, values }) => [name, draw.pick(values)]));
    if (!fitsSpace(space, choice).ok) continue;
    const { kernel, row, ...rest } = readTuning(space.tuning(choice), fallback, manifest, 'layer');
    expect({ operator: row.operator, type: row.type, isa: row.isa, rows: row.rows, pixels: row.pixels, unroll: row.unroll, ...rest }).toEqual(choice);
    expect(kernelName(row)).toBe(kernel);
    read++;
  }
  expect(read).toBeGreaterThan(20);
});

it('what a tuning leaves out is the default', () => {
  expect(readTuning(undefined, fallback, manifest, 'layer')).toEqual({ ...fallback, row: variants[1] });
  expect(readTuning({ permute: 'group-tile' }, fallback, manifest, 'layer')).toMatchObject({ order: 'group-tile', layout: 'planes', chunk: 0 });
  expect(readTuning(tuningOf({ ...fallback, chunk: 128 }), fallback, manifest, 'layer').chunk).toBe(128);
  expect(scheduleOptionsOf(variants[2]!, { chunk: 128, reorder: 'as-stored' })).toEqual({ height: 8, chunk: 128, reorder: 'as-stored' });
});

it.each([
  [{ kernel: 'segments_f32_r4p64u2_neon' }, 'tuning.kernel'], [{ tile: [4, 16] }, 'tuning.tile'], [{ tile: [-1] }, 'tuning.tile'], [{ permute: 'cohwci_b' }, 'tuning.permute'],
])('refuses %j: %s', (tuning, code) => {
  expect(() => readTuning(tuning, fallback, manifest, 'conv1')).toThrow(expect.objectContaining({ code, details: expect.objectContaining({ layer: 'conv1' }) }));
});

it('the tuner reaches every kernel', async () => {
  const found = await tune(space, (choice) => (choice.operator === 'streams' ? 1 : 2), { seed: 1, trials: 30 });
  expect(space.tuning(found.choice).kernel).toBe('streams_f32_r8p32u1_neon');
});
