import type { PatternMatrix } from '../contract.js';
import type { Rule } from '../rules/rule.js';
import { popcount } from './bits.js';
import { idAt, MAX_KERNEL, MAX_PATTERNS } from './pattern.js';
import { lengthIs, rulesOf, type Finding, type SparseSubject } from './subject.js';

const rule = rulesOf('pattern');

export const PATTERN_RULES: readonly Rule<SparseSubject>[] = [
  rule('kernel', (m) =>
    Number.isInteger(m.kernel) && m.kernel >= 1 && m.kernel <= MAX_KERNEL && m.columns % m.kernel === 0 ? undefined
      : { expected: `1 to ${MAX_KERNEL} positions dividing ${m.columns} columns`, actual: `${m.kernel}` }),
  rule('id-bits', (m) =>
    m.idBits === 4 || m.idBits === 8 ? undefined : { expected: '4 or 8 bits', actual: `${String(m.idBits)}` }),
  rule('patterns-count', (m) =>
    m.patterns.length <= most(m) ? undefined : { expected: `at most ${most(m)} patterns`, actual: `${m.patterns.length}` }),
  rule('patterns-range', patternsInRange),
  rule('patterns-order', patternsRise),
  rule('ids-length', (m) =>
    lengthIs(m.ids.length, Math.ceil((kernelsOf(m) * m.idBits) / 8), 'ids')),
  rule('ids-padding', (m) =>
    m.idBits === 8 || kernelsOf(m) % 2 === 0 || m.ids[m.ids.length - 1]! >>> 4 === 0 ? undefined
      : { expected: '0 in the high half of the last byte', actual: `${m.ids[m.ids.length - 1]}` }),
  rule('ids-range', idsInRange),
  rule('payload-length', (m) =>
    lengthIs(m.payload.length, keptWeights(m), 'payload')),
];

const most = (m: PatternMatrix): number => (m.idBits === 4 ? 15 : MAX_PATTERNS);
const kernelsOf = (m: PatternMatrix): number => m.rows * (m.columns / m.kernel);

function patternsInRange(m: PatternMatrix): Finding {
  const end = 2 ** m.kernel;
  const bad = m.patterns.findIndex((p) => p === 0 || p >= end);
  return bad === -1 ? undefined : { expected: `patterns[${bad}] from 1 to ${end - 1}`, actual: `${m.patterns[bad]}` };
}

function patternsRise(m: PatternMatrix): Finding {
  const bad = m.patterns.findIndex((p, i) => i > 0 && p <= m.patterns[i - 1]!);
  return bad === -1 ? undefined : { expected: `patterns[${bad}] above ${m.patterns[bad - 1]}`, actual: `${m.patterns[bad]}` };
}

function idsInRange(m: PatternMatrix): Finding {
  for (let place = 0, end = kernelsOf(m); place < end; place++) {
    const id = idAt(m.ids, m.idBits, place);
    if (id > m.patterns.length) return { expected: `the id of kernel ${place} at most ${m.patterns.length}`, actual: `${id}` };
  }
  return undefined;
}

function keptWeights(m: PatternMatrix): number {
  const sizes = [0, ...Array.from(m.patterns, popcount)];
  let weights = 0;
  for (let place = 0, end = kernelsOf(m); place < end; place++) weights += sizes[idAt(m.ids, m.idBits, place)]!;
  return weights;
}
