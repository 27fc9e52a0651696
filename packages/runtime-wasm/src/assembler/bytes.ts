/** The bytes of the WebAssembly binary format: LEB128, its variable-length integers (core specification 5.2.2), and pieces put together. */

/** 0 … 2^53 - 1. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value === 0 ? low : low + 128);
  } while (value !== 0);
  return bytes;
}

/** -2^31 … 2^31 - 1. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    if ((value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** One after the other. Modules have a hundred thousand bytes: lists of numbers would take a tenth of a second. */
export function joined(pieces: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
