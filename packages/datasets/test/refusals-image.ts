import { concat as together, loadDataset, ndArray, readImage, readImages, type DatasetErrorCode } from '@fretwork/datasets';
import { decoderFor } from '../src/image/decoders.js';
import { ascii, tar } from './forge.js';
import { always, jpegHead, picture, png } from './forge-image.js';

const grey = picture(2, 1, 1, [1, 2]);
const file = png(grey);
const images = (...paths: readonly string[]): Promise<unknown> => readImages(paths, async () => file, { decoders: always(grey) });

/** The rows of the refusals' table that speak of images. */
export const IMAGE_REFUSALS: readonly (readonly [code: DatasetErrorCode, what: string, call: () => unknown])[] = [
  ['image.format', 'a GIF', () => readImage(ascii('GIF89a'))],
  ['image.format', 'nothing', () => readImage(new Uint8Array(0))],
  ['image.header', 'a cut PNG', () => readImage(file.slice(0, 30))],
  ['image.header', 'a PNG without its header', () => readImage(file.map((byte, i) => (i === 12 ? 0 : byte)))],
  ['image.header', 'a PNG of width 0', () => readImage(png(picture(0, 1, 1, [])))],
  ['image.header', 'a PNG of 2^32 pixels', () => readImage(png({ ...grey, width: 65536, height: 65536, data: new Uint8Array(65536) }))],
  ['image.header', 'a JPEG of 2^32 pixels', () => readImage(jpegHead(65535, 65535))],
  ['image.header', 'a JPEG without a frame', () => readImage(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9))],
  ['image.header', 'a JPEG segment past the end', () => readImage(jpegHead(1, 1).slice(0, -1))],
  ['image.header', 'a JPEG without markers', () => readImage(Uint8Array.of(0xff, 0xd8, 1, 2, 3, 4))],
  ['image.corrupt', 'an image of another size than its header says', () => readImage(file, always(picture(1, 2, 1, [1, 2])))],
  ['image.corrupt', 'too few pixels', () => readImage(file, always(picture(2, 1, 3, [1, 2])))],
  ['image.corrupt', 'a decoder that gives up', () => readImage(file, { png: () => { throw new Error('bad'); } })],
  ['image.decoder', 'no library', () => decoderFor('jpeg', {}, () => Promise.reject(new Error('not found')))],
  ['image.alpha', 'an image to see through', () => readImages(['a/b.png'], async () => file, { decoders: always(picture(2, 1, 2, [1, 255, 2, 128])) })],
  ['image.names', 'no image', () => images('a/readme.txt')],
  ['image.names', 'an image beside the folders', () => images('a/1.png', '2.png')],
  ['image.size', 'two sizes', () => readImages(['a/1.png', 'a/2.png'], async (path) => png(path === 'a/1.png' ? grey : picture(1, 2, 1, [1, 2])), {
    decoders: { png: (bytes) => ({ ...grey, width: bytes[19]!, height: bytes[23]! }) },
  })],
  ['spec.list', 'a folder that nobody can list', () => loadDataset('folder:a', { readFile: async () => file })],
  ['ustar.magic', 'an archive that is none', () => loadDataset('images:a.tar', { readFile: async () => tar({ name: 'a', magic: '' }) })],
  ['select.alike', 'no sets', () => together([])],
  ['select.alike', 'sets of two shapes', () => together([2, 3].map((side) => ({ inputs: ndArray('u8', [1, side], new Uint8Array(side)), labels: Int32Array.of(0) })))],
];
