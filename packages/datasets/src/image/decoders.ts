import type { ImageDecoder, ImageDecoders } from '../contract.js';
import { DatasetError } from '../error.js';

/** What this file uses of jpeg-js. */
interface JpegJs {
  readonly decode: (bytes: Uint8Array, options: Readonly<Record<string, unknown>>) => { readonly width: number; readonly height: number; readonly data: Uint8Array };
}

/** What this file uses of fast-png. */
interface FastPng {
  readonly decode: (bytes: Uint8Array, options: { readonly checkCrc: boolean }) => Png;
  readonly convertIndexedToRgb: (image: Png) => Uint8Array;
}

interface Png {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  readonly depth: number;
  readonly channels: number;
  readonly palette?: readonly (readonly number[])[];
}

/** One row per format: the package that decodes it, plain JavaScript both, and its use. */
const LIBRARIES = {
  jpeg: { name: 'jpeg-js', decoder: (library: unknown): ImageDecoder => jpegDecoder(library as JpegJs) },
  png: { name: 'fast-png', decoder: (library: unknown): ImageDecoder => pngDecoder(library as FastPng) },
} as const;

/** Hidden from bundlers, which would fail where the package is not installed; a page hands in its own decoders. */
const fromDisk = (name: string): Promise<unknown> => import(/* webpackIgnore: true */ /* @vite-ignore */ name);

/**
 * The decoder of the format: the caller's, or else that of a library which the user may have installed; it is loaded
 * when the first image of its format is met. Throws `image.decoder`.
 */
export async function decoderFor(format: 'jpeg' | 'png', given: ImageDecoders = {}, load: (name: string) => Promise<unknown> = fromDisk): Promise<ImageDecoder> {
  const own = given[format];
  if (own !== undefined) return own;
  const { name, decoder } = LIBRARIES[format];
  const library = await load(name).catch((cause: unknown) => {
    throw new DatasetError('image.decoder', { expected: `the package ${name}`, hint: `npm install ${name}, or hand in a decoder of your own`, cause });
  });
  // CommonJS packages come as the default export.
  return decoder((library as { readonly default?: unknown }).default ?? library);
}

const jpegDecoder = (library: JpegJs): ImageDecoder => (bytes) => {
  const { width, height, data } = library.decode(bytes, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false });
  return { width, height, channels: 3, data };
};

const pngDecoder = (library: FastPng): ImageDecoder => (bytes) => {
  const image = library.decode(bytes, { checkCrc: true });
  const { width, height } = image;
  if (image.palette !== undefined) {
    const data = library.convertIndexedToRgb(image);
    return { width, height, channels: channelsOf(data.length / (width * height)), data };
  }
  if (image.depth !== 8 && image.depth !== 16) {
    throw new DatasetError('image.format', { expected: '8 or 16 bits for each channel, or a palette', actual: `${image.depth} bits`, hint: 'convert the image to 8 bits' });
  }
  const data = image.depth === 16 ? Uint8Array.from(image.data, (value) => value >> 8) : Uint8Array.from(image.data);
  return { width, height, channels: channelsOf(image.channels), data };
};

function channelsOf(count: number): 1 | 2 | 3 | 4 {
  if (count === 1 || count === 2 || count === 3 || count === 4) return count;
  throw new DatasetError('image.format', { expected: '1 to 4 channels', actual: `${count}` });
}
