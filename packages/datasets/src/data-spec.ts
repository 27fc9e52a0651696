import type { DataKind, DataSpec, Dataset, ReadFile } from './contract.js';
import { readCifar10, readCifar100 } from './cifar.js';
import { labelsOf, pair, withChannels } from './dataset.js';
import { DatasetError, inFile, shown } from './error.js';
import { gunzip, type GunzipOptions } from './gunzip.js';
import { readIdx } from './idx.js';
import { readNpy } from './npy-read.js';
import { readF32, readLabels } from './raw.js';

/** The kinds of data spec, one row each; help text and dispatch read this table. */
export const DATA_KINDS: readonly DataKind[] = [
  {
    name: 'npy',
    example: 'npy:X.npy,Y.npy',
    says: 'NumPy arrays: inputs [N, …] of any type, labels [N] of an integer type',
    fields: ['path', 'path'],
    load: async ({ paths: [x, y] }, open) => {
      const inputs = await read(open, x!, readNpy);
      return pair(inputs, await read(open, y!, (bytes) => labelsOf(readNpy(bytes))));
    },
  },
  {
    name: 'idx',
    example: 'idx:IMAGES.gz,LABELS.gz',
    says: 'IDX files as of MNIST; images [N, H, W] become [N, 1, H, W]',
    fields: ['path', 'path'],
    load: async ({ paths: [x, y] }, open) => {
      const inputs = await read(open, x!, (bytes) => withChannels(readIdx(bytes)));
      return pair(inputs, await read(open, y!, (bytes) => labelsOf(readIdx(bytes))));
    },
  },
  {
    name: 'cifar10',
    example: 'cifar10:FILE.bin.gz',
    says: 'the binary version of CIFAR-10: inputs u8 [N, 3, 32, 32]',
    fields: ['path'],
    load: async ({ paths: [file] }, open) => await read(open, file!, readCifar10),
  },
  {
    name: 'cifar100',
    example: 'cifar100:FILE.bin.gz',
    says: 'the binary version of CIFAR-100, fine labels: inputs u8 [N, 3, 32, 32]',
    fields: ['path'],
    load: async ({ paths: [file] }, open) => await read(open, file!, readCifar100),
  },
  {
    name: 'f32',
    example: 'f32:FILE.gz,LABELS.u8,49x10',
    says: 'bare little-endian float32, one label byte per sample, and the shape of one sample',
    fields: ['path', 'path', 'shape'],
    load: async ({ paths: [x, y], sampleShape }, open) => {
      const inputs = await read(open, x!, (bytes) => readF32(bytes, sampleShape ?? []));
      return pair(inputs, await read(open, y!, readLabels));
    },
  },
];

export interface LoadOptions extends GunzipOptions {
  readonly readFile: ReadFile;
}

/**
 * Takes `KIND:FIELD,FIELD…` apart. A path may hold colons, but no comma. Throws `spec.kind` (lists the kinds),
 * `spec.fields`, `spec.shape`.
 */
export function parseDataSpec(text: string): DataSpec {
  const colon = text.indexOf(':');
  const kind = colon < 0 ? undefined : kindOf(text.slice(0, colon));
  if (kind === undefined) throw unknownKind(text);
  const parts = text.slice(colon + 1).split(',');
  if (parts.length !== kind.fields.length || parts.includes('')) {
    throw new DatasetError('spec.fields', { expected: kind.example, actual: shown(text), hint: 'separate the parts by commas; a path with a comma must be renamed' });
  }
  const paths = parts.filter((_, i) => kind.fields[i] === 'path');
  const shape = parts.find((_, i) => kind.fields[i] === 'shape');
  return shape === undefined ? { kind: kind.name, paths } : { kind: kind.name, paths, sampleShape: parseShape(shape) };
}

/**
 * The data set that `spec` (text, or parsed) names; values as stored. Files whose names end in `.gz` are decompressed,
 * up to `limit` bytes each. Throws what `parseDataSpec` and the readers throw, with the file's name, and whatever
 * `readFile` throws.
 */
export async function loadDataset(spec: string | DataSpec, options: LoadOptions): Promise<Dataset> {
  const parsed = typeof spec === 'string' ? parseDataSpec(spec) : spec;
  const kind = kindOf(parsed.kind);
  if (kind === undefined) throw unknownKind(parsed.kind);
  return await kind.load(parsed, async (path) => {
    const bytes = await options.readFile(path);
    if (!path.toLowerCase().endsWith('.gz')) return bytes;
    const content = await gunzip(bytes, options).catch((error: unknown) => ({ error }));
    return content instanceof Uint8Array ? content : inFile(path, () => { throw content.error; });
  });
}

const kindOf = (name: string): DataKind | undefined => DATA_KINDS.find((row) => row.name === name);

const unknownKind = (actual: string): DatasetError => new DatasetError('spec.kind', {
  expected: DATA_KINDS.map((row) => row.example).join(' | '), actual: shown(actual),
});

async function read<T>(open: ReadFile, path: string, reader: (bytes: Uint8Array) => T): Promise<T> {
  const bytes = await open(path);
  return inFile(path, () => reader(bytes));
}

function parseShape(text: string): readonly number[] {
  const axes = text.split('x').map((axis) => (/^[1-9][0-9]{0,9}$/.test(axis) ? Number(axis) : NaN));
  if (axes.some(Number.isNaN)) throw new DatasetError('spec.shape', { expected: 'axes from 1 with x between them, such as 49x10', actual: shown(text) });
  return axes;
}
