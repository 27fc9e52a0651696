import { readFileSync } from 'node:fs';
import * as format from '@fretwork/format';
import { expect, it } from 'vitest';
import * as autodiff from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)![1]!;

it("the README's example prints what it says", async () => {
  const lines: string[] = [];
  const print = { log: (...words: readonly unknown[]): void => void lines.push(words.join(' ')) };
  const body = block('js')
    .replace(/^import (\{.*?\}) from '@fretwork\/autodiff';/m, 'const $1 = autodiff;')
    .replace(/^import (\{.*?\}) from '@fretwork\/format';/m, 'const $1 = format;');
  const run = new Function('autodiff', 'format', 'console', `return (async () => {${body}})();`) as
    (a: typeof autodiff, f: typeof format, console: typeof print) => Promise<void>;
  await run(autodiff, format, print);
  expect(`${lines.join('\n')}\n`).toBe(block('text'));
});

it("the README's list of operators is GRADIENTS", () => {
  const listed = /<!-- operators -->([^]*?)<!-- \/operators -->/.exec(readme)![1]!.trim().split(/\s+/);
  expect(listed).toEqual(autodiff.GRADIENTS.map((row) => row.operator).sort());
});
