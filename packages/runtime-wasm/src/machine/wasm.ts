import { crc32 } from '@fretwork/format';
import { buildKernels, type KernelLevel } from '../kernels/build.js';
import type { Tiles } from '../kernels/manifest.js';
import { callAlone, PAGE_BYTES, type Kernels, type Machine } from './machine.js';
import { startPool } from './threads/pool.js';

/** Pages that the module lets a memory have: all there are, so that its bytes do not depend on any limit. */
const MODULE_PAGES = 65536;

/** Why this host does not take the machine code, or the compiled module and the checksum of its bytes. */
export type Compiled = { readonly ok: true; readonly module: WebAssembly.Module; readonly code: string } | { readonly ok: false; readonly reason: string };

/** The module is the same for every model: compiled once. */
const COMPILED = new Map<string, Promise<Compiled>>();

export function compile(level: KernelLevel, shared = false, tiles: Tiles = 'narrow'): Promise<Compiled> {
  const key = `${level} ${shared} ${tiles}`;
  const known = COMPILED.get(key) ?? compileNow(level, shared, tiles);
  COMPILED.set(key, known);
  return known;
}

/** Compiles the kernels. A strict content security policy and a missing instruction both show here, and only here. */
async function compileNow(level: KernelLevel, shared: boolean, tiles: Tiles): Promise<Compiled> {
  if (typeof WebAssembly !== 'object') return { ok: false, reason: 'this host has no WebAssembly' };
  try {
    const bytes = buildKernels(level, { initial: 1, maximum: MODULE_PAGES, shared }, tiles);
    return { ok: true, module: await WebAssembly.compile(bytes as BufferSource), code: crc32(bytes).toString(16).padStart(8, '0') };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** A memory of `bytes`, which may grow to `limitBytes`, and `module` over it. */
export async function wasmMachine(module: WebAssembly.Module, bytes: number, limitBytes: number): Promise<Machine> {
  const memory = memoryOf(bytes, limitBytes, false);
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = exports as unknown as Kernels;
  return { ...overMemory(memory), kernels, threads: 1, fork: callAlone(kernels), dispose: () => undefined };
}

/** Which of the modules. */
export interface MachineCode {
  readonly level: KernelLevel;
  readonly tiles: Tiles;
}

export type Threaded = { readonly ok: true; readonly machine: Machine } | { readonly ok: false; readonly reason: string };

/** The same with a pool of `threads` threads over a shared memory. Rejects with the reason of `signal` alone. */
export async function threadedMachine({ level, tiles }: MachineCode, threads: number, bytes: number, limitBytes: number, signal?: AbortSignal): Promise<Threaded> {
  const compiled = await compile(level, true, tiles);
  if (!compiled.ok) return compiled;
  const memory = memoryOf(bytes, limitBytes, true);
  const { exports } = await WebAssembly.instantiate(compiled.module, { env: { memory } });
  const started = await startPool({ module: compiled.module, memory, exports, threads, ...(signal === undefined ? {} : { signal }) });
  if (!started.ok) return started;
  return { ok: true, machine: { ...overMemory(memory), kernels: exports as unknown as Kernels, threads, ...started.pool } };
}

const memoryOf = (bytes: number, limitBytes: number, shared: boolean): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES), maximum: Math.max(1, Math.floor(limitBytes / PAGE_BYTES)), shared });

function overMemory(memory: WebAssembly.Memory): Pick<Machine, 'buffer' | 'grow'> {
  // V8 gives every shared memory a new buffer, over the same bytes, when any of them grows: plans and views would be taken for old ones.
  let { buffer } = memory;
  return {
    buffer: () => buffer,
    grow: (wanted) => {
      const missing = Math.ceil((wanted - buffer.byteLength) / PAGE_BYTES);
      if (missing <= 0) return;
      memory.grow(missing);
      ({ buffer } = memory);
    },
  };
}
