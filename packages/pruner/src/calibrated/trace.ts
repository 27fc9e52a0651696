import { FretworkError, type DenseTensor, type Layer } from '@fretwork/format';
import type { LayerTrace } from './contract.js';

/** Numbers of a trace. */
export interface Floats {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** A captured tensor as numbers. Throws `capture.shape`. */
export function floatTensor(layer: Layer, tensor: DenseTensor | undefined, what: string, rank?: number): Floats {
  if (tensor !== undefined && (tensor.data instanceof Float32Array || tensor.data instanceof Float64Array) && (rank === undefined || tensor.shape.length === rank)) {
    return { shape: tensor.shape, data: tensor.data };
  }
  throw new FretworkError('capture.shape', `${what} was not captured as the layer has it`, {
    layer: layer.name, expected: `f32 or f64${rank === undefined ? '' : ` of rank ${rank}`}`,
    actual: tensor === undefined ? 'nothing' : `${tensor.dtype} [${tensor.shape.join(', ')}]`,
  });
}

/** Input `i` of a layer. Throws `capture.shape`. */
export const floatsOf = (layer: Layer, trace: LayerTrace, i: number, rank?: number): Floats =>
  floatTensor(layer, trace.inputs[i], `input ${i}`, rank);
