import { compare } from '@fretwork/conformance';
import { checkModel, dense, elementCount, FretworkError, RULES } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import { planBatches } from '../../evaluate.js';
import { percent } from '../../print-table.js';
import type { Stage } from '../run-stages.js';
import { accuracyOn, shareOf, type Accuracy } from './accuracy.js';
import { readBcr } from './import.js';

/** What was checked of `model.bcr`. */
export interface Verified {
  readonly rules: number;
  /** Validation samples that the target and the reference were compared on. */
  readonly compared: number;
  /** Accuracy on the target, of samples that neither training nor any search has seen. */
  readonly before: Accuracy;
  readonly after: Accuracy;
}

/** The reference takes its time. */
const COMPARED = 4;

export const verifyStage: Stage = {
  name: 'verify',
  says: 'checks every rule of the format, compares the target with the reference, and judges by the test samples, seen here for the first time',
  reads: ['stages/passes.bcr', 'model.bcr'],
  writes: ['stages/verify.json'],
  wishes: ({ target, splits: { validation, test } }) => ({ target: [target.name, target.options], data: [validation.hash, test.hash] }),
  run: async ({ request: { target, splits }, folder, signal }) => {
    const [whole, model] = [await readBcr(folder, 'stages/passes.bcr'), await readBcr(folder, 'model.bcr')];
    checkModel(model);
    const plan = planBatches(model, splits.validation, 1);
    const each = elementCount(plan.shape);
    const interpreter = createInterpreter(model);
    const running = await target.open(model);
    const count = Math.min(COMPARED, Math.floor(splits.validation.data.length / each));
    try {
      for (let i = 0; i < count; i++) {
        await new Promise((resolve) => { setTimeout(resolve, 0); });
        signal.throwIfAborted();
        const inputs = { [plan.input.name]: dense('f32', plan.shape, splits.validation.data.slice(i * each, (i + 1) * each)) };
        const [expected, found] = [interpreter.run(inputs), await running.run(inputs)];
        for (const { name } of model.outputs) {
          const same = compare(found[name]!, expected[name]!);
          if (!same.ok) throw new FretworkError('compress.verify', `${target.says} and the reference disagree on output ${name}: ${same.reason}`, { hint: 'this is a defect of the target: please report it with the model' });
        }
      }
    } finally {
      await running.dispose();
    }
    const before = await accuracyOn(target, whole, splits.test, signal);
    const after = await accuracyOn(target, model, splits.test, signal);
    await folder.writeJson('stages/verify.json', { rules: RULES.length, compared: count, before, after } satisfies Verified);
    return `${RULES.length} rules hold, ${count} samples agree with the reference; of ${before.n} test samples ${percent(shareOf(before))} → ${percent(shareOf(after))}`;
  },
};
