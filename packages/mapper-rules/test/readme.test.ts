import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as mapper from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)![1]!;
const between = (name: string): string => new RegExp(`<!-- ${name} -->\n([^]*?)<!-- /${name} -->`).exec(readme)![1]!;

it("the README's example prints what it says", () => {
  const lines: string[] = [];
  const print = { log: (...words: readonly unknown[]): void => void lines.push(words.join(' ')) };
  const body = block('js').replace(/^import (\{.*?\}) from '@fretwork\/mapper-rules';/gm, 'const $1 = mapper;');
  new Function('mapper', 'console', body)(mapper, print);
  expect(`${lines.join('\n')}\n`).toBe(block('text'));
});

it("the README's tables are RULES and THRESHOLDS", () => {
  const rules = mapper.RULES.map(({ name, says, source, thresholds }) => `| \`${name}\` | ${says} | ${source} | ${thresholds.map((t) => `\`${t}\``).join(', ')} |`);
  expect(between('rules')).toBe(`${rules.join('\n')}\n`);
  const thresholds = mapper.THRESHOLDS.map((t) => `| \`${t.name}\` | ${JSON.stringify(t.default)} | ${t.says} |`);
  expect(between('thresholds')).toBe(`${thresholds.join('\n')}\n`);
});
