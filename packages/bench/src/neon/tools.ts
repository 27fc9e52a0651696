import { spawn } from 'node:child_process';
import { FretworkError } from '@fretwork/format';

/** Runs a tool; its standard output. Throws `bench.tool` where it is missing or fails. */
export function runTool(command: string, args: readonly string[], directory: string, input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: directory });
    let [out, err] = ['', ''];
    const fail = (actual: string): void => reject(new FretworkError('bench.tool', `${command} failed`, { actual: actual.slice(0, 2000), hint: 'install gcc, gcc-aarch64-linux-gnu, g++-aarch64-linux-gnu, libc6-dev-arm64-cross, clang-14, qemu-user; for cycles llvm-19 and llvm-22' }));
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
    child.on('error', (error) => fail(error.message));
    child.on('close', (status) => (status === 0 ? resolve(out) : fail(`exit code ${status}: ${err || out}`)));
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}
