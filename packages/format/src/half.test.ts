import { describe, expect, it } from 'vitest';
import { bfloatToNumber, halfToNumber, numberToBfloat, numberToHalf } from './half.js';

describe('binary16', () => {
  it('comes back from every bit pattern', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = halfToNumber(bits);
      if (Number.isNaN(value)) expect(numberToHalf(value)).toBe(0x7e00);
      else if (numberToHalf(value) !== bits) expect(numberToHalf(value).toString(16)).toBe(bits.toString(16));
    }
  });
  it('rounds to nearest, ties to even', () => {
    expect(numberToHalf(1 + 2 ** -11)).toBe(0x3c00);
    expect(numberToHalf(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(numberToHalf(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01);
    expect(numberToHalf(65519.99)).toBe(0x7bff);
    expect(numberToHalf(65520)).toBe(0x7c00);
    expect(numberToHalf(2 ** -25)).toBe(0);
    expect(numberToHalf(2 ** -25 * 1.001)).toBe(1);
    expect(numberToHalf(2 ** -14 * (1 - 2 ** -12))).toBe(0x0400);
    expect(numberToHalf(2047.9999)).toBe(0x6800);
  });
});

describe('bfloat16', () => {
  it('comes back from every bit pattern', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = bfloatToNumber(bits);
      if (Number.isNaN(value)) expect(numberToBfloat(value)).toBe(0x7fc0);
      else if (numberToBfloat(value) !== bits) expect(numberToBfloat(value).toString(16)).toBe(bits.toString(16));
    }
  });
  it('rounds to nearest, ties to even', () => {
    expect(numberToBfloat(1 + 2 ** -8)).toBe(0x3f80);
    expect(numberToBfloat(1 + 3 * 2 ** -8)).toBe(0x3f82);
    expect(numberToBfloat(3.4e38)).toBe(0x7f80);
  });
});
