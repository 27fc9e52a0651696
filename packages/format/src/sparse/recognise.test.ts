import { describe, expect, it } from 'vitest';
import {
  bcrMask, channelMask, filterMask, patternMask, punchedMask, Random, unstructuredMask, weightsUnder, type Mask,
} from '../../test/masks.js';
import { lnChoose, lnFactorial } from './code-length.js';
import { recogniseScheme } from './recognise.js';

const random = new Random(30);
const recognise = (mask: Mask, rows: number, columns: number, kernel = 1) =>
  recogniseScheme(weightsUnder(random, mask), rows, columns, kernel);

const kept = (mask: Mask): number => mask.reduce((a, b) => a + b, 0);

describe('recogniseScheme', () => {
  it('calls weights without zeros dense, and also those with a few', () => {
    const mask = new Uint8Array(64 * 72).fill(1);
    expect(recognise(mask, 64, 72, 9)).toEqual({ scheme: { kind: 'dense' }, reason: 'no weight is zero' });
    mask[5] = mask[3000] = 0;
    expect(recognise(mask, 64, 72, 9)).toEqual({
      scheme: { kind: 'dense' }, reason: '2 of 4608 weights are zero, too few for pruning, and without structure',
    });
    expect(recognise(new Uint8Array(0), 0, 72, 9).scheme).toEqual({ kind: 'dense' });
  });

  it('calls weights that are all zero filter-pruned at a rate that is a bound', () => {
    expect(recognise(new Uint8Array(32), 4, 8)).toEqual({
      scheme: { kind: 'filter', rate: 32 }, reason: 'every weight is zero: all filters are gone, the rate is a bound',
    });
  });

  it('sees filters and channels that are gone', () => {
    expect(recognise(filterMask(random, 64, 72, 4), 64, 72, 9)).toEqual({
      scheme: { kind: 'filter', rate: 4 }, reason: '48 of 64 filters are gone, the others are full',
    });
    expect(recognise(channelMask(random, 64, 72, 9, 2), 64, 72, 9)).toEqual({
      scheme: { kind: 'channel', rate: 2 }, reason: '4 of 8 input channels are gone, the others are full',
    });
  });

  it('sees kernel patterns with connectivity', () => {
    const mask = patternMask(random, 64, 32 * 9, 5);
    expect(recognise(mask, 64, 32 * 9, 9).scheme).toEqual({ kind: 'pattern', rate: mask.length / kept(mask), keep: 4, patterns: 8 });
    const whole = bcrMask(random, 64, 32 * 9, 1, 9, 1, 0);
    for (let k = 0; k < whole.length; k += 9) if (random.next() < 0.5) whole.fill(0, k, k + 9);
    expect(recognise(whole, 64, 32 * 9, 9).scheme).toMatchObject({ kind: 'pattern', keep: 9, patterns: 1 });
  });

  it('sees positions punched out of blocks, also where one kernel alone would be a pattern', () => {
    for (const [filters, channels] of [[8, 4], [16, 8], [4, 4]] as const) {
      const mask = punchedMask(random, 64, 32 * 9, 9, filters, channels, 3);
      expect(recognise(mask, 64, 32 * 9, 9).scheme).toEqual({
        kind: 'block-punched', rate: mask.length / kept(mask), blockFilters: filters, blockChannels: channels,
      });
    }
    const few = punchedMask(random, 16, 8 * 9, 9, 8, 4, 2);
    expect(recognise(few, 16, 8 * 9, 9).scheme).toMatchObject({ kind: 'block-punched', blockFilters: 8, blockChannels: 4 });
  });

  it.each([[4, 16, 0.5], [8, 32, 0.5], [4, 16, 0.2], [16, 16, 0.7], [64, 64, 0.5]] as const)(
    'sees %ix%i blocks with rows and columns gone, rows %d of the rate', (blockRows, blockColumns, rowShare) => {
      const mask = bcrMask(random, 128, 256, blockRows, blockColumns, 8, rowShare);
      const { scheme } = recognise(mask, 128, 256);
      expect(scheme).toMatchObject({ kind: 'bcr', rate: mask.length / kept(mask), blockRows, blockColumns });
      if (scheme.kind === 'bcr') {
        const rows = Math.max(1, Math.round(blockRows * 8 ** -rowShare)) / blockRows;
        expect(scheme.rowShare).toBeCloseTo(Math.log(1 / rows) / Math.log(8), 1);
      }
    });

  it('measures columns only as 0 and rows only as 1', () => {
    expect(recognise(bcrMask(random, 128, 256, 16, 64, 8, 0), 128, 256).scheme).toMatchObject({ kind: 'bcr', blockRows: 16, rowShare: 0 });
    // Rows gone in 1024x256 blocks, as in GRIM's recurrent layers.
    expect(recognise(bcrMask(random, 256, 512, 1024, 256, 8, 1), 256, 512).scheme)
      .toMatchObject({ kind: 'bcr', blockRows: 256, blockColumns: 256, rowShare: 1 });
  });

  it('sees the whole matrix as one block: filters and channels gone together', () => {
    const rows = filterMask(random, 64, 72, 4);
    const columns = channelMask(random, 64, 72, 9, 2);
    expect(recognise(rows.map((k, i) => k & columns[i]!), 64, 72, 9).scheme)
      .toEqual({ kind: 'bcr', rate: 8, blockRows: 64, blockColumns: 72, rowShare: expect.closeTo(2 / 3, 9) });
  });

  it('never finds structure in masks drawn at random, at any rate and size', () => {
    const seed = 31;
    const draw = new Random(seed);
    for (let i = 0; i < 800; i++) {
      const kernel = draw.pick([1, 4, 9]);
      const rows = draw.integer(2, 48);
      const columns = kernel * draw.integer(2, 24);
      const mask = unstructuredMask(draw, rows, columns, draw.pick([1.2, 2, 5, 20, 100, 500]));
      // So few weights may well be a whole row or column of a small matrix.
      if (kept(mask) < 4) continue;
      const { scheme, reason } = recogniseScheme(weightsUnder(draw, mask), rows, columns, kernel);
      expect(['unstructured', 'dense'], `${rows}x${columns} kernel ${kernel}: ${reason}, seed ${seed}, case ${i}`).toContain(scheme.kind);
    }
  });

  it('does not claim structure that a few weights may show by chance', () => {
    const mask = new Uint8Array(64);
    mask[3] = mask[5] = 1;
    const { scheme, reason } = recognise(mask, 8, 8);
    expect(scheme).toEqual({ kind: 'unstructured', rate: 32 });
    expect(reason).toBe('62 of 64 weights are zero, in no structure that a random mask would not show as well');
  });

  it('has no tolerance: one weight less, and the block it was in is no product', () => {
    const mask = bcrMask(random, 64, 64, 8, 16, 1.5, 0);
    expect(recognise(mask, 64, 64).scheme).toMatchObject({ kind: 'bcr', blockRows: 8 });
    mask[mask.findIndex((k, i) => i % 4 === 0 && k === 1 && mask[i + 1] === 1)] = 0;
    expect(recognise(mask, 64, 64).scheme.kind).toBe('unstructured');
  });

  it('takes both zeros of f16 for zero where it is told the dtype', () => {
    const bits = Uint16Array.from(filterMask(random, 8, 8, 4), (k) => (k === 1 ? 0x3c00 : 0x8000));
    expect(recogniseScheme(bits, 8, 8, 1, 'f16').scheme).toEqual({ kind: 'filter', rate: 4 });
    expect(recogniseScheme(bits, 8, 8, 1).scheme).toEqual({ kind: 'dense' });
  });
});

describe('code lengths', () => {
  it('take the factorial from a series where sums are long, without a step', () => {
    let exact = 0;
    for (let n = 1; n <= 60; n++) {
      exact += Math.log(n);
      expect(lnFactorial(n)).toBeCloseTo(exact, 8);
    }
  });

  it('count choices', () => {
    expect(Math.exp(lnChoose(9, 4))).toBeCloseTo(126, 8);
    expect(lnChoose(9, 0) + lnChoose(9, 9)).toBe(0);
  });
});
