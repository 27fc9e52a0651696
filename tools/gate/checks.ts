/**
 * The checks of `npm test`, one row each, in the order in which they run. `docs/architecture.md` and CONTRIBUTING.md speak of them
 * by these names; `npm test -- NAME…` runs only the rows named.
 */
import { byExitCode, byOutcomeFile, type Parser } from './parsers.ts';

export interface Check {
  readonly name: string;
  /** What a red row means to the reader. */
  readonly says: string;
  readonly command: readonly string[];
  readonly parser: Parser;
  /** Where the command leaves its report; removed before it runs, so that an old one is never read. */
  readonly report?: string;
  /** Its output is of use when it passes too. */
  readonly shows?: boolean;
}

export const VITEST_REPORT = 'reports/vitest.json';

const reports = {
  publint: 'reports/publint.json',
  attw: 'reports/attw.json',
  consumer: 'reports/consumer.json',
  examples: 'reports/examples.json',
  browser: 'reports/browser.json',
} as const;

export const CHECKS: readonly Check[] = [
  {
    name: 'build',
    says: 'every package compiles',
    command: ['nx', 'run-many', '-t', 'build', '--output-style=static'],
    parser: byExitCode,
  },
  {
    name: 'types',
    says: 'tests and their configuration are type-correct too',
    command: ['nx', 'run-many', '-t', 'typecheck', '--output-style=static'],
    parser: byExitCode,
  },
  {
    name: 'types-of-tools',
    says: 'so are tools/ and the configuration at the top',
    command: ['tsc', '-p', 'tools/tsconfig.json'],
    parser: byExitCode,
  },
  {
    name: 'lint',
    says: 'oxlint, with who-may-import-whom of tools/layers.ts',
    command: ['oxlint', '--deny-warnings'],
    parser: byExitCode,
  },
  {
    name: 'references',
    says: 'project references agree with the dependencies (cure: npm run sync)',
    command: ['nx', 'sync:check'],
    parser: byExitCode,
  },
  {
    name: 'knip',
    says: 'no unused file, export or dependency, none undeclared',
    command: ['knip', '--no-progress', '--no-config-hints'],
    parser: byExitCode,
  },
  {
    name: 'vitest',
    says: 'the tests of all packages',
    command: ['vitest', 'run', '--reporter=default', '--reporter=./tools/gate/vitest-reporter.ts'],
    parser: byOutcomeFile(VITEST_REPORT),
    report: VITEST_REPORT,
  },
  {
    name: 'pack',
    says: 'every package packs, from what the build made',
    command: ['node', 'tools/consumer-test/pack.ts'],
    parser: byExitCode,
  },
  {
    name: 'publint',
    says: 'each tarball is well formed (publint --strict)',
    command: ['node', 'tools/gate/each-tarball.ts', 'publint', reports.publint],
    parser: byOutcomeFile(reports.publint),
    report: reports.publint,
  },
  {
    name: 'attw',
    says: 'each tarball has types that resolve (attw, esm-only)',
    command: ['node', 'tools/gate/each-tarball.ts', 'attw', reports.attw],
    parser: byOutcomeFile(reports.attw),
    report: reports.attw,
  },
  {
    name: 'consumer',
    says: 'each package installs alone, imports, type-checks, runs the example of its README and holds only the files it should',
    command: ['node', 'tools/consumer-test/consumer-test.ts', reports.consumer],
    parser: byOutcomeFile(reports.consumer),
    report: reports.consumer,
    shows: true,
  },
  {
    name: 'size',
    says: 'what a page loads of @fretwork/runtime-wasm, gzipped, has not grown above the limit of tools/bundle-size.ts',
    command: ['node', 'tools/bundle-size.ts'],
    parser: byExitCode,
    shows: true,
  },
  {
    name: 'examples',
    says: 'docs/examples show what they must: in Node, and in Chromium under two content security policies',
    command: ['node', 'tools/examples/check.mjs', reports.examples],
    parser: byOutcomeFile(reports.examples),
    report: reports.examples,
    shows: true,
  },
  {
    name: 'browser',
    says: 'the runtime passes the conformance kit in Chromium, at every level and on two threads',
    command: ['node', 'tools/browser-test/browser-test.mjs', reports.browser],
    parser: byOutcomeFile(reports.browser),
    report: reports.browser,
    shows: true,
  },
];
