import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as search from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)![1]!;

it("the README's example prints what it says", () => {
  const lines: string[] = [];
  const print = { log: (...words: readonly unknown[]): void => void lines.push(words.join(' ')) };
  const body = block('js').replace(/^import (\{.*?\}) from '@fretwork\/mapper-search';/gm, 'const $1 = search;');
  new Function('search', 'console', body)(search, print);
  expect(`${lines.join('\n')}\n`).toBe(block('text'));
});

it("the README's table is SEARCHERS", () => {
  const rows = search.SEARCHERS.map(({ name, says }) => `| \`${name}\` | ${says} |`);
  expect(/<!-- searchers -->\n([^]*?)<!-- \/searchers -->/.exec(readme)![1]).toBe(`${rows.join('\n')}\n`);
});
