/** Weights in training: the trainer's own arrays, and all that happens to them between two runs of the graph. */
import { decode, dense, FretworkError, type DenseTensor, type Model } from '@fretwork/format';
import type { Penalty } from '@fretwork/pruner';
import type { Optimiser } from '../contract.js';

export interface StoredParameter {
  readonly tensor: string;
  readonly shape: readonly number[];
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
  readonly slots: readonly Float32Array[];
  mask: Uint8Array | undefined;
}

/** A copy of f32 tensor `name` of `model`. Throws `train.dtype`. */
export function copyOf(model: Model, name: string): Float32Array {
  const tensor = decode(model.tensors.get(name)!);
  if (tensor.dtype !== 'f32') throw new FretworkError('train.dtype', 'trainers hold f32 weights', { tensor: name, actual: tensor.dtype, hint: 'convert the model to f32 first' });
  return Float32Array.from(tensor.data as Float32Array);
}

export function storeOf(model: Model, tensors: readonly string[], optimiser: Optimiser): readonly StoredParameter[] {
  return tensors.map((tensor) => {
    const weight = copyOf(model, tensor);
    return {
      tensor, shape: model.tensors.get(tensor)!.shape, weight, gradient: new Float32Array(weight.length), mask: undefined,
      slots: Array.from({ length: optimiser.slots }, () => new Float32Array(weight.length)),
    };
  });
}

export const tensorOf = (shape: readonly number[], data: Float32Array): DenseTensor => dense('f32', shape, data);

/** Adds the penalties' gradients; returns the sum of their values. */
export function addPenalties(store: readonly StoredParameter[], penalties: ReadonlyMap<string, Penalty>): number {
  let sum = 0;
  for (const { tensor, weight, gradient } of store) {
    const penalty = penalties.get(tensor);
    if (penalty === undefined) continue;
    const { strength, target } = penalty;
    for (let i = 0; i < weight.length; i++) {
      const pull = typeof strength === 'number' ? strength : strength[i]!;
      const away = weight[i]! - (target === undefined ? 0 : target[i]!);
      gradient[i] = gradient[i]! + pull * away;
      sum += 0.5 * pull * away * away;
    }
  }
  return sum;
}

/** Copies. Throws `train.parameter` for a tensor that is not trained, or arrays of another length. */
export function checkedPenalties(store: readonly StoredParameter[], penalties: ReadonlyMap<string, Penalty>): ReadonlyMap<string, Penalty> {
  return new Map([...penalties].map(([tensor, { strength, target }]) => {
    const length = storedOf(store, tensor).weight.length;
    for (const array of [strength, target]) {
      if (array !== undefined && typeof array !== 'number' && array.length !== length) throw new FretworkError('train.parameter', 'the penalty has another length', { tensor, expected: `${length}`, actual: `${array.length}` });
    }
    return [tensor, { strength: typeof strength === 'number' ? strength : strength.slice(), ...(target === undefined ? {} : { target: target.slice() }) }];
  }));
}

/** Throws `train.parameter`. */
function storedOf(store: readonly StoredParameter[], tensor: string): StoredParameter {
  const found = store.find((p) => p.tensor === tensor);
  if (found === undefined) throw new FretworkError('train.parameter', 'this tensor is not trained', { tensor, expected: store.map((q) => q.tensor).slice(0, 8).join(', ') });
  return found;
}

export function applyMasks(store: readonly StoredParameter[], to: 'weight' | 'gradient'): void {
  for (const p of store) {
    const { mask } = p;
    if (mask === undefined) continue;
    const values = p[to];
    // Not a product: 0 · Infinity is no number, and -0 would be kept.
    for (let i = 0; i < values.length; i++) if (mask[i] === 0) values[i] = 0;
  }
}

export function scaleGradients(store: readonly StoredParameter[], factor: number): void {
  for (const { gradient } of store) for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! * factor;
}

/** Joint norm of all gradients; where it is above `most`, they are scaled down to it. */
export function clipGradients(store: readonly StoredParameter[], most: number | undefined): number {
  let squares = 0;
  for (const { gradient } of store) for (let i = 0; i < gradient.length; i++) squares += gradient[i]! * gradient[i]!;
  const norm = Math.sqrt(squares);
  if (most !== undefined && norm > most) scaleGradients(store, most / norm);
  return norm;
}

export function update(store: readonly StoredParameter[], optimiser: Optimiser, rate: number, step: number): void {
  for (const p of store) {
    optimiser.update({ weight: p.weight, gradient: p.gradient, slots: p.slots, rate, step, decays: p.shape.length > 1 });
  }
}

/** Throws `train.parameter` for a tensor that is not trained, `train.mask` for a mask of another length. Nothing is changed then. */
export function setMasks(store: readonly StoredParameter[], masks: ReadonlyMap<string, ArrayLike<number>>): void {
  for (const [tensor, mask] of masks) {
    const p = storedOf(store, tensor);
    if (mask.length !== p.weight.length) throw new FretworkError('train.mask', 'the mask has another length', { tensor, expected: `${p.weight.length}`, actual: `${mask.length}` });
  }
  for (const p of store) {
    const mask = masks.get(p.tensor);
    p.mask = mask === undefined ? undefined : Uint8Array.from(mask, (m) => (m === 0 ? 0 : 1));
  }
  applyMasks(store, 'weight');
}
