import { FretworkError } from '@fretwork/format';
import { parseTable, type LatencyTable } from '@fretwork/latency';
import { usage } from '../arguments.js';
import type { Arguments } from '../contract.js';
import { readFile } from '../files.js';

export const readText = async (path: string): Promise<string> => new TextDecoder().decode(await readFile(path));

/** Throws `path.*` and what `parseTable` throws. */
export const readTable = async (path: string): Promise<LatencyTable> => parseTable(await readText(path), path);

/** The first operand behind the verb. Throws `usage.operand`. */
export async function tableOperand(args: Arguments): Promise<LatencyTable> {
  const path = args.positionals[1];
  if (path === undefined) throw usage('operand', `latency ${args.positionals[0]} needs a TABLE`, 'latency');
  return readTable(path);
}

/** Throws `usage.output`. */
export function outputOption(args: Arguments): string {
  const path = args.text('output');
  if (path === undefined) throw usage('output', `latency ${args.positionals[0]} needs -o TABLE`, 'latency');
  return path;
}

/** Nothing where there is no such file. */
export async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FretworkError && error.code === 'path.missing') return undefined;
    throw error;
  }
}
