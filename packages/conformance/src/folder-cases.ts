import { FretworkError, type DenseTensor, type ValueInfo } from '@fretwork/format';
import { readTensorProto } from '@fretwork/onnx';
import type { Case, CaseContent, DataSet, NamedTensors } from './contract.js';
import { sourceFromOnnx } from './model-source.js';

/** A tree of files: a folder, an unpacked archive, a map in memory. Paths use `/` and are relative to its root. */
export interface FileTree {
  readonly paths: readonly string[];
  readonly read: (path: string) => Promise<Uint8Array>;
}

/** The files of a map, as `readUstar` of `@fretwork/datasets` gives them. */
export const treeOf = (files: ReadonlyMap<string, Uint8Array>): FileTree => ({
  paths: [...files.keys()],
  read: async (path) => {
    const bytes = files.get(path);
    if (bytes === undefined) throw new FretworkError('conformance.no-file', `${path} is not in the archive`);
    return bytes;
  },
});

/** What is needed of `node:fs/promises`; pass that module itself. */
export interface FolderReader {
  readonly readdir: (path: string, options: { readonly recursive: true }) => Promise<readonly string[]>;
  readonly readFile: (path: string) => Promise<Uint8Array>;
}

/** The files below `folder`: `await folderTree('cases', await import('node:fs/promises'))`. */
export async function folderTree(folder: string, fs: FolderReader): Promise<FileTree> {
  const paths = (await fs.readdir(folder, { recursive: true })).map((path) => path.replaceAll('\\', '/'));
  return { paths, read: (path) => fs.readFile(`${folder}/${path}`) };
}

/**
 * One case for every folder that holds a `model.onnx`, by name (the folder's own, or `rootName` for the root), sorted.
 * Data sets are its `test_data_set_*` folders with `input_0.pb` … and `output_0.pb` …, ONNX's backend-test layout.
 */
export function casesFromTree(tree: FileTree, rootName = 'model'): readonly Case[] {
  return tree.paths
    .filter((path) => path === 'model.onnx' || path.endsWith('/model.onnx'))
    .map((path) => path.slice(0, -'model.onnx'.length))
    .map((folder) => ({ name: folder === '' ? rootName : folder.slice(0, -1).split('/').at(-1)!, load: () => loadCase(tree, folder) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function loadCase(tree: FileTree, folder: string): Promise<CaseContent> {
  const source = sourceFromOnnx(await tree.read(`${folder}model.onnx`));
  const sets = new Map<string, { inputs: Map<number, string>; outputs: Map<number, string> }>();
  for (const path of tree.paths) {
    if (!path.startsWith(folder)) continue;
    const match = /^(test_data_set_\d+)\/(input|output)_(\d+)\.pb$/.exec(path.slice(folder.length));
    if (match === null) continue;
    const set = sets.get(match[1]!) ?? { inputs: new Map<number, string>(), outputs: new Map<number, string>() };
    sets.set(match[1]!, set);
    set[match[2] === 'input' ? 'inputs' : 'outputs'].set(Number(match[3]), path);
  }
  const model = source.model();
  const dataSets: DataSet[] = [];
  for (const [name, set] of [...sets].sort(([a], [b]) => (a < b ? -1 : 1))) {
    dataSets.push({ name, inputs: await named(tree, set.inputs, model.inputs), outputs: await named(tree, set.outputs, model.outputs) });
  }
  return { source, dataSets };
}

/** Files are numbered in the order of the graph's inputs (outputs); the name inside a file, where there is one, wins. */
async function named(tree: FileTree, files: ReadonlyMap<number, string>, values: readonly ValueInfo[]): Promise<NamedTensors> {
  const tensors: [string, DenseTensor][] = [];
  for (const [index, path] of [...files].sort(([a], [b]) => a - b)) {
    const { name, tensor } = readTensorProto(await tree.read(path));
    const known = values.some((value) => value.name === name) ? name : values[index]?.name;
    if (known === undefined) throw new FretworkError('conformance.data', `${path} belongs to no input or output of the model`, { actual: `name ${JSON.stringify(name)}` });
    tensors.push([known, tensor]);
  }
  return Object.fromEntries(tensors);
}
