/** One row per way to be refused: the stable code and what is wrong. Tests break each of them. */
export const DATASET_ERRORS = {
  'array.length': 'the data does not fill the shape',
  'array.shape': 'the shape is none',
  'cifar.label': 'a label is no class of this data set',
  'cifar.size': 'the file is no whole number of records',
  'dataset.count': 'inputs and labels differ in number',
  'dataset.scalar': 'the inputs have no axis for the samples',
  'gzip.corrupt': 'the compressed data is damaged or cut off',
  'gzip.limit': 'the data decompresses to more than the limit',
  'gzip.magic': 'this is no gzip file',
  'idx.magic': 'this is no IDX file',
  'idx.size': 'the file does not hold what its header declares',
  'idx.truncated': 'the file ends inside the header',
  'idx.type': 'there is no such IDX element type',
  'labels.dtype': 'labels must be integers',
  'labels.range': 'a label is out of range',
  'labels.shape': 'labels must be one per sample',
  'normalise.channels': 'mean or std does not fit the channels',
  'normalise.value': 'mean, std or scale is no usable number',
  'npy.bool': 'a boolean is neither 0 nor 1',
  'npy.dtype': 'the element type is not supported',
  'npy.header': 'the header is not the dictionary that NumPy writes',
  'npy.header-length': 'the header is too long',
  'npy.magic': 'this is no NPY file',
  'npy.size': 'the file does not hold what its header declares',
  'npy.truncated': 'the file ends inside the header',
  'npy.version': 'the format version is unknown',
  'raw.shape': 'the sample shape is none',
  'raw.size': 'the file is no whole number of samples',
  'shapes.option': 'there is no such set of shapes',
  'spec.fields': 'the data spec has too few or too many parts',
  'spec.kind': 'the data spec names no known kind',
  'spec.shape': 'the sample shape cannot be read',
  'ustar.checksum': 'a header checksum is wrong',
  'ustar.duplicate': 'two files have the same path',
  'ustar.magic': 'this is no USTAR archive',
  'ustar.path': 'a path leaves the archive or cannot be used',
  'ustar.size': 'a size cannot be read',
  'ustar.trailing': 'something follows the end of the archive',
  'ustar.truncated': 'the archive is cut off',
  'ustar.type': 'an entry is neither a file nor a folder',
} as const;

export type DatasetErrorCode = keyof typeof DATASET_ERRORS;

/** What an error speaks of; every field that is known is given. */
export interface DatasetErrorDetails {
  readonly file?: string;
  /** Byte offset in the file, after decompression. */
  readonly offset?: number;
  readonly expected?: string;
  readonly actual?: string;
  /** The next step for the user. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The one error class of this package; printing its message is enough. */
export class DatasetError extends Error {
  readonly code: DatasetErrorCode;
  readonly details: DatasetErrorDetails;

  constructor(code: DatasetErrorCode, details: DatasetErrorDetails = {}) {
    super(compose(code, details), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DatasetError';
    this.code = code;
    this.details = details;
  }
}

function compose(code: DatasetErrorCode, d: DatasetErrorDetails): string {
  const place = [
    d.file === undefined ? '' : shown(d.file),
    d.offset === undefined ? '' : `byte ${d.offset}`,
  ].filter((s) => s !== '').join(', ');
  const facts = [
    d.expected === undefined ? '' : `expected ${d.expected}`,
    d.actual === undefined ? '' : `found ${d.actual}`,
  ].filter((s) => s !== '').join(', ');
  const head = place === '' ? '' : `${place}: `;
  const next = d.hint === undefined ? '' : `\n  → ${d.hint}`;
  return `${head}${DATASET_ERRORS[code]}${facts === '' ? '' : ` (${facts})`} [${code}]${next}`;
}

/** Text out of a file, quoted: control characters are shown, long text is cut, a message stays one readable line. */
export function shown(text: string): string {
  const quoted = JSON.stringify(text.length > 120 ? `${text.slice(0, 117)}...` : text);
  return quoted.replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Runs `read` and adds `file` to the `DatasetError` it may throw. */
export function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DatasetError && error.details.file === undefined) {
      throw new DatasetError(error.code, { ...error.details, file });
    }
    throw error;
  }
}
