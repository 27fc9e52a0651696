import type { Cpu } from './contract.js';

/** What the C compiler is told. gcc 12 and clang 14 schedule an A78 as an A76. */
export const CPUS: Readonly<Record<Cpu, string>> = {
  generic: '-march=armv8-a', armv82: '-march=armv8.2-a+fp16+dotprod', a55: '-mcpu=cortex-a55', a76: '-mcpu=cortex-a76', a78: '-mcpu=cortex-a76',
};

/** Cores without arithmetic on halves, and without dot products of bytes. */
export const WITHOUT_HALVES: readonly Cpu[] = ['generic'];
