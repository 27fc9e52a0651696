import { readFileSync } from 'node:fs';
import * as format from '@fretwork/format';
import { expect, it } from 'vitest';
import { buildKernels } from '../src/kernels/build.js';
import * as runtime from '../src/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)![1]!;

it("the README's example prints what it says", async () => {
  const lines: string[] = [];
  const print = { log: (...words: readonly unknown[]): void => void lines.push(words.join(' ').trimEnd()) };
  const body = block('js').replace(/^import (\{.*?\}) from '@fretwork\/([\w-]+)';/gm, (_, names, from) => `const ${names} = ${from === 'format' ? 'format' : 'wasm'};`);
  const Async = (async () => undefined).constructor as FunctionConstructor;
  await (new Async('format', 'wasm', 'console', body)(format, runtime, print) as unknown as Promise<void>);
  expect(`${lines.join('\n')}\n`).toBe(block('text'));
});

it('the README says how large the kernels are', () => {
  const bytes = buildKernels('relaxed', { initial: 1, maximum: 65536, shared: false }).length;
  expect(readme).toContain(`${Math.round(bytes / 1000)} kB, the same bytes every time`);
});
