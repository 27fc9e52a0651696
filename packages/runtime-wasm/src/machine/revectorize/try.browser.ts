import type { KernelLevel } from '../../kernels/build.js';

export type Revectorized = { readonly ok: true; readonly module: WebAssembly.Module; readonly why: string } | { readonly ok: false; readonly reason: string };

/** The flags of an engine are set by Node alone. */
export const tryRevectorized = (_level: KernelLevel, _narrow: WebAssembly.Module): Promise<Revectorized> =>
  Promise.resolve({ ok: false, reason: 'a page cannot set flags of its engine' });
