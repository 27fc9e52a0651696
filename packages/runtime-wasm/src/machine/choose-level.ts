import { FretworkError } from '@fretwork/format';
import type { Level } from '../contract.js';
import { compile } from './wasm.js';

export interface ChosenLevel {
  readonly level: Level;
  readonly why: string;
  /** Left out at the level `javascript`. */
  readonly module?: WebAssembly.Module;
}

const LEVELS = ['relaxed', 'simd'] as const;

/** The best level that this host compiles, or the one asked for. Throws `run.level` where it refuses that one. */
export async function chooseLevel(wanted: Level | 'auto'): Promise<ChosenLevel> {
  if (wanted === 'javascript') return { level: 'javascript', why: 'asked for' };
  const refused: string[] = [];
  for (const level of LEVELS) {
    if (wanted !== 'auto' && wanted !== level) continue;
    const compiled = await compile(level);
    if (compiled.ok) {
      const why = wanted === 'auto' ? ['the best that this host compiles', ...refused].join('; ') : 'asked for';
      return { level, why, module: compiled.module };
    }
    refused.push(`${level} is refused: ${compiled.reason}`);
  }
  if (wanted !== 'auto') throw new FretworkError('run.level', refused[0]!, { hint: 'ask for level auto, or for javascript, which every host has' });
  return { level: 'javascript', why: refused.join('; ') };
}
