import { loadDataset, ndArray, rows, type DatasetErrorCode, type LoadOptions } from '@fretwork/datasets';
import { namedFiles, kwsManifest } from './named-files.js';
import { wav } from './forge.js';

const load = (spec: string, files: Readonly<Record<string, Uint8Array>>, options: Partial<LoadOptions> = {}): Promise<unknown> =>
  loadDataset(spec, { root: 'data', readFile: async (path) => files[path]!, ...options });
const kws = (manifest: string): Readonly<Record<string, Uint8Array>> => ({ ...namedFiles(), 'data/kws/manifest.json': new TextEncoder().encode(manifest) });
const files = namedFiles();

/** The rows of the refusals' table that speak of named sets and of choosing samples. */
export const NAMED_REFUSALS: readonly (readonly [code: DatasetErrorCode, what: string, call: () => unknown])[] = [
  ['named.root', 'no folder', () => loadDataset('kws', { readFile: async () => new Uint8Array(0) })],
  ['named.split', 'a split that is none', () => load('kws/validation', files)],
  ['named.split', 'an empty split', () => load('kws/', files)],
  ['named.split', 'a split that is none, parsed', () => loadDataset({ kind: 'mnist', paths: [], split: 'x' }, { root: 'data', readFile: async () => new Uint8Array(0) })],
  ['named.name', 'an unknown set, parsed', () => loadDataset({ kind: 'x', paths: [], split: 'test' }, { root: 'data', readFile: async () => new Uint8Array(0) })],
  ['named.input', '40x10 features', () => load('kws', files, { inputShape: [40, 10] })],
  ['named.input', 'features on their side', () => load('kws', files, { inputShape: [10, 49] })],
  ['named.input', 'channels last', () => load('cifar10', files, { inputShape: [32, 32, 3] })],
  ['named.manifest', 'no JSON', () => load('kws', kws('{'))],
  ['named.manifest', 'JSON null', () => load('kws', kws('null'))],
  ['named.manifest', 'no list of files', () => load('kws', kws('{"classes":["a"],"files":[1]}'))],
  ['named.manifest', 'too few files', () => load('kws', kws(kwsManifest(['yes/a.wav'])))],
  ['named.sound', 'a name that says nothing', () => load('fsdd', namedFiles({ 'digit.wav': wav({ rate: 8000 }, []) }))],
  ['named.sound', 'another sample rate', () => load('fsdd/all', namedFiles({ '1_theo_0.wav': wav({ rate: 16000 }, []) }))],
  ['select.index', 'a row past the end', () => rows(ndArray('u8', [2, 1], new Uint8Array(2)), [2])],
  ['select.index', 'half a row', () => rows(ndArray('u8', [2, 1], new Uint8Array(2)), [0.5])],
];
