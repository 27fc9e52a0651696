import { compare, random } from '@fretwork/conformance';
import { checkModel, dense, inferShapes, type DenseTensor, type Model } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import { expect } from 'vitest';

/** Inputs for every input of `model`; names of sizes become `size`. */
export function inputsFor(model: Model, seed: number, size = 2): Record<string, DenseTensor> {
  const draw = random(seed);
  return Object.fromEntries(model.inputs.map(({ name, shape = [] }) => {
    const sizes = shape.map((d) => (typeof d === 'number' ? d : size));
    return [name, dense('f32', sizes, Float32Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, () => draw.normal()))];
  }));
}

/** Both are valid, have the same outputs, and give them the same values: 1e-5 of the largest element. */
export function expectSame(before: Model, after: Model, inputs: Record<string, DenseTensor>, place: string, relative = 1e-5): void {
  checkModel(after);
  expect(inferShapes(after).problems, place).toEqual([]);
  expect(after.outputs.map(({ name }) => name), place).toEqual(before.outputs.map(({ name }) => name));
  const expected = createInterpreter(before).run(inputs);
  const actual = createInterpreter(after).run(inputs);
  for (const { name } of before.outputs) {
    const found = compare(actual[name]!, expected[name]!, { relative, floor: 1 });
    expect(found.ok ? '' : found.reason, `${place}, output ${name}`).toBe('');
  }
}

/** The reference as an evaluator of constant layers. */
export { evaluateLayer as evaluate } from '@fretwork/reference';

/** A copy of everything in a model, to see later that nothing was written to. */
export const snapshot = (model: Model): Model => structuredClone(model);
