import type { DecodedImage, ImageDecoders } from '../contract.js';
import { DatasetError } from '../error.js';
import { saidBy } from '../gunzip.js';
import { decoderFor } from './decoders.js';
import { imageHeader } from './image-header.js';

/** Most pixels of one image: at four channels 256 MiB. */
const MOST_PIXELS = 2 ** 26;

/**
 * A JPEG or PNG image, decoded by the caller's decoder or by an optional library. Its size is read from the header and
 * held against the limit first, and against the decoder's result afterwards. Throws `image.*`.
 */
export async function readImage(bytes: Uint8Array, decoders?: ImageDecoders): Promise<DecodedImage> {
  const { format, width, height } = imageHeader(bytes);
  if (width * height > MOST_PIXELS) throw new DatasetError('image.header', { expected: `at most ${MOST_PIXELS} pixels`, actual: `${width}x${height}` });
  const decoder = await decoderFor(format, decoders);
  let image: DecodedImage;
  try {
    image = await decoder(bytes);
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    throw new DatasetError('image.corrupt', { ...saidBy(cause), hint: 'open the image in a viewer: if it is whole, convert it to plain 8-bit PNG', cause });
  }
  if (image.width !== width || image.height !== height || image.data.length !== width * height * image.channels) {
    throw new DatasetError('image.corrupt', {
      expected: `${width}x${height}, as its header says`, actual: `${image.width}x${image.height} of ${image.channels} channels in ${image.data.length} bytes`,
    });
  }
  return image;
}

/**
 * Writes an image into planes, `[channels, H, W]`: colour into one plane becomes its luma (ITU-R BT.601), grey into
 * three is repeated. Opaque alpha is dropped; an image that one can see through is refused with `image.alpha`.
 */
export function toPlanes({ width, height, channels, data }: DecodedImage, planes: 1 | 3, out: Uint8Array): void {
  const plane = width * height;
  const colours = channels > 2 ? 3 : 1;
  for (let p = 0; p < plane; p++) {
    const at = p * channels;
    if (channels > colours && data[at + colours] !== 255) {
      throw new DatasetError('image.alpha', { expected: 'opaque pixels', actual: `alpha ${data[at + colours]} at pixel ${p}`, hint: 'put the image on a background first' });
    }
    if (planes === 3) {
      for (let c = 0; c < 3; c++) out[c * plane + p] = data[at + (colours === 3 ? c : 0)]!;
    } else {
      out[p] = colours === 1 ? data[at]! : Math.round(0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!);
    }
  }
}
