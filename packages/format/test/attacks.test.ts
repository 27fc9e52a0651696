import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FretworkError, readModel, RULES, SPARSE_RULES } from '../src/index.js';
import { SENTENCES } from '../src/rules/sentences.js';
import { allAttacks, attackPage } from '../tools/attack-cases/all.js';

const folder = new URL('../attacks/', import.meta.url);
const attacks = allAttacks();

const codeOf = (bytes: Uint8Array): string => {
  try {
    readModel(bytes);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof FretworkError)) throw error;
    return error.code;
  }
};

describe('RULES', () => {
  it('has a sentence for every rule, and no other', () => {
    const codes = new Set([...RULES, ...SPARSE_RULES].map((rule) => rule.code));
    expect(Object.keys(SENTENCES).sort()).toEqual([...codes].sort());
  });
});

describe('attacks', () => {
  it('has a file for every rule, and no other', () => {
    const rules = RULES.map((rule) => rule.code).sort();
    expect(attacks.map(({ code }) => code).sort()).toEqual(rules);
    expect(readdirSync(folder).sort()).toEqual([...rules.map((code) => `${code}.bcr`), 'README.md'].sort());
  });

  it.each(attacks)('$code is refused with its code, and made again byte for byte', ({ code, make }) => {
    const file = new Uint8Array(readFileSync(new URL(`${code}.bcr`, folder)));
    expect(codeOf(file)).toBe(code);
    expect(Buffer.compare(file, make())).toBe(0);
  });

  it('is listed in the order of the rules', () => {
    expect(readFileSync(new URL('README.md', folder), 'utf8')).toBe(attackPage());
  });
});
