/**
 * Times every plan of a recipe of docs/mapping/ against every other on this machine, in rounds that take each in turn, and writes what it found into the recipe:
 * `node packages/cli/tools/mapping-measure.ts docs/mapping/NAME.json`, where the model lies that it names, after a build and on a machine with nothing else to do. One-shot pruned: structure decides the time, not
 * weights.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { timeLayers } from '@fretwork/bench';
import { runPasses } from '@fretwork/compiler';
import { importModel } from '@fretwork/onnx';
import { pruneModel } from '@fretwork/pruner';
import { evaluateLayer } from '@fretwork/reference';
import { planOf, type MappingRecipe } from './mapping-recipe.ts';

const ROUNDS = 1000;

const [path] = process.argv.slice(2);
const recipe = JSON.parse(readFileSync(path!, 'utf8')) as MappingRecipe;
const model = importModel(new Uint8Array(readFileSync(recipe.setup.model)));
const inputShapes = Object.fromEntries(model.inputs.map(({ name, shape }) => [name, shape!.map((d) => (typeof d === 'number' ? d : 1))]));
const runs = runPasses(model, undefined, { inputShapes, evaluate: evaluateLayer }).model;
const timings = await timeLayers([runs, ...recipe.rows.map((row) => pruneModel(runs, { plan: planOf(row) }).model)], { inputShapes, rounds: ROUNDS, seed: 1 });
const [dense, ...times] = timings.map((layers) => Number(layers.reduce((sum, { ms }) => sum + ms, 0).toPrecision(5)));
const measured: MappingRecipe = { ...recipe, dense: { ...recipe.dense, measuredMs: dense! }, rows: recipe.rows.map((row, i) => ({ ...row, measuredMs: times[i]! })) };
writeFileSync(path!, `${JSON.stringify(measured, undefined, 1)}\n`);
console.error(`dense ${dense} ms\n${measured.rows.map(({ family, what, ms, measuredMs }) => `${family}, ${what}: predicted ${ms.toPrecision(4)}, measured ${measuredMs} ms`).join('\n')}`);
