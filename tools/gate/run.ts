import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import type { Ran } from './outcome.ts';

/** Longer than any command should take, in milliseconds: a hanging one is ended and fails. */
const LONGEST = 20 * 60_000;

/** Runs a command without a terminal and without input. */
export function run(command: readonly string[], options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {}): Promise<Ran> {
  const started = performance.now();
  return new Promise((done) => {
    const child = spawn(command[0]!, command.slice(1), {
      cwd: options.cwd,
      env: { ...process.env, NX_DAEMON: 'false', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONGEST,
    });
    let output = '';
    const take = (bytes: Buffer): void => {
      output += bytes.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const end = (exitCode: number, trailer: string): void => done({ exitCode, output: stripVTControlCharacters(output) + trailer, seconds: (performance.now() - started) / 1000 });
    child.on('error', (error) => end(127, `${error.message}\n`));
    child.on('close', (code, signal) => end(code ?? 1, signal === null ? '' : `ended by ${signal}\n`));
  });
}
