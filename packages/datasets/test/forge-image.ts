import { crc32, deflateSync } from 'node:zlib';
import type { DecodedImage, ImageDecoders } from '@fretwork/datasets';
import { ascii, concat } from './forge.js';

const big = (value: number): readonly number[] => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];

const chunk = (type: string, data: Uint8Array): Uint8Array => concat(big(data.length), ascii(type), data, big(crc32(concat(ascii(type), data))));

const COLOUR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

/** A PNG file of unfiltered rows. */
export function png({ width, height, channels, data }: DecodedImage, depth: 1 | 8 | 16 = 8): Uint8Array {
  const row = data.length / height;
  const rows = Array.from({ length: height }, (_, y) => concat([0], data.subarray(y * row, (y + 1) * row)));
  const header = concat(big(width), big(height), [depth, COLOUR_TYPES[channels], 0, 0, 0]);
  return concat(
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], chunk('IHDR', header), chunk('IDAT', new Uint8Array(deflateSync(concat(...rows)))), chunk('IEND', new Uint8Array(0)),
  );
}

/** The beginning of a JPEG file up to its frame header; nothing in it can be decoded. */
export const jpegHead = (width: number, height: number, before: readonly number[] = []): Uint8Array =>
  Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, ...before, 0xff, 0xff, 0xc2, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0);

/** Decoders that hand out one image, whatever the bytes are. */
export const always = (image: DecodedImage): ImageDecoders => ({ jpeg: () => image, png: async () => image });

export const picture = (width: number, height: number, channels: 1 | 2 | 3 | 4, data: readonly number[]): DecodedImage => ({ width, height, channels, data: Uint8Array.from(data) });
