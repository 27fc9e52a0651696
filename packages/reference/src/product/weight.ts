import { WEIGHTS, type DenseTensor, type SparseTensor } from '@fretwork/format';
import type { OperatorCall } from '../contract.js';
import { Fault } from '../fault.js';
import { floatsOf, isFloat, type Numbers } from '../tensor/elements.js';

/** A weight of a layer: plain numbers in the order of its shape, or tiles that are seen as the layer needs them. */
export type Weight =
  | { readonly kind: 'dense'; readonly shape: readonly number[]; readonly numbers: Numbers }
  | SparseTensor;

/**
 * Weight input `i`: tiles where it is sparse, else numbers. Integer tiles are decoded: only floats have a tiled
 * product. Throws `run.weight-view` where the tiles are seen as other matrices than `WEIGHTS` says.
 */
export function weightOf(call: OperatorCall, i: number): Weight {
  const tensor = call.tensor(i);
  if (tensor.kind === 'sparse' && isFloat(tensor.dtype)) {
    requireView(call, i, tensor);
    return tensor;
  }
  const dense: DenseTensor = call.dense(i);
  return { kind: 'dense', shape: dense.shape, numbers: floatsOf(dense) };
}

function requireView(call: OperatorCall, input: number, { shape, view }: SparseTensor): void {
  const place = WEIGHTS.find((w) => w.operator === call.layer.operator && w.input === input);
  const needed = place?.view(shape, call.layer);
  const print = (v: typeof view | undefined): string =>
    v === undefined ? 'no matrices' : `${v.count} of ${v.rows} x ${v.columns}, ${v.order}`;
  if (print(needed) !== print(view)) {
    throw new Fault('run.weight-view', 'the sparse weight is seen as other matrices than this operator has', {
      expected: print(needed), actual: print(view), hint: 'encode it with the view that `weightsOf` gives',
    });
  }
}
