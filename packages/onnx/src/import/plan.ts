import { FretworkError, quote } from '@fretwork/format';
import type { ImportOptions, ImportPlan, ImportProblem } from '../contract.js';
import { draftOf } from './draft.js';

/**
 * What import would do with a file, and everything that keeps it from being imported.
 * Throws `FretworkError` where the file is broken, so that there is nothing to plan.
 */
export function planImport(bytes: Uint8Array, options: ImportOptions = {}): ImportPlan {
  const draft = draftOf(bytes, options);
  return {
    opset: draft.opset,
    producer: `${draft.proto.producerName} ${draft.proto.producerVersion}`.trim(),
    layers: draft.plans,
    constants: draft.constants,
    problems: draft.problems,
  };
}

/** Throws `onnx.unsupported` with all of `problems`, if there are any. */
export function refuseAll(problems: readonly ImportProblem[]): void {
  if (problems.length === 0) return;
  const lines = problems.map((problem) => `  ${problem.kind} ${quote(problem.name)}${problem.operator === '' ? '' : ` (${problem.operator})`}: ${problem.reason}`);
  const what = problems.length === 1 ? 'one thing' : `${problems.length} things`;
  throw new FretworkError('onnx.unsupported', `${what} in this model cannot be imported:\n${lines.join('\n')}\n`, {
    hint: [...new Set(problems.map((problem) => problem.hint))].join('\n  → '),
  });
}
