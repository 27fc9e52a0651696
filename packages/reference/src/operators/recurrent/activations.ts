/** The activation functions of recurrent layers, named by attributes. */
import { attribute, type Layer } from '@fretwork/format';
import { elu, hardSigmoid, leakyRelu, relu, sigmoid, softplus, softsign, thresholdedRelu, type Curve } from '../../activation.js';
import type { Support } from '../../contract.js';

interface ActivationRow {
  readonly name: string;
  /** Default values; their number says how many entries of activation_alpha and activation_beta the function consumes. */
  readonly defaults: readonly [alpha?: number, beta?: number];
  readonly curve: (alpha: number, beta: number) => Curve;
}

const ACTIVATIONS: readonly ActivationRow[] = [
  { name: 'affine', defaults: [1, 0], curve: (alpha, beta) => (x) => alpha * x + beta },
  { name: 'elu', defaults: [1], curve: elu },
  { name: 'hardsigmoid', defaults: [0.2, 0.5], curve: hardSigmoid },
  { name: 'leakyrelu', defaults: [0.01], curve: leakyRelu },
  { name: 'relu', defaults: [], curve: () => relu },
  { name: 'scaledtanh', defaults: [1, 1], curve: (alpha, beta) => (x) => alpha * Math.tanh(beta * x) },
  { name: 'sigmoid', defaults: [], curve: () => sigmoid },
  { name: 'softplus', defaults: [], curve: () => softplus },
  { name: 'softsign', defaults: [], curve: () => softsign },
  { name: 'tanh', defaults: [], curve: () => Math.tanh },
  { name: 'thresholdedrelu', defaults: [1], curve: thresholdedRelu },
];

const find = (name: string): ActivationRow | undefined => ACTIVATIONS.find((row) => row.name === name.toLowerCase());

/**
 * The functions of each direction: `f, g, h` of the first, then of the second. Entries of activation_alpha and
 * activation_beta are used up in that order by the functions that have such a number.
 */
export function activationsOf(layer: Layer, defaults: readonly string[], directions: number): Curve[][] {
  const names = attribute(layer, 'activations', 'strings', undefined)
    ?? Array.from({ length: directions }, () => defaults).flat();
  const alphas = [...attribute(layer, 'activation_alpha', 'floats', [])];
  const betas = [...attribute(layer, 'activation_beta', 'floats', [])];
  const curves = names.map((name) => {
    const { defaults: [alpha, beta], curve } = find(name)!;
    return curve(alpha === undefined ? 0 : alphas.shift() ?? alpha, beta === undefined ? 0 : betas.shift() ?? beta);
  });
  return Array.from({ length: directions }, (_, d) => curves.slice(d * defaults.length, (d + 1) * defaults.length));
}

export const DIRECTIONS: Readonly<Record<string, number>> = { forward: 1, reverse: 1, bidirectional: 2 };

export const directionOf = (layer: Layer): string => attribute(layer, 'direction', 'string', 'forward');

/** Refuses directions and activation functions that are not known, and lists of them that are too short. */
export function knownCell(layer: Layer, perDirection: number): Support {
  const directions = DIRECTIONS[directionOf(layer)];
  if (directions === undefined) {
    return { ok: false, reason: `direction ${directionOf(layer)} is not known`, hint: 'use forward, reverse or bidirectional' };
  }
  const names = attribute(layer, 'activations', 'strings', undefined);
  const unknown = names?.find((name) => find(name) === undefined);
  if (unknown !== undefined) {
    return { ok: false, reason: `activation ${unknown} is not known`, hint: `use one of ${ACTIVATIONS.map((row) => row.name).join(', ')}` };
  }
  if (names !== undefined && names.length !== perDirection * directions) {
    return { ok: false, reason: `${names.length} activations are given`, hint: `${layer.operator} needs ${perDirection} per direction` };
  }
  return { ok: true };
}
