import { inferShapes } from '@fretwork/format';
import type { Note, Pass } from '../contract.js';
import { Draft } from '../graph/draft.js';
import { inputOf } from '../graph/numbers.js';
import { noOpOf } from './no-ops.js';

export const removeNoOps: Pass = {
  name: 'remove-no-ops',
  says: 'Layers that give back what they read (Identity, Dropout, a Reshape to the same shape, a Pad by nothing) are taken out.',
  run: (model) => {
    const draft = new Draft(model);
    const shapes = inferShapes(model);
    const notes: Note[] = [];
    for (const layer of draft.layers()) {
      const shapeOf = (name: string): ReturnType<typeof shapes.values.get> => shapes.values.get(name);
      const found = noOpOf({ layer, draft, shapes, from: shapeOf(inputOf(layer, 0))?.shape, to: shapeOf(layer.outputs[0]!)?.shape });
      if (found === undefined) continue;
      const [input, output] = [inputOf(layer, found.input), layer.outputs[0]!];
      const keep = reasonToKeep(draft, input, output);
      if (keep !== undefined) {
        notes.push({ layer: layer.name, outcome: 'kept', says: `${found.why}, but ${keep}` });
        continue;
      }
      draft.remove(layer);
      if (draft.isOutput(output)) draft.rename(input, output);
      else draft.redirect(output, input);
      notes.push({ layer: layer.name, outcome: 'done', says: `removed: ${found.why}` });
    }
    return { model: draft.model(), notes };
  },
};

/** An output of the model keeps its name, so what is passed on has to take that name. */
function reasonToKeep(draft: Draft, input: string, output: string): string | undefined {
  if (!draft.isOutput(output)) return undefined;
  if (draft.isInput(input)) return 'it gives an input of the model the name of an output';
  if (draft.maker(input) === undefined) return 'it gives a constant the name of an output';
  return draft.isOutput(input) ? 'it gives an output of the model a second name' : undefined;
}
