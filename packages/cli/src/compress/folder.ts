import { join } from 'node:path';
import { FretworkError } from '@fretwork/format';
import { makeFolder, readFile, removeFile, sha256, writeFile } from '../files.js';
import { sortedJson } from '../training/sorted-json.js';

/** What a finished stage was made from, and what it left. */
export interface StageRecord {
  /** Hash of its wishes and of the files it read. */
  readonly key: string;
  /** Files it wrote, by their hash. */
  readonly files: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** What it told last. */
  readonly says: string;
}

export type State = Readonly<Record<string, StageRecord>>;

/** The folder OUT: files by the names that stages give them. */
export interface Folder {
  readonly path: (name: string) => string;
  readonly read: (name: string) => Promise<Uint8Array>;
  readonly json: <T>(name: string) => Promise<T>;
  readonly write: (name: string, bytes: Uint8Array | string) => Promise<void>;
  readonly writeJson: (name: string, value: unknown) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  /** SHA-256 of a file; undefined where it is not there. */
  readonly hash: (name: string) => Promise<string | undefined>;
  readonly state: () => Promise<State>;
  readonly keep: (state: State) => Promise<void>;
}

const STATE = 'stages/state.json';

/** Makes the folder. Throws `path.*`. */
export async function openFolder(root: string): Promise<Folder> {
  await makeFolder(join(root, 'stages'));
  const path = (name: string): string => join(root, name);
  const read = (name: string): Promise<Uint8Array> => readFile(path(name));
  const write = (name: string, bytes: Uint8Array | string): Promise<void> => writeFile(path(name), bytes);
  const json = async <T>(name: string): Promise<T> => {
    try {
      return JSON.parse(new TextDecoder().decode(await read(name))) as T;
    } catch (error) {
      if (error instanceof FretworkError) throw error;
      throw new FretworkError('compress.state', `${path(name)}: this is no JSON: ${(error as Error).message}`, { hint: 'remove the file and run the command again' });
    }
  };
  const writeJson = (name: string, value: unknown): Promise<void> => write(name, `${JSON.stringify(value, undefined, 2)}\n`);
  return {
    path, read, write, json, writeJson,
    remove: (name) => removeFile(path(name)),
    hash: async (name) => {
      try {
        return sha256(await read(name));
      } catch (error) {
        if (error instanceof FretworkError && error.code === 'path.missing') return undefined;
        throw error;
      }
    },
    state: async () => {
      try {
        return await json<State>(STATE);
      } catch (error) {
        if (error instanceof FretworkError && error.code === 'path.missing') return {};
        throw error;
      }
    },
    keep: (state) => writeJson(STATE, state),
  };
}

/** Of anything plain. */
export const keyOf = (value: unknown): string => sha256(new TextEncoder().encode(sortedJson(value)));
