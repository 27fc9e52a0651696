/**
 * From what a command left behind to outcomes. Each parser also holds the exit code against what it read: a command that
 * fails without naming a failure is itself a failure.
 */
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Outcome, Ran } from './outcome.ts';

export type Parser = (name: string, ran: Ran) => readonly Outcome[];

/** The whole command is one check. */
export const byExitCode: Parser = (name, ran) =>
  ran.exitCode === 0 ? [{ status: 'passed', name }] : [{ status: 'failed', name, reason: `exit code ${ran.exitCode}` }];

/** The command wrote a list of outcomes, one per thing it looked at. */
export function byOutcomeFile(file: string): Parser {
  return (name, ran) => {
    if (!existsSync(file)) return [{ status: 'failed', name, reason: `exit code ${ran.exitCode}, no report` }];
    const outcomes = JSON.parse(readFileSync(file, 'utf8')) as readonly Outcome[];
    if (outcomes.length === 0) return [{ status: 'failed', name, reason: 'the report is empty' }];
    return withExitCode(name, ran, outcomes);
  };
}

/** The report of `vitest --reporter=json`, as far as it is read here. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string; readonly failureMessages: readonly string[] | null }[];
  }[];
}

/** Every vitest test is one outcome; a file that could not be loaded is a failure of its own. */
export function byVitestReport(file: string): Parser {
  return (name, ran) => {
    if (!existsSync(file)) return [{ status: 'failed', name, reason: `exit code ${ran.exitCode}, no report` }];
    const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
    const outcomes = report.testResults.flatMap((testFile): Outcome[] => {
      const path = relative('.', testFile.name);
      const tests = testFile.assertionResults.map((test): Outcome => {
        const title = `${path} › ${test.fullName.trim()}`;
        const reason = test.failureMessages?.[0]?.split('\n')[0] ?? test.status;
        if (test.status === 'passed') return { status: 'passed', name: title };
        return { status: test.status === 'failed' ? 'failed' : 'skipped', name: title, reason };
      });
      const loaded = testFile.status === 'passed' || tests.some((test) => test.status === 'failed');
      return loaded ? tests : [...tests, { status: 'failed', name: path, reason: testFile.message.split('\n')[0] ?? testFile.status }];
    });
    if (outcomes.length === 0) return [{ status: 'failed', name, reason: 'no test ran' }];
    return withExitCode(name, ran, outcomes);
  };
}

function withExitCode(name: string, ran: Ran, outcomes: readonly Outcome[]): readonly Outcome[] {
  if (ran.exitCode === 0 || outcomes.some((outcome) => outcome.status === 'failed')) return outcomes;
  return [...outcomes, { status: 'failed', name, reason: `exit code ${ran.exitCode}` }];
}
