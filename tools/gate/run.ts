import { spawn } from 'node:child_process';
import type { Ran } from './outcome.ts';

/** Runs a command without a terminal and without input; `echo` shows its output as it comes. */
export function run(command: readonly string[], options: { readonly cwd?: string; readonly echo?: boolean; readonly env?: NodeJS.ProcessEnv } = {}): Promise<Ran> {
  const started = performance.now();
  return new Promise((done) => {
    const child = spawn(command[0]!, command.slice(1), {
      cwd: options.cwd,
      env: { ...process.env, NX_DAEMON: 'false', NO_COLOR: '1', FORCE_COLOR: undefined, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (bytes: Buffer): void => {
      output += bytes.toString();
      if (options.echo) process.stdout.write(bytes);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const end = (exitCode: number, trailer: string): void => done({ exitCode, output: output + trailer, seconds: (performance.now() - started) / 1000 });
    child.on('error', (error) => end(127, `${error.message}\n`));
    child.on('close', (code, signal) => end(code ?? 1, signal === null ? '' : `ended by ${signal}\n`));
  });
}
