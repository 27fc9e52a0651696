import type { Model, TensorData } from '../contract.js';
import type { Rule } from './rule.js';

/** The first element of a bool array that is neither 0 nor 1. */
const noBool = (data: TensorData): number => (data as Uint8Array).findIndex((byte) => byte > 1);

/** Rules that look at elements. They come last: the weights have to be there. */
export const DATA_RULES: readonly Rule<Model>[] = [
  {
    code: 'tensor.bool',
    check: ({ tensors, layers }) => {
      for (const [name, tensor] of tensors) {
        if (tensor.dtype !== 'bool') continue;
        const arrays = tensor.kind === 'dense' ? [tensor.data] : tensor.matrices.map((m) => m.payload);
        if (arrays.some((data) => noBool(data) >= 0)) return { tensor: name, expected: '0 or 1', actual: 'another byte' };
      }
      for (const layer of layers) {
        for (const [name, { type, value }] of layer.attributes) {
          if (type === 'tensor' && value.dtype === 'bool' && noBool(value.data) >= 0) return { layer: layer.name, tensor: name, expected: '0 or 1', actual: 'another byte' };
        }
      }
      return undefined;
    },
  },
];
