import { FretworkError, quote } from '@fretwork/format';
import type { OnnxProblem } from './contract.js';

/** Throws `onnx.unsupported`: all of `problems` in one error, with each hint once. */
export function listProblems(done: 'imported' | 'exported', problems: readonly OnnxProblem[]): never {
  const lines = problems.map((problem) => `  ${problem.kind} ${quote(problem.name)}${problem.operator === '' ? '' : ` (${problem.operator})`}: ${problem.reason}`);
  const what = problems.length === 1 ? 'one thing' : `${problems.length} things`;
  throw new FretworkError('onnx.unsupported', `${what} in this model cannot be ${done}:\n${lines.join('\n')}\n`, {
    hint: [...new Set(problems.map((problem) => problem.hint))].join('\n  → '),
  });
}
