import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundle } from './bundle.js';

it('README.md: the first example prints what stands below it', async () => {
  const blocks = [...readFileSync(new URL('../README.md', import.meta.url), 'utf8').matchAll(/```(\w*)\n(.*?)```/gs)];
  const example = blocks.find(([, language]) => language === 'js')![2]!;
  const printed = blocks.find(([, language]) => language === '')![2]!;
  const folder = mkdtempSync(join(tmpdir(), 'fretwork-'));
  try {
    writeFileSync(join(folder, 'format.mjs'), await bundle('src/index.ts', 'node'));
    writeFileSync(join(folder, 'example.mjs'), example.replace("'@fretwork/format'", "'./format.mjs'"));
    expect(execFileSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' })).toBe(printed);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
