/**
 * Bit strings as the contract has them: least significant bit of byte 0 first, no gaps. Positions are numbers, not
 * 32-bit integers: a string may hold more than 2^32 bits.
 */

/** Bits set in a 32-bit word. */
export function popcount(word: number): number {
  let w = word - ((word >>> 1) & 0x55555555);
  w = (w & 0x33333333) + ((w >>> 2) & 0x33333333);
  return Math.imul((w + (w >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Place of the lowest bit set; 32 for 0. */
export const lowestBit = (word: number): number => (word === 0 ? 32 : 31 - Math.clz32(word & -word));

/** Bytes that hold `bits` bits. */
export const bytesForBits = (bits: number): number => Math.ceil(bits / 8);

export const bitAt = (bytes: Uint8Array, place: number): number => (bytes[Math.floor(place / 8)]! >>> (place % 8)) & 1;

export function setBit(bytes: Uint8Array, place: number): void {
  const at = Math.floor(place / 8);
  bytes[at] = bytes[at]! | (1 << (place % 8));
}

/** Bits set among the `length` bits from `from`. */
export function countBits(bytes: Uint8Array, from: number, length: number): number {
  let count = 0;
  let at = Math.floor(from / 8);
  let skip = from % 8;
  for (let left = length; left > 0; at++) {
    const take = Math.min(8 - skip, left);
    count += popcount((bytes[at]! >>> skip) & ((1 << take) - 1));
    left -= take;
    skip = 0;
  }
  return count;
}

/** Writes `base` + i to `ids` for each bit i set among the `length` bits from `from`; says how many. */
export function readIds(bytes: Uint8Array, from: number, length: number, base: number, ids: Uint32Array): number {
  let count = 0;
  let at = Math.floor(from / 8);
  let skip = from % 8;
  for (let done = 0; done < length; at++) {
    const take = Math.min(8 - skip, length - done);
    let rest = (bytes[at]! >>> skip) & ((1 << take) - 1);
    while (rest !== 0) {
      ids[count++] = base + done + lowestBit(rest);
      rest &= rest - 1;
    }
    done += take;
    skip = 0;
  }
  return count;
}

/** Whether the unused high bits of the last byte are 0, for a string of `bits` bits. */
export const paddingIsZero = (bytes: Uint8Array, bits: number): boolean =>
  bits % 8 === 0 || bytes[bytes.length - 1]! >>> (bits % 8) === 0;
