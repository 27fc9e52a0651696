/** The example of a package's README, run where the package is installed alone. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../gate/run.ts';
import type { Pack } from './packs.ts';

/** The first `js` block, and the block right behind it: what it prints. */
const EXAMPLE = /```js\n([^]*?)```\n\s*```(?:text)?\n([^]*?)```/;

/** What the README installs: an example that needs more than its own package does not run where that is alone. */
const INSTALL = /```sh\nnpm install (.*)\n/;

/** Runs the example in `folder`; a sentence where it does not print what the README says. A README that does not say it is let be. */
export async function wrongExample(folder: string, pack: Pack): Promise<readonly string[]> {
  const readme = readFileSync(join(folder, 'node_modules', pack.name, 'README.md'), 'utf8');
  const [, code, says] = EXAMPLE.exec(readme) ?? [];
  if (code === undefined || says === undefined || code.includes('```')) return [];
  const others = (INSTALL.exec(readme)?.[1] ?? '').split(' ').filter((name) => name !== '' && name !== pack.name);
  if (others.length > 0) {
    console.log(`${pack.name}: the README's example needs ${others.join(' and ')} too, and is not run here`);
    return [];
  }
  writeFileSync(join(folder, 'readme.mjs'), code);
  const { exitCode, output } = await run([process.execPath, 'readme.mjs'], { cwd: folder });
  if (exitCode !== 0) return [`the README's example failed: ${/^\w*Error.*$/m.exec(output)?.[0] ?? output.trim()}`];
  const [printed, expected] = [lines(output), lines(says)];
  const at = expected.findIndex((line, i) => line !== printed[i]);
  if (at === -1 && printed.length === expected.length) return [];
  return [`the README's example prints ${JSON.stringify(printed[at] ?? printed[expected.length])} where the README says ${JSON.stringify(expected[at])}`];
}

const lines = (text: string): readonly string[] => text.trimEnd().split('\n').map((line) => line.trimEnd());
