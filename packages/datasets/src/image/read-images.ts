import type { Dataset, ImageDecoders, ReadFile } from '../contract.js';
import { DatasetError, inFile } from '../error.js';
import { readUstar } from '../ustar.js';
import { labelImages } from './image-labels.js';
import { readImage, toPlanes } from './read-image.js';

export interface ImagesOptions {
  /** Decoders of the caller's own; where one is missing, jpeg-js or fast-png is loaded if it is installed. */
  readonly decoders?: ImageDecoders;
  /** 3 when left out. */
  readonly channels?: 1 | 3;
}

/**
 * Images of one size as u8 `[N, channels, H, W]`, labelled by their paths (a folder for each class, or `…_<label>.jpg`)
 * and in the order of those. `open` gives the bytes of one of `paths`. Throws `image.*`; images are not resized.
 */
export async function readImages(paths: readonly string[], open: ReadFile, { decoders, channels = 3 }: ImagesOptions = {}): Promise<Dataset> {
  const { images, classes } = labelImages(paths);
  let data = new Uint8Array(0);
  let size = { width: 0, height: 0 };
  for (const [i, { path }] of images.entries()) {
    const bytes = await open(path);
    const image = await readImage(bytes, decoders).catch((error: unknown) => inFile(path, () => { throw error; }));
    const { width, height } = image;
    if (i === 0) {
      size = { width, height };
      data = new Uint8Array(images.length * channels * width * height);
    }
    if (width !== size.width || height !== size.height) {
      throw new DatasetError('image.size', {
        file: path, expected: `${size.width}x${size.height}, as the first image is`, actual: `${width}x${height}`, hint: 'resize all images to one size first',
      });
    }
    const each = channels * width * height;
    inFile(path, () => toPlanes(image, channels, data.subarray(i * each, (i + 1) * each)));
  }
  const inputs = { dtype: 'u8', shape: [images.length, channels, size.height, size.width], data } as const;
  return { inputs, labels: Int32Array.from(images, ({ label }) => label), ...(classes === undefined ? {} : { classes }) };
}

/** The images of a USTAR archive, `.tar` or `.tar.gz`, which `open` decompresses. Throws `image.*`, `ustar.*`. */
export async function readImageArchive(file: string, open: ReadFile, options: ImagesOptions = {}): Promise<Dataset> {
  const bytes = await open(file);
  const files = inFile(file, () => readUstar(bytes));
  return await readImages([...files.keys()], async (path) => files.get(path)!, options);
}
