/** Packs every package into `reports/packs`, where publint, attw and the consumer test find the tarballs. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { run } from '../gate/run.ts';
import { LAYERS } from '../layers.ts';
import { PACKS_FOLDER, PACKS_INDEX, type Pack } from './packs.ts';

rmSync(PACKS_FOLDER, { recursive: true, force: true });
mkdirSync(PACKS_FOLDER, { recursive: true });
const made: Pack[] = [];
for (const { name } of LAYERS) {
  try {
    made.push(await pack(name));
  } catch (error) {
    console.log(`${name}: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
writeFileSync(PACKS_INDEX, `${JSON.stringify(made, null, 2)}\n`);
console.log(made.map(({ filename }) => filename).join('\n'));

async function pack(name: string): Promise<Pack> {
  const { exitCode, output } = await run(['npm', 'pack', '--json', '--loglevel=error', '--ignore-scripts', '--pack-destination', PACKS_FOLDER, '--workspace', name]);
  if (exitCode !== 0) throw new Error(`npm pack failed:\n${output}`);
  // npm 10 and 11 answer with a list, later ones with a record by name.
  const answer = Object.values(JSON.parse(output.slice(output.search(/^[[{]/m))) as Record<string, Pack>);
  const made = answer[0];
  if (answer.length !== 1 || made === undefined) throw new Error(`npm pack made ${answer.length} tarballs instead of 1`);
  if (!made.files.some(({ path }) => path.startsWith('dist/'))) throw new Error('no dist: build it first');
  return { ...made, filename: made.filename.replace(/^@/, '').replace('/', '-') };
}
