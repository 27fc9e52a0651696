import type { Activation } from '@fretwork/format';
import { CLAMP_ADDRESS, RESIDUAL_ADDRESS } from '../kernels/stream.js';
import { curveOf, relu, sigmoid, tanh, type Curve } from './curves.js';
import { onNumbers, type Numbers } from './elements.js';
import type { Value, Binding, Step } from './row.js';

/** Applies `activation` to `value` where it lies. */
export function activate(b: Binding, value: Value, activation: Activation): Step {
  const curve = curveOf(activation.kind.replace('-', ''), (key, otherwise) => activation[key as 'alpha'] ?? otherwise)!;
  return onNumbers(b, ([from], [to]) => curved(from, to, curve), [value], [value]);
}

export function curved(from: Numbers, to: Numbers, curve: Curve): Step {
  if (curve === relu) return () => { for (let i = 0; i < to.length; i++) to[i] = from[i]! < 0 ? 0 : from[i]!; };
  if (curve === sigmoid) return () => { for (let i = 0; i < to.length; i++) to[i] = sigmoid(from[i]!); };
  if (curve === tanh) return () => { for (let i = 0; i < to.length; i++) to[i] = tanh(from[i]!); };
  return () => { for (let i = 0; i < to.length; i++) to[i] = curve(from[i]!); };
}

/** What kernels clamp to for this activation: everything goes through, if it is none that they know. */
export function clampOf(activation: Activation | undefined): readonly [low: number, high: number] {
  if (activation?.kind === 'relu') return [0, Infinity];
  if (activation?.kind === 'clip') return [activation.alpha ?? -Infinity, activation.beta ?? Infinity];
  return [-Infinity, Infinity];
}

/** Tells the kernels what to clamp to. */
export function setClamp(floats: Float32Array, low: number, high: number): void {
  floats[CLAMP_ADDRESS / 4] = low;
  floats[CLAMP_ADDRESS / 4 + 1] = high;
}

/** Tells the kernels how far, in bytes, what they add to an output lies from it. */
export function setResidual(words: Int32Array, distance: number): void {
  words[RESIDUAL_ADDRESS / 4] = distance;
}
