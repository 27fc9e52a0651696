import { dense, inferShapes, type Layer } from '@fretwork/format';
import type { Note, Pass } from '../contract.js';
import type { Dimensions } from '../graph/dimensions.js';
import { Draft, isOperator, originOf } from '../graph/draft.js';
import { inputOf } from '../graph/numbers.js';
import { movesNothing, permOf } from './no-ops.js';

const VIEWS = ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'];

export const mergeMoves: Pass = {
  name: 'merge-moves',
  says: 'Transposes in a row, and reshapes in a row, become one; a Transpose that moves only axes of size 1 becomes a Reshape.',
  run: (model) => {
    const draft = new Draft(model);
    const { values } = inferShapes(model);
    const notes: Note[] = [];
    for (const layer of draft.layers()) {
      if (layer.activation !== undefined) continue;
      const from = inputOf(layer, 0);
      const before = draft.maker(from);
      const says = isOperator(layer, 'Transpose') ? mergeTranspose(draft, layer, before, values.get(from)?.shape, values.get(layer.outputs[0]!)?.shape)
        : isOperator(layer, ...VIEWS) && isView(before) ? reshape(draft, layer, inputOf(before, 0), values.get(layer.outputs[0]!)?.shape, [before, layer])
        : undefined;
      if (says !== undefined) notes.push({ layer: layer.name, outcome: 'done', says });
    }
    return { model: draft.model(), notes };
  },
};

const isView = (layer: Layer | undefined): layer is Layer => layer !== undefined && layer.activation === undefined && isOperator(layer, ...VIEWS);

function mergeTranspose(draft: Draft, layer: Layer, before: Layer | undefined, from: Dimensions | undefined, to: Dimensions | undefined): string | undefined {
  if (from === undefined) return undefined;
  const perm = permOf(layer, from.length);
  if (before !== undefined && isOperator(before, 'Transpose') && before.activation === undefined) {
    const first = permOf(before, from.length);
    draft.replace(layer, {
      ...layer,
      inputs: [inputOf(before, 0)],
      attributes: new Map([...layer.attributes, ['perm', { type: 'ints', value: perm.map((axis) => first[axis]!) }]]),
      origin: originOf(before, layer),
    });
    return `takes over the Transpose before it, ${before.name}`;
  }
  return movesNothing(perm, from) ? reshape(draft, layer, inputOf(layer, 0), to, [layer]) : undefined;
}

/** A Reshape of `value` to `to` in the place of `layer`; one size may be open, since the elements stay the same. */
function reshape(draft: Draft, layer: Layer, value: string, to: Dimensions | undefined, made: readonly Layer[]): string | undefined {
  if (to === undefined || to.includes(0) || to.filter((size) => typeof size !== 'number').length > 1) return undefined;
  const target = BigInt64Array.from(to, (size) => (typeof size === 'number' ? BigInt(size) : -1n));
  const name = draft.freshName(`${layer.name}.shape`);
  draft.setTensor(name, dense('i64', [to.length], target));
  draft.replace(layer, { ...layer, operator: 'Reshape', inputs: [value, name], attributes: new Map(), origin: originOf(...made) });
  return made.length === 1 ? 'moves only axes of size 1, so it becomes a Reshape' : `takes over the ${made[0]!.operator} before it, ${made[0]!.name}`;
}
