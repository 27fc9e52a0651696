import { buildKernels } from '../kernels/build.js';
import type { Kernels, Machine } from './machine.js';
import { PAGE_BYTES } from './machine.js';

/** Pages that the module lets a memory have: all there are, so that its bytes do not depend on any limit. */
const MODULE_PAGES = 65536;

/** Why this host does not take the machine code, or the compiled module. */
export type Compiled = { readonly ok: true; readonly module: WebAssembly.Module } | { readonly ok: false; readonly reason: string };

/** The module is the same for every model: compiled once. */
const COMPILED = new Map<string, Promise<Compiled>>();

export function compile(level: 'relaxed' | 'simd'): Promise<Compiled> {
  const known = COMPILED.get(level) ?? compileNow(level);
  COMPILED.set(level, known);
  return known;
}

/** Compiles the kernels. A strict content security policy and a missing instruction both show here, and only here. */
async function compileNow(level: 'relaxed' | 'simd'): Promise<Compiled> {
  if (typeof WebAssembly !== 'object') return { ok: false, reason: 'this host has no WebAssembly' };
  try {
    const bytes = buildKernels(level, { initial: 1, maximum: MODULE_PAGES, shared: false });
    return { ok: true, module: await WebAssembly.compile(bytes as BufferSource) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** A memory of `bytes`, which may grow to `limitBytes`, and `module` over it. */
export async function wasmMachine(module: WebAssembly.Module, bytes: number, limitBytes: number): Promise<Machine> {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES), maximum: Math.max(1, Math.floor(limitBytes / PAGE_BYTES)) });
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return {
    kernels: exports as unknown as Kernels,
    buffer: () => memory.buffer,
    grow: (wanted) => {
      const missing = Math.ceil((wanted - memory.buffer.byteLength) / PAGE_BYTES);
      if (missing > 0) memory.grow(missing);
    },
  };
}
