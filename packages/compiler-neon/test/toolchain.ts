/** The cross compilers and the emulator that tests call, and what they run. */
import type { EmittedFiles } from '@fretwork/compiler';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Compilers by name. */
export const COMPILERS = {
  clang: ['clang-14', '--target=aarch64-linux-gnu'],
  gcc: ['aarch64-linux-gnu-gcc'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Compiler = keyof typeof COMPILERS;

const works = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

export const haveTools: boolean = works('qemu-aarch64', '--version') && Object.values(COMPILERS).every(([command]) => works(command, '--version'));
export const MISSING = 'no cross compilers or no qemu-aarch64: node tools/system-packages.mjs';

const WARNINGS = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-Wpedantic'];

function call(command: readonly string[], directory: string, env: NodeJS.ProcessEnv = {}): string {
  const [name, ...args] = command as [string, ...string[]];
  const { status, stdout, stderr, error } = spawnSync(name, args, { cwd: directory, encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${command.slice(0, 6).join(' ')} … ended with ${status ?? error?.message}\n${stdout}\n${stderr}`.slice(0, 4000));
  return stdout;
}

/** SIMDe 0.7.4 has no conversion that rounds halves away from zero. */
const HERE = `#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/arm/neon.h>
#include <math.h>
static inline int32x4_t vcvtaq_s32_f32(float32x4_t x) {
  float f[4];
  vst1q_f32(f, x);
  const int32_t i[4] = {(int32_t)roundf(f[0]), (int32_t)roundf(f[1]), (int32_t)roundf(f[2]), (int32_t)roundf(f[3])};
  return vld1q_s32(i);
}
`;

/** A project in a directory of its own. */
export class Project {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'fretwork-neon-'));
  readonly #sources: readonly string[];

  constructor(files: EmittedFiles) {
    mkdirSync(this.directory, { recursive: true });
    for (const [name, content] of files) writeFileSync(join(this.directory, name), content);
    this.#sources = [...files.keys()].filter((name) => name.endsWith('.c'));
  }

  /** Compiles all sources without a warning. */
  build(compiler: Compiler, options: readonly string[] = [], optimise = '-O2'): void {
    const linking = options.some((option) => option.startsWith('-fsanitize')) ? [] : ['-static'];
    call([...COMPILERS[compiler], ...WARNINGS, optimise, ...options, ...linking, ...this.#sources, '-o', 'program', '-lm'], this.directory);
  }

  /** Runs the program under qemu; its standard output. */
  run(args: readonly string[] = [], cpu = 'cortex-a57'): string {
    return call(['qemu-aarch64', '-cpu', cpu, '-L', '/usr/aarch64-linux-gnu', './program', ...args], this.directory, { ASAN_OPTIONS: 'detect_leaks=0' });
  }

  /** Builds for this machine, intrinsics in plain C. */
  buildHere(options: readonly string[]): void {
    writeFileSync(join(this.directory, 'arm_neon.h'), HERE);
    call(['gcc', '-std=gnu11', '-O1', '-g', '-I.', ...options, ...this.#sources, '-o', 'here', '-lm', '-pthread'], this.directory);
  }

  /** Runs what `buildHere` made. */
  runHere(): string {
    return call(['./here'], this.directory);
  }

  write(name: string, data: Uint8Array): void {
    writeFileSync(join(this.directory, name), data);
  }

  floats(name: string): Float32Array {
    const bytes = readFileSync(join(this.directory, name));
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
