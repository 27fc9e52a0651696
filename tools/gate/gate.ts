/**
 * `npm test`: runs every row of `checks.ts`, then prints one summary. The last line is `N passed, N failed`, with `, N skipped` if any;
 * tests and checks count alike. Exits with 1 if anything failed.
 *
 *     npm test                          all checks
 *     npm test -- lint vitest           only these rows
 *     npm test -- --fail-on-skip        a check or test that could not run counts as failed
 */
import { mkdirSync, rmSync } from 'node:fs';
import { CHECKS } from './checks.ts';
import { lineTable } from './line-table.ts';
import { count, type Outcome } from './outcome.ts';
import { run } from './run.ts';

const words = process.argv.slice(2);
const failOnSkip = words.includes('--fail-on-skip');
const names = words.filter((word) => word !== '--fail-on-skip');
const unknown = names.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`npm test: no check is called ${unknown.join(', ')}; there are ${CHECKS.map((check) => check.name).join(', ')}`);
  process.exit(2);
}

mkdirSync('reports', { recursive: true });
const outcomes: Outcome[] = [];
const rows: string[] = [];
for (const check of CHECKS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  console.log(`\n── ${check.name}: ${check.says}`);
  if (check.report !== undefined) rmSync(check.report, { force: true });
  const ran = await run(check.command);
  const found = check.parser(check.name, ran).map((outcome): Outcome =>
    failOnSkip && outcome.status === 'skipped' ? { ...outcome, status: 'failed', reason: `skipped: ${outcome.reason}` } : outcome);
  outcomes.push(...found);
  const failed = count(found, 'failed');
  if (failed > 0 || check.shows) console.log(ran.output.trimEnd());
  const row = [check.name.padEnd(16), `${count(found, 'passed')} passed`.padStart(12), `${failed} failed`.padStart(11), `${count(found, 'skipped')} skipped`.padStart(12), `${ran.seconds.toFixed(1)} s`.padStart(9)].join('');
  rows.push(row);
  console.log(row);
}

const listed = (status: 'failed' | 'skipped'): string[] =>
  outcomes.flatMap((outcome) => (outcome.status === status ? [`${status}: ${outcome.name}: ${outcome.reason}`] : []));
const skipped = count(outcomes, 'skipped');
const failed = count(outcomes, 'failed');
console.log(['', lineTable(), '', ...rows, ...listed('skipped'), ...listed('failed'), ''].join('\n'));
if (names.length > 0) console.log(`only: ${names.join(', ')}`);
console.log(`${count(outcomes, 'passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
