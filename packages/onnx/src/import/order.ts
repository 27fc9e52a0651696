import { FretworkError } from '@fretwork/format';

/** What ordering looks at. */
export interface Step {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * `steps` in an order in which each comes after those that make its inputs; an order that is one already is kept.
 * Names that no step makes are taken as given. Throws `onnx.cycle`.
 */
export function inOrder<T extends Step>(steps: readonly T[]): readonly T[] {
  const maker = new Map<string, number>();
  steps.forEach((step, i) => step.outputs.forEach((name) => { if (name !== '') maker.set(name, i); }));
  const done: T[] = [];
  const state = new Uint8Array(steps.length);
  const OPEN = 1;
  const DONE = 2;
  // A stack of its own: graphs are deeper than call stacks.
  const stack: { step: number; next: number }[] = [];
  for (let start = 0; start < steps.length; start++) {
    if (state[start] === DONE) continue;
    stack.push({ step: start, next: 0 });
    state[start] = OPEN;
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const step = steps[top.step]!;
      if (top.next === step.inputs.length) {
        state[top.step] = DONE;
        done.push(step);
        stack.pop();
        continue;
      }
      const before = maker.get(step.inputs[top.next++]!);
      if (before === undefined || state[before] === DONE) continue;
      if (state[before] === OPEN) {
        throw new FretworkError('onnx.cycle', 'a layer needs its own result', {
          layer: step.name, actual: stack.slice(stack.findIndex((s) => s.step === before)).map((s) => steps[s.step]!.name).slice(0, 8).join(' ← '),
          hint: 'no runtime can run this graph; export the model again',
        });
      }
      state[before] = OPEN;
      stack.push({ step: before, next: 0 });
    }
  }
  return done;
}
