/** The C compiler that tests call, and the OpenCL drivers that they run on. */
import type { EmittedFiles } from '@fretwork/compiler';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const works = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** oclgrind as a driver. */
export const OCLGRIND = '/usr/lib/oclgrind/liboclgrind-rt-icd.so';

export const haveDriver: boolean = existsSync('/etc/OpenCL/vendors/pocl.icd');
export const haveCompiler: boolean = works('cc', '--version') && existsSync('/usr/include/CL/cl.h');
export const haveOclgrind: boolean = existsSync(OCLGRIND);
export const haveSpirv: boolean = works('clang-15', '--version') && works('llvm-spirv-15', '--version') && works('spirv-val', '--version');

/** PoCL keeps what it compiled for these tests alone, and uses one thread. */
export function poclEnvironment(directory: string): NodeJS.ProcessEnv {
  return { POCL_CACHE_DIR: join(directory, 'pocl'), POCL_MAX_PTHREAD_COUNT: '1' };
}

/** A folder that is gone when it is disposed of. */
export class Folder {
  readonly path: string = mkdtempSync(join(tmpdir(), 'fretwork-opencl-'));

  write(files: EmittedFiles): void {
    for (const [name, content] of files) writeFileSync(join(this.path, name), content);
  }

  /** What a command prints; throws where it fails, with the end of what it said. */
  call(command: readonly string[], env: NodeJS.ProcessEnv = {}): string {
    const [name, ...args] = command as [string, ...string[]];
    const { status, stdout, stderr, error } = spawnSync(name, args, { cwd: this.path, encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
    if (status !== 0) throw new Error(`${command.slice(0, 6).join(' ')} … ended with ${status ?? error?.message}\n${stdout}\n${stderr}`.slice(0, 4000));
    return stdout;
  }

  dispose(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export const CC: readonly string[] = ['cc', '-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-O1'];
