/** Runs publint or attw on every tarball of `reports/packs`: `node tools/gate/each-tarball.ts publint|attw REPORT`. */
import { writeFileSync } from 'node:fs';
import { PACKS_FOLDER, packs } from '../consumer-test/packs.ts';
import type { Outcome } from './outcome.ts';
import { run } from './run.ts';

const COMMANDS: Readonly<Record<string, (tarball: string) => readonly string[]>> = {
  publint: (tarball) => ['publint', 'run', tarball, '--strict'],
  attw: (tarball) => ['attw', tarball, '--profile', 'esm-only', '--no-definitely-typed', '--no-emoji', '--no-color', '--format', 'ascii'],
};

const [tool = '', report = ''] = process.argv.slice(2);
const command = COMMANDS[tool];
if (command === undefined || report === '') throw new Error(`usage: each-tarball.ts ${Object.keys(COMMANDS).join('|')} REPORT`);

const outcomes = await Promise.all(packs().map(async ({ name, filename }): Promise<Outcome> => {
  const { exitCode, output } = await run(command(`${PACKS_FOLDER}/${filename}`));
  if (exitCode === 0) return { status: 'passed', name: `${tool} ${name}` };
  console.log(output.trim());
  return { status: 'failed', name: `${tool} ${name}`, reason: `exit code ${exitCode}` };
}));
writeFileSync(report, JSON.stringify(outcomes));
