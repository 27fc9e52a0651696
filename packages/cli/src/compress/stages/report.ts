import { readFile, sha256 } from '../../files.js';
import { lasting } from '../../training/recipe-file.js';
import { sortedJson } from '../../training/sorted-json.js';
import { VERSION } from '../../version.js';
import { machineText } from '../../machine.js';
import { makeReport } from '../report/make-report.js';
import { maskPictures } from '../report/masks.js';
import { reportPage } from '../report/page.js';
import type { StageContext, Stage } from '../run-stages.js';
import type { Encoded } from './encode.js';
import { readBcr, type Imported } from './import.js';
import type { Pruned } from './prune.js';

/** The last row of the table; it tells of the others. */
export const reportStage = (others: readonly Stage[]): Stage => ({
  name: 'report',
  says: 'writes what was found out, as a page and as JSON',
  reads: ['model.bcr', 'model.onnx', 'stages/import.json', 'stages/profile.json', 'stages/rehearsal.json', 'stages/prune.json', 'stages/encode.json', 'stages/verify.json', 'stages/measure.json'],
  writes: ['recipe.json', 'report.json', 'report.html'],
  wishes: ({ budget, words, keepSlower }) => ({ budget, words: lasting(words), keepSlower, fretwork: VERSION }),
  run: async (context) => {
    const { request, folder } = context;
    const report = await makeReport(request, folder, await folder.state(), others, await readFile(request.model.path));
    const pictures = maskPictures(await readBcr(folder, 'model.bcr'));
    context.signal.throwIfAborted();
    await writeRecipe(context);
    await folder.writeJson('report.json', report);
    await folder.write('report.html', await reportPage(report, pictures));
    return folder.path('report.html');
  },
});

/** Enough to make `model.bcr` again: inputs by their hash, every wish, and the plan as it was carried out. */
async function writeRecipe({ request, folder }: StageContext): Promise<void> {
  const { hash } = await folder.json<Imported>('stages/import.json');
  const { plan, report, epochs, steps } = await folder.json<Pruned>('stages/prune.json');
  const { putBack } = await folder.json<Encoded>('stages/encode.json');
  const { splits: { train, validation, test }, settings, pruner, mapper, target, engine, ignore, smallest, budget, keepSlower, rounds } = request;
  const recipe = {
    fretwork: VERSION, command: 'compress', arguments: lasting(request.words),
    inputs: { model: hash, train: train.hash, validation: validation.hash, test: test.hash },
    splits: { train: train.spec, validation: validation.spec, test: test.spec },
    settings: { ...settings, ignore, smallest, budget, keepSlower, rounds },
    pieces: { target: [target.name, target.options], mapper: [mapper.name, mapper.options], pruner: [pruner.name, pruner.options] },
    plan, steps, storedDense: putBack, engine: { name: engine.name, version: engine.version, threads: engine.threads }, machine: machineText(),
    result: { model: sha256(await folder.read('model.bcr')), onnx: sha256(await folder.read('model.onnx')), rate: report.pruned.rate, epochs },
  };
  await folder.write('recipe.json', `${sortedJson(recipe, 2)}\n`);
}
