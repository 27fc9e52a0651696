/** Packs every package into `reports/packs`, where publint, attw and the consumer test find the tarballs. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { run } from '../gate/run.ts';
import { LAYERS } from '../layers.ts';
import { PACKS_FOLDER, PACKS_INDEX, type Pack } from './packs.ts';

rmSync(PACKS_FOLDER, { recursive: true, force: true });
mkdirSync(PACKS_FOLDER, { recursive: true });
const made: Pack[] = [];
for (const { name } of LAYERS) {
  const { exitCode, output } = await run(['npm', 'pack', '--json', '--loglevel=error', '--ignore-scripts', '--pack-destination', PACKS_FOLDER, '--workspace', name]);
  const json = output.slice(output.search(/^[[{]/m));
  if (exitCode !== 0) throw new Error(`npm pack of ${name} failed:\n${output}`);
  // npm 10 and 11 answer with a list, later ones with a record by name.
  const answer = Object.values(JSON.parse(json) as Record<string, Pack>);
  const pack = answer[0];
  if (answer.length !== 1 || pack === undefined) throw new Error(`npm pack of ${name} made ${answer.length} tarballs instead of 1`);
  if (!pack.files.some(({ path }) => path.startsWith('dist/'))) throw new Error(`${name} has no dist; build it first`);
  made.push({ ...pack, filename: pack.filename.replace(/^@/, '').replace('/', '-') });
}
writeFileSync(PACKS_INDEX, `${JSON.stringify(made, null, 2)}\n`);
console.log(made.map(({ filename }) => filename).join('\n'));
