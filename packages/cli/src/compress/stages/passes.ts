import { runPasses } from '@fretwork/compiler';
import { writeModel } from '@fretwork/format';
import { evaluateLayer } from '@fretwork/reference';
import type { Stage } from '../run-stages.js';
import { readBcr } from './import.js';

export const passesStage: Stage = {
  name: 'passes',
  says: 'folds and fuses what the graph allows, so that what is pruned is what will run',
  reads: ['stages/import.bcr'],
  writes: ['stages/passes.bcr', 'stages/passes.json'],
  wishes: () => ({}),
  run: async ({ folder }) => {
    const model = await readBcr(folder, 'stages/import.bcr');
    const { model: folded, notes } = runPasses(model, undefined, { evaluate: evaluateLayer });
    await folder.write('stages/passes.bcr', writeModel(folded));
    await folder.writeJson('stages/passes.json', notes.filter(({ outcome }) => outcome !== 'kept'));
    return `${model.layers.length} layers → ${folded.layers.length}`;
  },
};
