/** Every test of a vitest run as an outcome; vitest's own JSON report leaves out why a test was skipped. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { Reporter, TestCase, TestModule, SerializedError } from 'vitest/node';
import { VITEST_REPORT } from './checks.ts';
import type { Outcome } from './outcome.ts';

export default class OutcomeReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const outcomes = [
      ...modules.flatMap(ofModule),
      ...unhandled.map((error): Outcome => ({ status: 'failed', name: 'vitest: error outside of tests', reason: firstLine(error.message) })),
    ];
    mkdirSync(dirname(VITEST_REPORT), { recursive: true });
    writeFileSync(VITEST_REPORT, JSON.stringify(outcomes));
  }
}

/** The tests of a file; a file that could not be loaded, or a suite whose hooks threw, is a failure of its own. */
function ofModule(module: TestModule): readonly Outcome[] {
  const path = relative(process.cwd(), module.moduleId);
  const broken = [module, ...module.children.allSuites()].flatMap((part) => part.errors().map((error): Outcome => ({ status: 'failed', name: path, reason: firstLine(error.message) })));
  const tests = [...module.children.allTests()].map((test) => ofTest(path, test));
  if (tests.length === 0 && broken.length === 0) return [{ status: 'failed', name: path, reason: 'the file holds no test' }];
  return [...tests, ...broken];
}

function ofTest(path: string, test: TestCase): Outcome {
  const name = `${path} › ${test.fullName}`;
  const result = test.result();
  switch (result.state) {
    case 'passed': return { status: 'passed', name };
    case 'failed': return { status: 'failed', name, reason: firstLine(result.errors[0]?.message ?? 'no message') };
    case 'skipped': return { status: 'skipped', name, reason: result.note ?? `marked ${test.options.mode}` };
    case 'pending': return { status: 'failed', name, reason: 'did not finish' };
  }
}

const firstLine = (message: string): string => message.split('\n')[0] ?? message;
