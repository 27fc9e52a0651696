import { RULES } from '../../src/rules/table.js';
import type { Attack } from './attack.js';
import { CONTAINER_ATTACKS } from './container.js';
import { MODEL_ATTACKS } from './model.js';
import { SPARSE_ATTACKS } from './sparse.js';

/** All attacks in the order of the rules they break. */
export function allAttacks(): readonly Attack[] {
  const attacks = [...CONTAINER_ATTACKS, ...MODEL_ATTACKS, ...SPARSE_ATTACKS];
  const place = new Map(RULES.map((rule, at) => [rule.code, at]));
  return attacks.sort((a, b) => (place.get(a.code) ?? Infinity) - (place.get(b.code) ?? Infinity));
}

/** The page that lists them. */
export function attackPage(): string {
  const says = new Map(RULES.map((rule) => [rule.code, rule]));
  const rows = allAttacks().map(({ code, does }) => `| ${says.get(code)?.stage} | [\`${code}\`](${code}.bcr) | ${does} | ${says.get(code)?.says} |`);
  return `# Attacks

One file per rule of the \`.bcr\` reader. Each is a good model in which one thing was broken, with all lengths and checksums set
right again, so that the rule of its name refuses it and no rule before does. Readers in other languages can use them as a test:
none may be accepted, and none may crash, hang or take memory that the file does not justify.

\`npm run attacks -w @fretwork/format\` writes this folder; a test compares every byte. The rules are the table \`RULES\` of
[\`@fretwork/format\`](../README.md), in the order in which they are judged.

| stage | file | the file … | the rule |
|---|---|---|---|
${rows.join('\n')}
`;
}
