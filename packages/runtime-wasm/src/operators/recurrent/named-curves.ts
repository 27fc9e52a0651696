/** The activation functions of recurrent layers, named by attributes. */
import { attribute, type Layer } from '@fretwork/format';
import type { Support } from '../../contract.js';
import { float, text } from '../attributes.js';
import { elu, hardSigmoid, leakyRelu, relu, sigmoid, softplus, softsign, tanh, thresholdedRelu, type Curve } from '../curves.js';

interface NamedCurve {
  readonly name: string;
  /** Default values; their number says how many entries of activation_alpha and activation_beta the function consumes. */
  readonly defaults: readonly [alpha?: number, beta?: number];
  readonly curve: (alpha: number, beta: number) => Curve;
}

const NAMED: readonly NamedCurve[] = [
  { name: 'affine', defaults: [1, 0], curve: (alpha, beta) => (x) => alpha * x + beta },
  { name: 'elu', defaults: [1], curve: elu },
  { name: 'hardsigmoid', defaults: [0.2, 0.5], curve: hardSigmoid },
  { name: 'leakyrelu', defaults: [0.01], curve: leakyRelu },
  { name: 'relu', defaults: [], curve: () => relu },
  { name: 'scaledtanh', defaults: [1, 1], curve: (alpha, beta) => (x) => alpha * tanh(beta * x) },
  { name: 'sigmoid', defaults: [], curve: () => sigmoid },
  { name: 'softplus', defaults: [], curve: () => softplus },
  { name: 'softsign', defaults: [], curve: () => softsign },
  { name: 'tanh', defaults: [], curve: () => tanh },
  { name: 'thresholdedrelu', defaults: [1], curve: thresholdedRelu },
];

const find = (name: string): NamedCurve | undefined => NAMED.find((row) => row.name === name.toLowerCase());

/** The functions f, g, h of each direction, their argument clipped where the layer asks for it. */
export function curvesOf(layer: Layer, defaults: readonly string[], directions: number): readonly (readonly Curve[])[] {
  const names = attribute(layer, 'activations', 'strings', Array.from({ length: directions }, () => defaults).flat());
  const alphas = [...attribute(layer, 'activation_alpha', 'floats', [])];
  const betas = [...attribute(layer, 'activation_beta', 'floats', [])];
  const limit = float(layer, 'clip', Infinity);
  const curves = names.map((name): Curve => {
    const { defaults: [alpha, beta], curve } = find(name)!;
    const own = curve(alpha === undefined ? 0 : alphas.shift() ?? alpha, beta === undefined ? 0 : betas.shift() ?? beta);
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
  const unknown = names?.find((name) => find(name) === undefined);
  if (unknown !== undefined) return { ok: false, reason: `activation ${unknown} is not known`, hint: `use one of ${NAMED.map((row) => row.name).join(', ')}` };
  if (names !== undefined && names.length !== perDirection * directions) {
    return { ok: false, reason: `${names.length} activations are given`, hint: `${layer.operator} needs ${perDirection} per direction` };
  }
  return { ok: true };
}
