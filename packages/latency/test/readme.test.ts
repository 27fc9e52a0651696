import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as latency from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)![1]!;

it("the README's example prints what it says", async () => {
  const lines: string[] = [];
  const print = { log: (...words: readonly unknown[]): void => void lines.push(words.join(' ')) };
  const body = block('js').replace(/^import (\{.*?\}) from '@fretwork\/latency';/gm, 'const $1 = latency;');
  const run = new Function('latency', 'console', `return (async () => {${body}})();`) as (...given: readonly unknown[]) => Promise<void>;
  await run(latency, print);
  expect(`${lines.join('\n')}\n`).toBe(block('text'));
});
