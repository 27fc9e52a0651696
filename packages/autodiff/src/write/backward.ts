import { FretworkError } from '@fretwork/format';
import type { GraphParameter } from '../contract.js';
import type { BackwardCall } from '../gradients/row.js';
import { sameShape, type Value } from '../graph/value.js';
import type { Written } from './forward.js';
import { callOf, type WritingPlan } from './plan.js';

/** Writes the way back, from the loss to every parameter that it depends on. */
export function backward(plan: WritingPlan, written: Written): readonly GraphParameter[] {
  const { graph, active } = plan;
  const parts = new Map<string, Value[]>([[written.output.name, [written.gradient]]]);
  const total = (v: Value | undefined): Value | undefined => {
    const all = v === undefined ? [] : parts.get(v.name) ?? [];
    return all.length === 0 ? undefined : all.reduce((a, b) => graph.add(a, b));
  };
  for (const { planned: { layer, row }, inputs, outputs, saved } of [...written.steps].reverse()) {
    const wants = layer.inputs.map((name) => active.has(name));
    if (row === undefined || !wants.includes(true)) continue;
    const gradients = outputs.map(total);
    if (gradients.every((g) => g === undefined)) continue;
    const results = row.backward(backwardCall(plan, layer, inputs, outputs, gradients, saved));
    inputs.forEach((input, i) => {
      const result = results[i];
      if (input === undefined || !wants[i] || result === undefined) return;
      if (!sameShape(result.shape, input.shape)) {
        throw new FretworkError('train.shape', `the gradient of input ${i} of ${layer.operator} has the wrong shape`, {
          layer: layer.name, expected: input.shape.join('x'), actual: result.shape.join('x'), hint: 'this is a fault of @fretwork/autodiff: please report it',
        });
      }
      parts.set(input.name, [...parts.get(input.name) ?? [], result]);
    });
  }
  return plan.parameters.map((tensor) => {
    const value = plan.known.value(tensor);
    const gradient = total(value);
    if (gradient === undefined) {
      throw new FretworkError('train.parameter', 'the loss does not depend on this tensor', { tensor, hint: 'leave it out of `trainable`' });
    }
    // A name of its own: two parameters may share one gradient.
    return { tensor, shape: value.shape, gradient: graph.layer('Identity', [gradient], [gradient])[0]!.name };
  });
}

function backwardCall(
  plan: WritingPlan, layer: BackwardCall['layer'], inputs: BackwardCall['inputs'], outputs: BackwardCall['outputs'],
  gradients: BackwardCall['gradients'], saved: unknown,
): BackwardCall {
  const byName = new Map(layer.inputs.map((name, i) => [name, inputs[i]]));
  const output = (i: number): Value => {
    const found = outputs[i];
    if (found === undefined) throw new FretworkError('train.shape', `${layer.operator} has no output ${i}`, { layer: layer.name });
    return found;
  };
  return {
    ...callOf(plan, layer, (name) => byName.get(name)!), outputs, output, gradients, saved,
    gradient: gradients[0] ?? plan.graph.zeros(output(0).shape),
  };
}
