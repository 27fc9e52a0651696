import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as datasets from '@fretwork/datasets';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)![1]!;

it("the README's example prints what it says", async () => {
  const lines: string[] = [];
  const print = { log: (...words: readonly unknown[]): void => void lines.push(words.join(' ')) };
  const body = block('js').replace(/^import (\{.*?\}) from '@fretwork\/datasets';/, 'const $1 = datasets;');
  const run = new Function('datasets', 'console', `return (async () => {${body}})();`) as (all: typeof datasets, console: typeof print) => Promise<void>;
  await run(datasets, print);
  expect(`${lines.join('\n')}\n`).toBe(block('text'));
});

it("the README's table is DATA_KINDS", () => {
  for (const { example, says } of datasets.DATA_KINDS) expect(readme).toContain(`| \`${example}\` | ${says} |`);
});
