/** IEEE 754 binary16 and bfloat16, as bits. Rounding is to nearest, ties to even. */

const word = new DataView(new ArrayBuffer(8));

/** Bits of a binary16 → number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Number → bits of the nearest binary16; beyond its range ±Infinity. */
export function numberToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  word.setFloat64(0, size);
  // That of the smallest normal number serves all below it.
  const exponent = Math.max(-14, (word.getUint16(0) >> 4) - 1023);
  // The leading one, and a carry out of the fraction, raise the exponent by themselves: the two fields are neighbours.
  return sign | (((exponent + 14) << 10) + roundEven(size / 2 ** (exponent - 10)));
}

/** Bits of a bfloat16 → number. */
export function bfloatToNumber(bits: number): number {
  word.setUint32(0, (bits & 0xffff) << 16);
  return word.getFloat32(0);
}

/** Number → bits of the nearest bfloat16. */
export function numberToBfloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const rounded = bits + 0x7fff + ((bits >>> 16) & 1);
  return Math.floor(rounded / 0x10000) & 0xffff;
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + floor % 2 : Math.round(value);
}
