import { inferShapes, type Layer, type Model, type ShapeTable } from '@fretwork/format';
import { no, yes, type Answer } from '../graph/answer.js';
import { sameShape } from '../graph/dimensions.js';
import { Draft, isOperator } from '../graph/draft.js';
import { inputOf } from '../graph/numbers.js';
import { producerFor } from '../graph/producer.js';
import { PRODUCTS } from '../weights/product.js';

/** An addition of two values, and the layer that could add the other one while it stores what it makes. */
export type ResidualAdd =
  | {
    readonly add: string;
    readonly ok: true;
    /** Makes one operand; may run in the place of the Add, where the other operand is there. */
    readonly into: string;
    /** The other operand. */
    readonly residual: string;
    /** What the Add makes, its activation applied. */
    readonly output: string;
  }
  | { readonly add: string; readonly ok: false; readonly reason: string };

/** Every addition of two values that are not constant, in order. The model stays as it is: backends decide. */
export function planResidualAdds(model: Model, shapes: ShapeTable = inferShapes(model)): readonly ResidualAdd[] {
  const draft = new Draft(model);
  const place = new Map(model.layers.map((layer, at) => [layer.name, at]));
  return model.layers.filter((layer) => isOperator(layer, 'Add') && layer.inputs.every((name) => !model.tensors.has(name))).map((add): ResidualAdd => {
    const both = [0, 1].map((i) => producerOf(draft, add, i, shapes));
    const found = both.flatMap((answer) => (answer.ok ? [answer.is] : []));
    // The one that runs later: most often nothing has to move for it.
    const last = found.sort((a, b) => place.get(b.name)! - place.get(a.name)!)[0];
    if (last === undefined) {
      const [a, b] = both as [Answer<Layer> & { ok: false }, Answer<Layer> & { ok: false }];
      return { add: add.name, ok: false, reason: a.reason === b.reason ? a.reason : `${a.reason}; ${b.reason}` };
    }
    const own = last.outputs[0]!;
    return { add: add.name, ok: true, into: last.name, residual: add.inputs[0] === own ? add.inputs[1]! : add.inputs[0]!, output: add.outputs[0]! };
  });
}

function producerOf(draft: Draft, add: Layer, i: number, shapes: ShapeTable): Answer<Layer> {
  const [own, other] = [inputOf(add, i), inputOf(add, 1 - i)];
  if (own === other) return no('both operands are one value');
  if (!sameShape(shapes.values.get(own)?.shape, shapes.values.get(other)?.shape)) return no('the operands are not of one shape');
  const producer = producerFor(draft, own, add, PRODUCTS, 'residual');
  return producer.ok ? yes(producer.layer) : no(producer.reason);
}
