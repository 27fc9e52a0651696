import { describe, expect, it } from 'vitest';
import { Random } from '../../test/masks.js';
import { bitAt, bytesForBits, countBits, lowestBit, paddingIsZero, popcount, readIds, setBit } from './bits.js';

describe('bits', () => {
  it('counts and finds bits of a word, the sign bit included', () => {
    expect([0, 1, 0xff, 0x80000000, 0xffffffff, -1].map(popcount)).toEqual([0, 1, 8, 1, 32, 32]);
    expect([0, 1, 0b1000, 0x80000000, -1].map(lowestBit)).toEqual([32, 0, 3, 31, 0]);
  });

  it('starts at the least significant bit of byte 0', () => {
    const bytes = new Uint8Array(2);
    setBit(bytes, 0);
    setBit(bytes, 9);
    expect(Array.from(bytes)).toEqual([1, 2]);
    expect([0, 1, 8, 9].map((place) => bitAt(bytes, place))).toEqual([1, 0, 0, 1]);
  });

  it('counts and lists any run of bits as one by one', () => {
    const seed = 11;
    const random = new Random(seed);
    for (let i = 0; i < 300; i++) {
      const bits = random.integer(0, 90);
      const bytes = new Uint8Array(bytesForBits(bits));
      for (let place = 0; place < bits; place++) if (random.next() < 0.4) setBit(bytes, place);
      const from = random.integer(0, bits);
      const length = random.integer(0, bits - from);
      const expected = Array.from({ length }, (_, k) => k).filter((k) => bitAt(bytes, from + k) === 1).map((k) => 1000 + k);
      const ids = new Uint32Array(length);
      const count = readIds(bytes, from, length, 1000, ids);
      expect(Array.from(ids.subarray(0, count)), `seed ${seed}, case ${i}`).toEqual(expected);
      expect(countBits(bytes, from, length), `seed ${seed}, case ${i}`).toBe(expected.length);
    }
  });

  it('sees padding that is not zero', () => {
    expect(paddingIsZero(Uint8Array.of(0xff, 0b011), 11)).toBe(true);
    expect(paddingIsZero(Uint8Array.of(0xff, 0b111), 10)).toBe(false);
    expect(paddingIsZero(Uint8Array.of(0xff), 8)).toBe(true);
    expect(paddingIsZero(new Uint8Array(0), 0)).toBe(true);
  });
});
