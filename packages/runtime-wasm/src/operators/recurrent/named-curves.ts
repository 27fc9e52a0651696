/** The activation functions of recurrent layers, named by attributes. */
import { attribute, type Layer } from '@fretwork/format';
import type { Support } from '../../contract.js';
import { float, text } from '../attributes.js';
import { curveOf, CURVES, type Curve } from '../curves.js';

/** The functions f, g, h of each direction, their argument clipped where the layer asks for it. */
export function curvesOf(layer: Layer, defaults: readonly string[], directions: number): readonly (readonly Curve[])[] {
  const names = attribute(layer, 'activations', 'strings', Array.from({ length: directions }, () => defaults).flat());
  const alphas = [...attribute(layer, 'activation_alpha', 'floats', [])];
  const betas = [...attribute(layer, 'activation_beta', 'floats', [])];
  const limit = float(layer, 'clip', Infinity);
  const curves = names.map((name): Curve => {
    const own = curveOf(name, (key, otherwise) => (key === 'alpha' ? alphas : betas).shift() ?? otherwise)!;
    return limit === Infinity ? own : (x) => own(Math.max(-limit, Math.min(limit, x)));
  });
  return Array.from({ length: directions }, (_, d) => curves.slice(d * defaults.length, (d + 1) * defaults.length));
}

const DIRECTIONS: Readonly<Record<string, number>> = { forward: 1, reverse: 1, bidirectional: 2 };

const nameOf = (layer: Layer): string => text(layer, 'direction', 'forward');
export const directionsOf = (layer: Layer): number => DIRECTIONS[nameOf(layer)]!;
export const isBackwards = (layer: Layer, d: number): boolean => d === 1 || nameOf(layer) === 'reverse';

/** Refuses directions and activation functions that are not known, and lists of them that are too short. */
export function knownCell(layer: Layer, perDirection: number): Support {
  const directions = DIRECTIONS[nameOf(layer)];
  if (directions === undefined) return { ok: false, reason: `direction ${nameOf(layer)} is not known`, hint: 'use forward, reverse or bidirectional' };
  const names = attribute(layer, 'activations', 'strings', undefined);
  const unknown = names?.find((name) => curveOf(name, () => 0) === undefined);
  if (unknown !== undefined) return { ok: false, reason: `activation ${unknown} is not known`, hint: `use one of ${CURVES.join(', ')}` };
  if (names !== undefined && names.length !== perDirection * directions) {
    return { ok: false, reason: `${names.length} activations are given`, hint: `${layer.operator} needs ${perDirection} per direction` };
  }
  return { ok: true };
}
