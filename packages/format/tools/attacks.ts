/** Writes the folder `attacks/`: a file per rule and the page that lists them. `npm run attacks -w @fretwork/format`. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { runnerImport } from 'vite';

const folder: URL = new URL('../attacks/', import.meta.url);
// Vite, because the sources name each other as `.js`, which Node does not find beside them.
const cases = new URL('attack-cases/all.ts', import.meta.url).pathname;
const { module } = await runnerImport<typeof import('./attack-cases/all.js')>(cases, { root: new URL('..', import.meta.url).pathname, logLevel: 'error' });

mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (name.endsWith('.bcr')) rmSync(new URL(name, folder));
for (const { code, make } of module.allAttacks()) writeFileSync(new URL(`${code}.bcr`, folder), make());
writeFileSync(new URL('README.md', folder), module.attackPage());
