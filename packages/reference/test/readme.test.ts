import { readFileSync } from 'node:fs';
import { format } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as formatPackage from '@fretwork/format';
import * as referencePackage from '../src/index.js';

const packages: Readonly<Record<string, unknown>> = { '@fretwork/format': formatPackage, '@fretwork/reference': referencePackage };

/** Each block of JavaScript with the block of output that follows it. */
const examples = [...readFileSync(new URL('../README.md', import.meta.url), 'utf8').matchAll(/```js\n(.*?)```\s+```\n(.*?)```/gs)]
  .map(([, code, printed]) => ({ code: code!, printed: printed! }));

/** What `code` prints, its imports taken from `packages`. */
function printedBy(code: string): string {
  const lines: string[] = [];
  const body = code.replace(/^import (\{.*?\}) from '(.*?)';$/gm, (_, names: string, from: string) => `const ${names} = packages['${from}'];`);
  new Function('packages', 'console', body)(packages, { log: (...values: unknown[]) => lines.push(`${format(...values)}\n`) });
  return lines.join('');
}

describe('README.md', () => {
  it('has examples', () => expect(examples).toHaveLength(2));
  it.each(examples)('example $# prints what stands below it', ({ code, printed }) => expect(printedBy(code)).toBe(printed));
});
