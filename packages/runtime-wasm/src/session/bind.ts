import { decode, DTYPES, FretworkError, type DenseTensor, type SparseTensor, type TensorData } from '@fretwork/format';
import type { Machine } from '../machine/machine.js';
import { activate } from '../operators/activation.js';
import { copied, nothing } from '../operators/elements.js';
import { sizeOf, type Binding, type Step, type Value } from '../operators/row.js';
import { placed } from '../operators/shapes.js';
import { compactLayout } from '../plan/layout.js';
import { isAlias, type Plan, type PlanStep } from '../plan/plan-model.js';

/** A plan with its steps made for the memory as it lies now. */
export interface BoundPlan {
  /** One view per input of the plan. */
  readonly inputs: readonly TensorData[];
  /** The outputs where they lie, by name. */
  readonly views: Record<string, DenseTensor>;
  readonly steps: readonly Step[];
}

/** Sparse tensors that some step wants dense, decoded once. */
export type Decoded = WeakMap<SparseTensor, DenseTensor>;

/** Makes the steps of `plan`, whose lasting part starts at byte `base` of the memory and whose arena follows. */
export function bindPlan(plan: Plan, machine: Machine, base: number, decoded: Decoded): BoundPlan {
  const buffer = machine.buffer();
  const floats = new Float32Array(buffer);
  const arena = base + plan.lastingBytes;
  const address = (value: Value): number => {
    const constant = plan.constants.get(value.name);
    if (constant !== undefined) return base + constant;
    const place = plan.places.get(value.name);
    if (place === undefined) throw new FretworkError('run.value-missing', 'a value has no place', { tensor: value.name });
    return arena + place;
  };
  const view = (value: Value): TensorData => {
    if (value.constant !== undefined) return denseOf(value.constant, decoded).data;
    return DTYPES[value.dtype].view(buffer, address(value), sizeOf(value.shape));
  };
  const bindingOf = (step: PlanStep): Binding => ({
    node: step.node, kernels: machine.kernels, threads: machine.threads, fork: machine.fork, packed: step.packed, buffer, floats,
    scratch: arena + step.scratch, program: base + step.program, view, address,
    layout: (value) => plan.layouts.get(value.name) ?? compactLayout(value.shape),
  });
  const steps = plan.steps.map((step): Step => {
    const binding = bindingOf(step);
    for (const i of step.row.inMemory ?? []) {
      const value = step.node.inputs[i];
      if (value?.constant !== undefined && plan.constants.has(value.name)) {
        const target = DTYPES[value.dtype].view(buffer, address(value), sizeOf(value.shape));
        (target as Float32Array).set(view(value) as Float32Array);
      }
    }
    try {
      const work = isAlias(step.node, step.row) ? nothing : step.row.alias === true ? copied(binding, step.node.inputs[0]!, step.node.outputs[0]!) : step.row.prepare(binding);
      return activated(binding, step, work);
    } catch (error) {
      throw error instanceof FretworkError ? placed(error, { layer: step.node.layer.name }) : error;
    }
  });
  const views = plan.outputs.map((value): [string, DenseTensor] => [value.name, { kind: 'dense', dtype: value.dtype, shape: value.shape, data: view(value) }]);
  return { inputs: plan.inputs.map(view), views: Object.fromEntries(views), steps };
}

function activated(binding: Binding, { node, work }: PlanStep, step: Step): Step {
  const activation = node.activation;
  const output = node.outputs[0];
  if (activation === undefined || output === undefined) return step;
  if (work.clamps && (activation.kind === 'relu' || activation.kind === 'clip')) return step;
  const after = activate(binding, output, activation);
  return () => {
    step();
    after();
  };
}

function denseOf(tensor: DenseTensor | SparseTensor, decoded: Decoded): DenseTensor {
  if (tensor.kind === 'dense') return tensor;
  const made = decoded.get(tensor) ?? decode(tensor);
  decoded.set(tensor, made);
  return made;
}
