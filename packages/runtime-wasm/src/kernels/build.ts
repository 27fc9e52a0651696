import { moduleWriter, type MemoryType } from '../assembler/module.js';
import { cellDrivers } from './cells.js';
import { copyDrivers } from './copy.js';
import { vectorDriver } from './gemv.js';
import type { Tiles } from './manifest.js';
import { mapDriver } from './map-driver.js';
import { poolDrivers } from './pool.js';

/** What the machine code may use: 128-bit SIMD, or relaxed SIMD with its fused multiply-add as well. */
export type KernelLevel = 'simd' | 'relaxed';

/** The kernel module as bytes: same level, memory and tiles, same bytes. */
export function buildKernels(level: KernelLevel, memory: MemoryType, tiles: Tiles = 'narrow'): Uint8Array {
  const writer = moduleWriter(level === 'relaxed');
  mapDriver(writer, tiles);
  vectorDriver(writer);
  copyDrivers(writer);
  poolDrivers(writer);
  cellDrivers(writer);
  return writer.finish(memory);
}
