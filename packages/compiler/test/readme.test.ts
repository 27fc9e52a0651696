import { readFileSync } from 'node:fs';
import * as format from '@fretwork/format';
import { expect, it } from 'vitest';
import * as compiler from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)![1]!;

it("the README's example prints what it says", () => {
  const lines: string[] = [];
  const print = { log: (...words: readonly unknown[]): void => void lines.push(words.join(' ').trimEnd()) };
  const body = block('js').replace(/^import (\{.*?\}) from '@fretwork\/(\w+)';/gm, 'const $1 = $2;');
  new Function('format', 'compiler', 'console', body)(format, compiler, print);
  expect(`${lines.join('\n')}\n`).toBe(block('text'));
});

it("the README's table is PASSES", () => {
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| (.*) \|$/gm)].map(([, name, says]) => [name, says]);
  expect(rows.filter(([name]) => !name!.startsWith('plan'))).toEqual(compiler.PASSES.map(({ name, says }) => [name, says]));
});
