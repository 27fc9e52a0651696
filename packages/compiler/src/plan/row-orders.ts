import { weightsOf, type Layer, type Model } from '@fretwork/format';
import { Draft, isOperator } from '../graph/draft.js';
import { inputOf, intOf } from '../graph/numbers.js';

/**
 * Where the order of a layer's rows is undone. `at-output`: each row is stored where it belongs. `folded`: rows are stored in
 * the order in which they are made, and the layers `into` read their columns in that order (`foldOrder`).
 */
export type RowOrder =
  | { readonly layer: string; readonly how: 'at-output'; readonly reason: string }
  | { readonly layer: string; readonly how: 'folded'; readonly into: readonly string[] };

const PRODUCTS = ['Conv', 'Gemm', 'MatMul'];

/** For every convolution and matrix product with constant weights, in order. A choice, not a duty: undoing at the output is always right. */
export function planRowOrders(model: Model): readonly RowOrder[] {
  const draft = new Draft(model);
  return model.layers.filter((layer) => isOperator(layer, ...PRODUCTS) && weightsOf(model, layer).length > 0).map((layer): RowOrder => {
    const value = layer.outputs[0]!;
    const readers = draft.readers(value);
    const odd = readers.find((reader) => !readsByColumns(model, reader, value));
    const reason = intOf(layer, 'group', 1) !== 1 ? 'its groups keep their channels together'
      : draft.isOutput(value) ? `${value} is an output of the model`
        : readers.length === 0 ? 'nobody reads it'
          : odd !== undefined ? `${odd.name} (${odd.operator}) reads it as it is` : undefined;
    return reason === undefined ? { layer: layer.name, how: 'folded', into: readers.map(({ name }) => name) } : { layer: layer.name, how: 'at-output', reason };
  });
}

/** Does `reader` take the channels of `value` by columns of a constant weight, and in no other way? */
function readsByColumns(model: Model, reader: Layer, value: string): boolean {
  return isOperator(reader, ...PRODUCTS) && inputOf(reader, 0) === value && reader.inputs.filter((name) => name === value).length === 1
    && weightsOf(model, reader).some(({ view }) => view.count === 1) && intOf(reader, 'group', 1) === 1 && intOf(reader, 'transA', 0) === 0;
}
