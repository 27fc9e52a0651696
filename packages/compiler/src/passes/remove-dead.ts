import type { Layer } from '@fretwork/format';
import type { Note, Pass } from '../contract.js';
import { Draft, isOperator } from '../graph/draft.js';

/** Outputs that may be left out without changing the others. */
const OPTIONAL_OUTPUTS = ['GRU', 'LSTM', 'RNN', 'Dropout', 'MaxPool', 'LayerNormalization'];

export const removeDead: Pass = {
  name: 'remove-dead',
  says: 'Layers, optional outputs and tensors that no output of the model needs are removed.',
  run: (model) => {
    const draft = new Draft(model);
    const notes: Note[] = [];
    // From the back: a reader goes before what it reads.
    for (const layer of [...draft.layers()].reverse()) {
      const unused = layer.outputs.filter((name) => name !== '' && draft.isUnused(name));
      if (unused.length === 0) continue;
      if (unused.length === layer.outputs.filter((name) => name !== '').length) {
        draft.remove(layer);
        notes.unshift({ layer: layer.name, outcome: 'done', says: 'removed: nobody reads what it makes' });
      } else if (isOperator(layer, ...OPTIONAL_OUTPUTS)) {
        draft.replace(layer, { ...layer, outputs: without(layer, unused) });
        notes.unshift({ layer: layer.name, outcome: 'done', says: `no longer makes ${unused.join(', ')}, which nobody reads` });
      }
    }
    for (const name of draft.tensorNames()) if (draft.isUnused(name)) draft.removeTensor(name);
    return { model: draft.model(), notes };
  },
};

/** Names left out in between are empty, at the end they are not listed. */
function without(layer: Layer, unused: readonly string[]): readonly string[] {
  const outputs = layer.outputs.map((name) => (unused.includes(name) ? '' : name));
  return outputs.slice(0, lastGiven(outputs) + 1);
}

const lastGiven = (names: readonly string[]): number => names.length - 1 - [...names].reverse().findIndex((name) => name !== '');
