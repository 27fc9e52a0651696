import { cpus } from 'node:os';
import { FretworkError } from '@fretwork/format';
import type { Arguments } from '../contract.js';
import { readFile, sha256, writeFile } from '../files.js';
import { VERSION } from '../version.js';
import type { Engine } from './engine.js';
import { sortedJson } from './sorted-json.js';

/** What makes a model again, byte for byte, on the same machine and engine; `fretwork reproduce` reads it. */
export interface RecipeFile {
  readonly fretwork: string;
  readonly command: string;
  /** As they were given, without those that say where things go. */
  readonly arguments: readonly string[];
  /** What the arguments came to, defaults included. */
  readonly settings: unknown;
  /** SHA-256 of each input. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly engine: { readonly name: string; readonly version: string; readonly threads: number };
  readonly machine: { readonly platform: string; readonly processor: string; readonly node: string };
  readonly result: {
    /** SHA-256 of the file written. */
    readonly model: string;
    readonly seconds: number;
    readonly [fact: string]: unknown;
  };
}

/** Options that change where things go, not what they are. */
const ELSEWHERE: ReadonlySet<string> = new Set(['--output', '-o', '--checkpoint', '--recipe']);
const SILENT: ReadonlySet<string> = new Set(['--resume', '--json']);

/** The words that decide what the model is. */
export function lasting(words: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (ELSEWHERE.has(word)) i++;
    else if (!SILENT.has(word) && !/^(?:--(?:output|checkpoint|recipe)=|-o.)/.test(word)) kept.push(word);
  }
  return kept;
}

export async function writeRecipe(
  path: string, args: Arguments, engine: Engine, parts: Pick<RecipeFile, 'settings' | 'inputs'> & { readonly output: string; readonly seconds: number; readonly facts: Readonly<Record<string, unknown>> },
): Promise<void> {
  const recipe: RecipeFile = {
    fretwork: VERSION, command: args.command, arguments: lasting(args.words), settings: parts.settings, inputs: parts.inputs,
    engine: { name: engine.name, version: engine.version, threads: engine.threads },
    machine: { platform: `${process.platform} ${process.arch}`, processor: cpus()[0]?.model.trim() ?? 'unknown', node: process.version },
    result: { ...parts.facts, model: sha256(await readFile(parts.output)), seconds: Math.round(parts.seconds * 10) / 10 },
  };
  await writeFile(path, `${sortedJson(recipe, 2)}\n`);
}

/** Throws `recipe.file` where it is none. */
export async function readRecipe(path: string): Promise<RecipeFile> {
  let found: Partial<RecipeFile> | null = null;
  try {
    found = JSON.parse(new TextDecoder().decode(await readFile(path))) as Partial<RecipeFile> | null;
  } catch (error) {
    if (error instanceof FretworkError) throw error;
  }
  const texts = (value: unknown): boolean => Array.isArray(value) && value.every((word) => typeof word === 'string');
  if (typeof found?.command !== 'string' || !texts(found.arguments) || typeof found.result?.model !== 'string') {
    throw new FretworkError('recipe.file', `${path}: this is no recipe`, { expected: '{ "command", "arguments", "result": { "model" } }', hint: 'recipes are written by fretwork train, prune and compress' });
  }
  return found as RecipeFile;
}
