import type { Model } from '../contract.js';
import { each, payloadsOf, tensorsOf } from './items.js';
import type { Rule } from './rule.js';

/** Rules that look at elements. They come last: the weights have to be there. */
export const DATA_RULES: readonly Rule<Model>[] = [
  each('tensor.bool', tensorsOf, (tensor) =>
    (tensor.dtype === 'bool' && payloadsOf(tensor).some((data) => (data as Uint8Array).some((byte) => byte > 1)) ? { expected: '0 or 1', actual: 'another byte' } : undefined)),
];
