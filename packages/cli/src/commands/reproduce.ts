import { rm } from 'node:fs/promises';
import { FretworkError } from '@fretwork/format';
import { parseArguments, usage } from '../arguments.js';
import { replayCompress, type Replayed } from '../compress/replay.js';
import type { Command, Terminal } from '../contract.js';
import { EXIT } from '../contract.js';
import { checkModelPath } from '../model-file.js';
import { readRecipe, type RecipeFile } from '../training/recipe-file.js';
import { compress } from './compress.js';
import { prune } from './prune.js';
import { train } from './train.js';

const MAKERS: readonly Command[] = [train, prune, compress];

export const reproduce: Command = {
  name: 'reproduce',
  says: 'Makes a model again from its recipe, and says whether it is the same, byte for byte.',
  operands: ['RECIPE.json'],
  options: [
    { name: 'output', short: 'o', value: 'OUT', says: 'Where to write the model, in the form it had.' },
    { name: 'json', says: 'Print { same, expected, actual } as JSON.' },
  ],
  examples: ['fretwork reproduce gru.bcr.recipe.json -o again.bcr'],
  notes: ['Files are looked for as the recipe names them, from the folder you are in. Exit code 1: the model is another one. Bytes are the same on the same machine, engine and number of threads.', 'Of compress it carries out the plans that the recipe holds, without timing or searching anything.'],
  run: async (args, terminal) => {
    const output = args.text('output');
    if (output === undefined) throw usage('output', 'reproduce needs -o OUT', 'reproduce');
    checkModelPath(output);
    const recipe = await readRecipe(args.positionals[0]!);
    const maker = MAKERS.find(({ name }) => name === recipe.command);
    if (maker === undefined) throw new FretworkError('recipe.command', `a recipe cannot call ${JSON.stringify(recipe.command)}`, { expected: MAKERS.map(({ name }) => name).join(' | ') });
    const { expected, actual, inputs } = await (maker === compress ? replayCompress(recipe, parseArguments(compress, recipe.arguments), output, terminal) : runAgain(maker, recipe, output, terminal));
    for (const [name, hash] of Object.entries(recipe.inputs ?? {})) {
      if (inputs[name] !== hash) terminal.err(`another ${name} than the recipe's: ${inputs[name]}, not ${hash}\n`);
    }
    const same = expected === actual;
    terminal.out(args.flag('json') ? `${JSON.stringify({ same, expected, actual })}\n` : `${output} is ${same ? 'the same' : 'another'} model: ${actual}${same ? '' : `, not ${expected}`}\n`);
    return same ? EXIT.ok : EXIT.no;
  },
};

/** Runs the command of the recipe with its arguments. */
async function runAgain(maker: Command, recipe: RecipeFile, output: string, terminal: Terminal): Promise<Replayed> {
  const again = `${output}.again.json`;
  try {
    await maker.run(parseArguments(maker, [...recipe.arguments, '-o', output, '--recipe', again]), { ...terminal, out: () => {} });
    const made = await readRecipe(again);
    return { expected: recipe.result.model, actual: made.result.model, inputs: made.inputs };
  } finally {
    await rm(again, { force: true });
  }
}
