import type { ImportOptions, ImportPlan } from '../contract.js';
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
