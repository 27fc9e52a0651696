import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { main } from '../src/index.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process. */
export async function fretwork(...argv: readonly string[]): Promise<Ran> {
  let [out, err] = ['', ''];
  const code = await main(argv, { out: (text) => void (out += text), err: (text) => void (err += text) });
  return { code, out, err };
}

/** An empty folder that goes with the test. */
export async function emptyFolder(): Promise<(name: string) => string> {
  const folder = await mkdtemp(join(tmpdir(), 'fretwork-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}
