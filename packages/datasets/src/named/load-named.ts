import type { DataSpec, Dataset, LoadContext, NamedSet, ReadFile } from '../contract.js';
import { DatasetError, shown } from '../error.js';
import { sampleFor, shapedFor } from './input-fit.js';
import { NAMED_SETS } from './table.js';

export interface NamedOptions {
  /** Folder that holds the sets' folders; needed for named sets only. */
  readonly root?: string;
  /** What the model takes for one sample, without N; picks the features of a named set. Its default when left out. */
  readonly inputShape?: readonly number[];
}

/** `NAME` or `NAME/SPLIT`; nothing where there is no such set. Throws `named.split`. */
export function parseNamed(text: string): DataSpec | undefined {
  const slash = text.indexOf('/');
  const set = findNamed(slash < 0 ? text : text.slice(0, slash));
  if (set === undefined) return undefined;
  const split = slash < 0 ? set.splits[0]!.name : text.slice(slash + 1);
  return { kind: set.name, paths: [], split: checkSplit(set, split) };
}

/** `open`: a file's bytes by its path, decompressed where its name ends in `.gz`. Throws `named.*` and what the readers throw. */
export async function loadNamed(spec: DataSpec & { readonly split: string }, open: ReadFile, options: NamedOptions & LoadContext): Promise<Dataset> {
  const { root, inputShape } = options;
  const set = findNamed(spec.kind);
  if (set === undefined) throw new DatasetError('named.name', { expected: NAMED_SETS.map((row) => row.name).join(' | '), actual: shown(spec.kind) });
  const split = checkSplit(set, spec.split);
  const sample = sampleFor(set, inputShape);
  if (root === undefined) {
    throw new DatasetError('named.root', {
      expected: `a folder that holds ${set.name}/${set.files[0]}`,
      hint: 'point FRETWORK_DATA_DIR to a folder that holds the data sets by name, or give the files with a spec such as idx:IMAGES.gz,LABELS.gz',
    });
  }
  const folder = `${root.replace(/[/\\]+$/, '')}/${set.name}`;
  return shapedFor(await set.load({ split, sample, open: (file) => open(`${folder}/${file}`), context: options }), inputShape);
}

const findNamed = (name: string): NamedSet | undefined => NAMED_SETS.find((row) => row.name === name);

function checkSplit(set: NamedSet, split: string): string {
  if (set.splits.some((row) => row.name === split)) return split;
  throw new DatasetError('named.split', { expected: set.splits.map((row) => `${set.name}/${row.name}`).join(' | '), actual: shown(`${set.name}/${split}`) });
}
