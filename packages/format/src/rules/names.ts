import { type ErrorDetails, quote } from '../error.js';

/** UTF-16 units in a name, at most. */
export const MAX_NAME = 4096;
export const MAX_RANK = 16;

/** What a name must be, or undefined where it is one. */
export function nameFault(name: string): ErrorDetails | undefined {
  const expected = name === '' ? 'a name'
    : name.length > MAX_NAME ? `a name of at most ${MAX_NAME} characters`
      : name.includes('\0') ? 'a name without NUL' : undefined;
  return expected === undefined ? undefined : { expected, actual: quote(name) };
}

/** The first text that comes twice. */
export function firstTwice(names: Iterable<string>): string | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** The product of sizes, or undefined where that of the sizes above 0 is 2^53 or more. */
export function countOf(sizes: readonly number[]): number | undefined {
  let count = 1;
  for (const size of sizes) {
    if (size !== 0) count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return sizes.includes(0) ? 0 : count;
}
