import type { Scheme } from '@fretwork/format';
import type { Damage, MappedLayer } from '../contract.js';
import { keptEnergy } from './kept-energy.js';
import { sample, type Squares } from './sample.js';

/** Larger than what any layer with a weight left has. */
const NOTHING_LEFT = 1e6;

/**
 * Damage by weights alone: energy (squared norm) of a layer that goes to energy that stays, which for inputs without structure is the
 * noise to signal at its output. Every layer passes on the noise of those before it, so all count alike, whatever their size.
 */
export function energyDamage(): Damage {
  const parts = new WeakMap<MappedLayer, readonly Squares[]>();
  const known = new WeakMap<MappedLayer, Map<string, number>>();
  return (layer, scheme) => {
    if (scheme.kind === 'dense') return 0;
    const memory = known.get(layer) ?? new Map<string, number>();
    known.set(layer, memory);
    const name = JSON.stringify(scheme);
    const found = memory.get(name) ?? lost(layer, scheme);
    memory.set(name, found);
    return found;
  };

  function lost(layer: MappedLayer, scheme: Scheme): number {
    const own = parts.get(layer) ?? sample(layer);
    parts.set(layer, own);
    const kept = own.reduce((sum, part) => sum + keptEnergy(part, scheme), 0) / Math.max(1, own.length);
    return kept > 0 ? 1 / kept - 1 : NOTHING_LEFT;
  }
}
