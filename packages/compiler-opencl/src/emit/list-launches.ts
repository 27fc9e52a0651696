import { Call, fuseResiduals, product, type ModelContext } from '@fretwork/compiler';
import { FretworkError, type Layer } from '@fretwork/format';
import type { OpenclPlan } from '../contract.js';
import { BUILD_OPTIONS } from '../kernels/prelude.js';
import type { LaunchPlan, LaunchTensor } from '../launch-plan.js';
import { rowOf } from '../operators/table.js';
import { Buffers } from './buffers.js';
import { buffer, integer, LayerLaunches, type KernelTexts } from './layer-launches.js';

export interface Listed {
  readonly launches: LaunchPlan;
  readonly kernels: KernelTexts;
  readonly weights: Uint8Array;
}

/** A layer that stands for what happens at the model's inputs and outputs. */
const edgeOf = (input: string): Layer => ({ name: '', operator: '', domain: '', inputs: [input], outputs: [], attributes: new Map() });

/** Everything that `plan` launches. Throws `opencl.plan` for a plan of another model. */
export function listLaunches(plan: OpenclPlan, given: ModelContext): Listed {
  if (plan.backend !== 'opencl' || plan.layers.length !== given.model.layers.length || plan.layers.some(({ layer }, i) => layer !== given.model.layers[i]!.name)) {
    throw new FretworkError('opencl.plan', 'this plan was made for another model, or by another backend', { actual: `${plan.backend}, ${plan.layers.length} layers`, expected: `opencl, ${given.model.layers.length} layers`, hint: 'plan this model first' });
  }
  const { context } = fuseResiduals(given);
  const { model, shapes } = context;
  const buffers = new Buffers(plan);
  const kernels: KernelTexts = { byName: new Map(), masks: new Map() };
  const whole = plan.type === 'f32';
  const edges = new LayerLaunches(new Call(edgeOf(''), context), -1, plan, buffers, kernels);
  const elements = (name: string): number => product(shapes.values.get(name)!.shape as number[]);
  const tensor = (name: string, at: number): LaunchTensor => ({ name, shape: shapes.values.get(name)!.shape as number[], buffer: at });

  const inputs = model.inputs.map(({ name }) => {
    const at = buffers.add({ kind: 'own', bytes: Math.max(4, 4 * elements(name)) });
    if (whole) buffers.place(name, at);
    else {
      const own = buffers.add({ kind: 'own', bytes: Math.max(4, edges.bytes(elements(name))) });
      buffers.place(name, own);
      edges.flat(edges.support('from_floats'), elements(name), [buffer(own), buffer(at), integer(elements(name))]);
    }
    return tensor(name, at);
  });

  const layers = model.layers.flatMap((layer, place) => {
    const decided = plan.layers.find((row) => row.layer === layer.name)!;
    if (decided.kernel === 'view') return [];
    const to = new LayerLaunches(new Call(layer, context), place, plan, buffers, kernels);
    rowOf(layer)!.emit(new Call(layer, context), decided, to);
    return to.launches;
  });

  const after = new LayerLaunches(new Call(edgeOf(''), context), -1, plan, buffers, kernels);
  const outputs = model.outputs.map(({ name }) => {
    const at = buffers.add({ kind: 'own', bytes: Math.max(4, 4 * elements(name)) });
    const count = elements(name);
    const constant = new Call(edgeOf(name), context).numbers(0);
    after.flat(after.support(whole ? 'copy' : 'to_floats'), count, [buffer(at), buffer(constant === undefined ? buffers.value(name) : buffers.numbers(constant)), integer(count)]);
    return tensor(name, at);
  });

  return {
    kernels, weights: buffers.weights(),
    launches: {
      version: 1, model: model.name, type: plan.type, options: BUILD_OPTIONS[plan.type], source: `${plan.prefix}.cl`, weights: `${plan.prefix}_weights.bin`,
      arenaBytes: Math.max(512, plan.memory.peakBytes), layers: model.layers.map(({ name }) => name), buffers: buffers.rows, inputs, outputs,
      launches: [...edges.launches, ...layers, ...after.launches],
    },
  };
}
