import { DatasetError, shown } from '../error.js';

export interface LabelledPath {
  readonly path: string;
  readonly label: number;
}

export interface ImageLabels {
  readonly images: readonly LabelledPath[];
  /** Given where folders name the classes. */
  readonly classes?: readonly string[];
}

const IMAGE = /\.(?:jpe?g|png)$/i;

/**
 * Which files are images and what their labels are, from their paths alone. Either every image lies in a folder, whose
 * name is its class (classes in the order of their names), or every name ends in `_<label>`: `00012_3.jpg`. Images are in
 * the order of their paths. Other files are passed over. Throws `image.names` where neither holds, or there are none.
 */
export function labelImages(paths: readonly string[]): ImageLabels {
  const images = paths.filter((path) => IMAGE.test(path)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const folders = images.map((path) => /(?:^|\/)([^/]+)\/[^/]+$/.exec(path)?.[1]);
  const numbers = images.map((path) => /_([0-9]{1,9})\.[A-Za-z]+$/.exec(path)?.[1]);
  if (images.length > 0 && numbers.every((number) => number !== undefined)) {
    return { images: images.map((path, i) => ({ path, label: Number(numbers[i]) })) };
  }
  if (images.length > 0 && folders.every((folder) => folder !== undefined)) {
    const classes = [...new Set(folders as readonly string[])].sort((a, b) => (a < b ? -1 : 1));
    return { images: images.map((path, i) => ({ path, label: classes.indexOf(folders[i]!) })), classes };
  }
  throw new DatasetError('image.names', {
    expected: 'JPEG or PNG images in one folder for each class, or named such as 00012_3.jpg for label 3',
    actual: images.length === 0 ? `no image among ${paths.length} files` : shown(images.find((_, i) => folders[i] === undefined && numbers[i] === undefined) ?? images[0]!),
  });
}
