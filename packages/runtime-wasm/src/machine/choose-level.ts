import { FretworkError } from '@fretwork/format';
import { tryRevectorized } from '#revectorize';
import { relaxedSimd, simd } from 'wasm-feature-detect';
import type { Level } from '../contract.js';
import type { Tiles } from '../kernels/manifest.js';
import { compile } from './wasm.js';

export interface ChosenLevel {
  readonly level: Level;
  readonly why: string;
  /** Left out at the level `javascript`. */
  readonly module?: WebAssembly.Module;
  /** Of the kernels, as `RuntimeReport` has it. */
  readonly code: string;
  /** Of the module. */
  readonly tiles: Tiles;
}

/** Best first. */
const LEVELS = [
  { level: 'relaxed', needs: 'relaxed SIMD', detect: relaxedSimd },
  { level: 'simd', needs: 'SIMD', detect: simd },
] as const;

/** The best level that this host compiles, or the one asked for. Throws `run.level` where it refuses that one. */
export async function chooseLevel(wanted: Level | 'auto', revectorize = false): Promise<ChosenLevel> {
  if (wanted === 'javascript') return { level: 'javascript', why: 'asked for', code: 'none', tiles: 'narrow' };
  const refused: Refusal[] = [];
  for (const row of LEVELS) {
    if (wanted !== 'auto' && wanted !== row.level) continue;
    const tried = await tryLevel(row);
    if (tried.ok) {
      const why = wanted === 'auto' ? ['the best that this host compiles', ...sentences(refused)].join('; ') : 'asked for';
      const narrow: ChosenLevel = { level: row.level, why, module: tried.module, code: tried.code, tiles: 'narrow' };
      if (!revectorize) return narrow;
      const joined = await tryRevectorized(row.level, tried.module);
      return joined.ok ? { ...narrow, why: `${why}; ${joined.why}`, module: joined.module, tiles: 'wide' } : { ...narrow, why: `${why}; not revectorized: ${joined.reason}` };
    }
    refused.push({ level: row.level, reason: tried.reason });
  }
  if (wanted !== 'auto') throw new FretworkError('run.level', sentences(refused)[0]!, { hint: 'ask for auto, or javascript' });
  return { level: 'javascript', why: sentences(refused).join('; '), code: 'none', tiles: 'narrow' };
}

interface Refusal {
  readonly level: Level;
  readonly reason: string;
}

/** A policy refuses all levels with one long sentence. */
function sentences(refused: readonly Refusal[]): readonly string[] {
  const reasons = [...new Set(refused.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const levels = refused.filter((refusal) => refusal.reason === reason).map(({ level }) => level);
    return `${levels.join(' and ')} ${levels.length === 1 ? 'is' : 'are'} refused: ${reason}`;
  });
}

/**
 * The detector is asked first: its question is a few bytes, our kernels are thousands. Only its no is final. It asks
 * `WebAssembly.validate`, which says yes under a content security policy that then refuses to compile.
 */
async function tryLevel({ level, needs, detect }: (typeof LEVELS)[number]): ReturnType<typeof compile> {
  if (typeof WebAssembly !== 'object') return { ok: false, reason: 'this host has no WebAssembly' };
  if (!await detect()) return { ok: false, reason: `this host has no ${needs}` };
  return compile(level);
}
