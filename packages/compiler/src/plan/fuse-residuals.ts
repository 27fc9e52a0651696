import type { Layer } from '@fretwork/format';
import type { ModelContext } from '../backend.js';
import { planResidualAdds } from './residual-adds.js';

/** Input of a convolution that its sums are added to: behind weight and bias. */
export const RESIDUAL: number = 3;

export interface FusedResiduals {
  /** Convolutions that take an addition over stand in its place, have its output and activation, and read its other operand as input `RESIDUAL`. */
  readonly context: ModelContext;
  /** The convolution, by the addition that it took over. */
  readonly into: ReadonlyMap<string, string>;
}

/** Additions that those convolutions do which `takes` names, while they store what they make. The same context gives the same answer. */
export function fuseResiduals(context: ModelContext, takes: (conv: Layer) => boolean = () => true): FusedResiduals {
  const { model } = context;
  const byName = new Map(model.layers.map((layer) => [layer.name, layer]));
  const into = new Map<string, string>();
  const moved = new Map<string, Layer>();
  const taken = new Set<string>();
  for (const row of planResidualAdds(model, context.shapes)) {
    if (!row.ok || taken.has(row.into)) continue;
    const [conv, add] = [byName.get(row.into)!, byName.get(row.add)!];
    if (conv.operator !== 'Conv' || conv.activation !== undefined || !takes(conv)) continue;
    const [x = '', weight = '', bias = ''] = conv.inputs;
    const { activation: _, ...rest } = conv;
    taken.add(conv.name);
    into.set(add.name, conv.name);
    moved.set(add.name, { ...rest, inputs: [x, weight, bias, row.residual], outputs: add.outputs, ...(add.activation === undefined ? {} : { activation: add.activation }) });
  }
  const layers = model.layers.flatMap((layer) => (taken.has(layer.name) ? [] : [moved.get(layer.name) ?? layer]));
  return { context: { ...context, model: { ...model, layers } }, into };
}
