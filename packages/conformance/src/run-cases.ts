import { FretworkError } from '@fretwork/format';
import { compare, DEFAULT_TOLERANCE } from './compare.js';
import type { Case, CaseResult, ConformanceReport, DataSet, NamedTensors, Runner, Tolerance } from './contract.js';

export interface RunCasesOptions {
  readonly tolerance?: Tolerance;
  readonly signal?: AbortSignal;
  /** Called after each case. */
  readonly onCase?: (result: CaseResult, done: number, total: number) => void;
}

/** Runs every case and counts. Throws the signal's reason when aborted between two cases. */
export async function runCases<S>(runner: Runner<S>, cases: readonly Case[], options: RunCasesOptions = {}): Promise<ConformanceReport> {
  const results: CaseResult[] = [];
  for (const one of cases) {
    options.signal?.throwIfAborted();
    const result = await runCase(runner, one, options.tolerance ?? DEFAULT_TOLERANCE);
    results.push(result);
    options.onCase?.(result, results.length, cases.length);
  }
  const count = (status: CaseResult['status']): number => results.filter((r) => r.status === status).length;
  return { runner: runner.id, passed: count('passed'), refused: count('refused'), failed: count('failed'), cases: results };
}

async function runCase<S>(runner: Runner<S>, one: Case, tolerance: Tolerance): Promise<CaseResult> {
  const end = (status: CaseResult['status'], reason: string, error = 0): CaseResult => ({ name: one.name, status, reason, error });
  try {
    const content = await one.load();
    const loaded = await runner.load(content.source);
    if (!loaded.ok) return end('refused', loaded.hint === undefined ? loaded.reason : `${loaded.reason}; ${loaded.hint}`);
    try {
      if (content.dataSets.length === 0) return end('failed', 'the case holds no test data: nothing could be compared');
      let worst = 0;
      for (const set of content.dataSets) {
        const verdict = judge(await runner.run(loaded.session, set.inputs), set, tolerance);
        if (verdict.reason !== '') return end('failed', verdict.reason, verdict.error);
        worst = Math.max(worst, verdict.error);
      }
      return end('passed', '', worst);
    } finally {
      await runner.dispose?.(loaded.session);
    }
  } catch (error) {
    return end(isRefusal(error) ? 'refused' : 'failed', error instanceof Error ? error.message : String(error));
  }
}

function judge(actual: NamedTensors, set: DataSet, tolerance: Tolerance): { reason: string; error: number } {
  let worst = 0;
  for (const [name, expected] of Object.entries(set.outputs)) {
    const found = Object.hasOwn(actual, name) ? actual[name] : undefined;
    if (found === undefined) return { reason: `${set.name}: no output ${JSON.stringify(name)}`, error: Infinity };
    const comparison = compare(found, expected, tolerance);
    if (!comparison.ok) return { reason: `${set.name}, output ${JSON.stringify(name)}: ${comparison.reason}`, error: comparison.error };
    worst = Math.max(worst, comparison.error);
  }
  return { reason: '', error: worst };
}

/** Errors that say "beyond me" rather than "broken" carry a code that ends in `.unsupported`. */
export const isRefusal = (error: unknown): boolean => error instanceof FretworkError && error.code.endsWith('.unsupported');
