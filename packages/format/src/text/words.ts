/** Names and numbers as words: printed so that they come back exactly. */
import type { Dimension } from '../contract.js';

const PLAIN = /^[A-Za-z0-9_/][A-Za-z0-9_./:]*(?:-[A-Za-z0-9_./:]+)*$/;
const INTEGER = /^-?\d+$/;
const NUMBER = /^(?:-?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|Infinity)|NaN)$/;

/** May a name stand without quotes? */
export const isPlain = (name: string): boolean => PLAIN.test(name);

/** As in JSON, with every character escaped that would not show. */
export const printString = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

export const printName = (name: string): string => (isPlain(name) ? name : printString(name));

/** Names of sizes are quoted where they could be taken for a number. */
export function printDimension(d: Dimension): string {
  if (typeof d === 'number') return printNumber(d);
  return d === '?' || (isPlain(d) && !/^\d/.test(d)) ? d : printString(d);
}

export const printNumber = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** The shortest decimal that `same` accepts as `value`. */
export function shortest(value: number, digits: number, same: (candidate: number) => boolean): string {
  for (let n = 1; n < digits; n++) {
    const candidate = Number(value.toPrecision(n));
    if (same(candidate)) return printNumber(candidate);
  }
  return printNumber(value);
}

/** The number that a word is, `undefined` where it is none, or too large for one. */
export function readNumber(word: string): number | undefined {
  if (!NUMBER.test(word)) return undefined;
  const value = Number(word);
  return Number.isFinite(value) || word.endsWith('y') || word === 'NaN' ? value : undefined;
}

export function readInteger(word: string): number | undefined {
  const value = INTEGER.test(word) ? Number(word) : NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** `4x16` → [4, 16] */
export function readSize(word: string): readonly [number, number] | undefined {
  const [, first, second] = /^(\d+)x(\d+)$/.exec(word) ?? [];
  if (first === undefined || second === undefined) return undefined;
  const size = [Number(first), Number(second)] as const;
  return size.every(Number.isSafeInteger) ? size : undefined;
}
