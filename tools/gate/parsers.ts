/**
 * From what a command left behind to outcomes. Each parser also holds the exit code against what it read: a command that
 * fails without naming a failure is itself a failure.
 */
import { existsSync, readFileSync } from 'node:fs';
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

function withExitCode(name: string, ran: Ran, outcomes: readonly Outcome[]): readonly Outcome[] {
  if (ran.exitCode === 0 || outcomes.some((outcome) => outcome.status === 'failed')) return outcomes;
  return [...outcomes, { status: 'failed', name, reason: `exit code ${ran.exitCode}` }];
}
