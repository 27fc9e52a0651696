import { readFileSync } from 'node:fs';
import * as format from '@fretwork/format';
import { expect, it } from 'vitest';
import * as networks from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)![1]!;

it("the README's example prints what it says", () => {
  const lines: string[] = [];
  const print = { log: (...words: readonly unknown[]): void => void lines.push(words.join(' ')) };
  const body = block('js').replace(/^import (\{.*?\}) from '@fretwork\/(\w+)';/gm, 'const $1 = $2;');
  new Function('format', 'networks', 'console', body)(format, networks, print);
  expect(`${lines.join('\n')}\n`).toBe(block('text'));
});

it("the README's table is NETWORKS", () => {
  const rows = networks.NETWORKS.map(({ name, says, options }) => `| \`${name}\` | ${says} | ${options.map((option) => `\`${option.name}\` ${option.default}`).join(', ')} |`);
  expect(/<!-- networks -->\n([^]*?)<!-- \/networks -->/.exec(readme)![1]).toBe(`${rows.join('\n')}\n`);
});
