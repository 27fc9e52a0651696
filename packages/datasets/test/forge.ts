/** Files forged byte by byte, so that a test can break exactly one thing. */

export const concat = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** An NPY file with `dictionary` as its header, unpadded. */
export function npy(dictionary: string, data: Uint8Array | readonly number[] = [], version = 1): Uint8Array {
  const length = dictionary.length;
  const field = version === 1 ? [length & 255, length >> 8] : [length & 255, (length >> 8) & 255, length >> 16, 0];
  return concat([0x93], ascii('NUMPY'), [version, 0], field, ascii(dictionary), data);
}

/** An IDX file of u8 unless told. */
export function idx(shape: readonly number[], data: Uint8Array | readonly number[], type = 8): Uint8Array {
  return concat([0, 0, type, shape.length], shape.flatMap((axis) => [axis >>> 24, (axis >> 16) & 255, (axis >> 8) & 255, axis & 255]), data);
}

export interface TarHeader {
  readonly name: string;
  readonly prefix?: string;
  readonly data?: string;
  readonly type?: string;
  readonly size?: string;
  readonly magic?: string;
  readonly checksum?: string;
}

/** One entry of a USTAR archive. */
export function tarEntry({ name, prefix = '', data = '', type = '0', size, magic = 'ustar\x0000', checksum }: TarHeader): Uint8Array {
  const header = new Uint8Array(512);
  const put = (text: string, at: number): void => header.set(new TextEncoder().encode(text), at);
  put(name, 0);
  put('0000644\0', 100);
  put(size ?? `${data.length.toString(8).padStart(11, '0')}\0`, 124);
  put('        ', 148);
  put(type, 156);
  put(magic, 257);
  put(prefix, 345);
  const sum = header.reduce((a, b) => a + b, 0);
  put(checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = new Uint8Array(Math.ceil(data.length / 512) * 512);
  body.set(ascii(data));
  return concat(header, body);
}

export const tar = (...entries: readonly TarHeader[]): Uint8Array => concat(...entries.map(tarEntry), new Uint8Array(1024));

/** A seeded stream of whole numbers below n (a linear congruence; the tests' own). */
export function dice(seed: number): (n: number) => number {
  let state = BigInt(seed);
  return (n) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(n));
  };
}

export const hexBytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
