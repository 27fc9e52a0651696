import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FretworkError, readModel, writeModel, type MappingPlan } from '@fretwork/format';
import { exportModel } from '@fretwork/onnx';
import type { Arguments, Terminal } from '../contract.js';
import { sha256, writeFile } from '../files.js';
import { readModelFile } from '../model-file.js';
import { engine } from '../training/engine.js';
import { interruptible } from '../training/interruption.js';
import type { RecipeFile } from '../training/recipe-file.js';
import { settingsOf } from '../training/settings.js';
import { openFolder } from './folder.js';
import { loadConfig } from './load-config.js';
import { requestOf, withConfig } from './request.js';
import { runStages, type StageContext } from './run-stages.js';
import { accuracyOn } from './stages/accuracy.js';
import { finished } from './stages/encode.js';
import { importStage, readBcr, type Imported } from './stages/import.js';
import { passesStage } from './stages/passes.js';
import { pruneOnce } from './stages/prune.js';

/** What a recipe of `compress` has beside that of every command. */
interface CompressRecipe extends RecipeFile {
  readonly steps: readonly MappingPlan[];
  readonly storedDense: readonly string[];
  readonly result: RecipeFile['result'] & { readonly onnx: string };
}

/** Hashes of what was made and of what it was made from. */
export interface Replayed {
  readonly expected: string;
  readonly actual: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * Does again what the recipe says was done: the same passes, the same plans cut one after the other with the same training, the same
 * layers stored dense. Nothing is timed and nothing searched, so that the result does not depend on how quick the machine is today.
 * `args` are those of the recipe. Throws `recipe.file` where it says too little, and what the stages throw.
 */
export async function replayCompress(recipe: RecipeFile, args: Arguments, output: string, terminal: Terminal): Promise<Replayed> {
  const { steps, storedDense, result } = checked(recipe);
  const root = await mkdtemp(join(tmpdir(), 'fretwork-replay-'));
  try {
    const config = (await loadConfig(args.text('config')))?.config ?? {};
    const { model: file } = await readModelFile(args.positionals[0]!, { externalData: args.flag('external-data') });
    const runner = await engine({ threads: settingsOf(withConfig(args, config)).threads });
    const request = await requestOf(args, config, file, runner, root);
    const folder = await openFolder(root);
    return await interruptible('reproduce starts over', async (signal) => {
      const context: StageContext = { request, folder, signal, terminal };
      await runStages([importStage, passesStage], context);
      const teacher = await readBcr(folder, 'stages/passes.bcr');
      const before = await accuracyOn(request.target, teacher, request.splits.validation, signal);
      let model = teacher;
      for (const [i, plan] of steps.entries()) {
        const { pruned } = await pruneOnce(context, { model, teacher, plan, belongs: `replay ${i}`, before });
        // As the search keeps its trials: in the format.
        model = readModel(writeModel(pruned));
      }
      const made = finished(model, steps.at(-1)!, storedDense);
      const onnx = output.endsWith('.onnx');
      const bytes = onnx ? exportModel(made) : writeModel(made);
      await writeFile(output, bytes);
      const { hash } = await folder.json<Imported>('stages/import.json');
      const { train, validation, test } = request.splits;
      return { expected: onnx ? result.onnx : result.model, actual: sha256(bytes), inputs: { model: hash, train: train.hash, validation: validation.hash, test: test.hash } };
    });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function checked(recipe: RecipeFile): CompressRecipe {
  const { steps, storedDense, result } = recipe as Partial<CompressRecipe>;
  if (!Array.isArray(steps) || steps.length === 0 || !Array.isArray(storedDense) || typeof result?.onnx !== 'string') {
    throw new FretworkError('recipe.file', 'this recipe of compress does not say which plans were carried out', { expected: '"steps", "storedDense" and "result.onnx"', hint: 'it is of an older fretwork; run fretwork compress with its arguments and --plan instead' });
  }
  return recipe as CompressRecipe;
}
