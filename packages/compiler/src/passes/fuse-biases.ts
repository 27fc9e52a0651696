import { inferShapes, type Layer, type ShapeTable } from '@fretwork/format';
import type { Note, Pass } from '../contract.js';
import { no, yes, type Answer } from '../graph/answer.js';
import { Draft, isOperator, originOf } from '../graph/draft.js';
import { floatsOf, inputOf } from '../graph/numbers.js';
import { producerFor, takenOver } from '../graph/producer.js';
import { perChannel, productOf, PRODUCTS, rebuilt } from '../weights/product.js';

export const fuseBiases: Pass = {
  name: 'fuse-biases',
  says: 'A constant that is added to each channel of a convolution or matrix product becomes its bias; a MatMul of two matrices becomes a Gemm.',
  run: (model) => {
    const draft = new Draft(model);
    const shapes = inferShapes(model);
    const notes: Note[] = [];
    for (const layer of draft.layers()) {
      const value = addedTo(draft, layer);
      if (value === undefined) continue;
      const fused = fuse(draft, layer, value, shapes);
      notes.push(fused.ok ? { layer: layer.name, outcome: 'done', says: `became the bias of ${fused.is}`, into: fused.is }
        : { layer: layer.name, outcome: 'kept', says: fused.reason });
    }
    return { model: draft.model(), notes };
  },
};

/** The place of the value that an Add or Sub of one constant works on. */
function addedTo(draft: Draft, layer: Layer): 0 | 1 | undefined {
  const constant = layer.inputs.map((name) => draft.tensor(name) !== undefined);
  if (isOperator(layer, 'Add') && constant[0] !== constant[1]) return constant[1] === true ? 0 : 1;
  return isOperator(layer, 'Sub') && constant[0] === false && constant[1] === true ? 0 : undefined;
}

/** The name of the layer that took it in. */
function fuse(draft: Draft, layer: Layer, value: 0 | 1, shapes: ShapeTable): Answer<string> {
  const producer = producerFor(draft, inputOf(layer, value), layer, PRODUCTS, 'bias');
  if (!producer.ok) return no(producer.reason);
  const product = productOf(draft, producer.layer, shapes.values.get(inputOf(producer.layer, 0))?.shape?.length);
  if (!product.ok) return product;
  const constant = draft.dense(inputOf(layer, 1 - value));
  if (constant === undefined) return no('the constant is a sparse tensor');
  const added = perChannel(constant.shape, floatsOf(constant.dtype, constant.data), product.is.rank, product.is.channels);
  if (!added.ok) return no(`the constant ${added.reason}`);
  const sign = isOperator(layer, 'Sub') ? -1 : 1;
  const next = rebuilt(draft, producer.layer, product.is, product.is.bias.map((b, c) => b + sign * added.is[c]!));
  draft.remove(layer);
  draft.replace(producer.layer, takenOver(next, layer, originOf(producer.layer, layer)));
  return yes(producer.layer.name);
}
