import { readFileSync } from 'node:fs';
import * as format from '@fretwork/format';
import { expect, it } from 'vitest';
import * as compilerOpencl from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)![1]!;

it("the README's example prints what it says", () => {
  const lines: string[] = [];
  const print = { log: (...words: readonly unknown[]): void => void lines.push(words.join(' ').trimEnd()) };
  const body = block('js').replace(/^import (\{.*?\}) from '@fretwork\/([\w-]+)';/gm, (_, names, from) => `const ${names} = ${from === 'format' ? 'format' : 'compilerOpencl'};`);
  new Function('format', 'compilerOpencl', 'console', body)(format, compilerOpencl, print);
  expect(`${lines.join('\n')}\n`).toBe(block('text'));
});
