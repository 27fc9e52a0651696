import { matricesOf, weightsOf, type Tensor, type Model } from '@fretwork/format';
import { sizeOf, type PackedMatrix, type PackRequest, type PackSubject, type Shape } from '../operators/row.js';
import { findRow } from '../operators/table.js';
import { layWeights, weightBytes } from '../pack/lay-runs.js';
import { aligned, SLACK_BYTES } from '../plan/arena.js';
import { inferValues, onesFor } from '../plan/infer.js';

/** What will be packed: per layer with constant weights, its matrices. */
export interface PackPlan {
  readonly layers: ReadonlyMap<string, readonly PackRequest[]>;
  readonly bytes: number;
}

export function planPacking(model: Model): PackPlan {
  const layers = new Map<string, readonly PackRequest[]>();
  let bytes = 0;
  const { values } = inferValues(model, { shapes: onesFor(model.inputs, 1) });
  for (const layer of model.layers) {
    const row = findRow(layer);
    const requests = row?.pack?.(subjectOf(model, layer, values.get(layer.outputs[0] ?? '')?.shape)) ?? [];
    if (requests.length === 0) continue;
    layers.set(layer.name, requests);
    for (const request of requests) bytes += bytesOf(request);
  }
  return { layers, bytes };
}

const bytesOf = ({ plan, bias }: PackRequest): number => aligned(weightBytes(plan) + SLACK_BYTES) + aligned(4 * bias.length);

/** Writes all matrices to `buffer` from byte `base` on. */
export function packModel(packing: PackPlan, buffer: ArrayBufferLike, base: number): ReadonlyMap<string, readonly PackedMatrix[]> {
  let at = base;
  const floats = new Float32Array(buffer);
  return new Map([...packing.layers].map(([layer, requests]) => [layer, requests.map(({ plan, bias }): PackedMatrix => {
    const own = layWeights(plan, buffer, at);
    at += aligned(weightBytes(plan) + SLACK_BYTES);
    floats.set(bias, at / 4);
    const packed = { rows: plan.rows, columns: plan.columns, nnz: plan.nnz, panel: plan.panel, ...own, bias: at };
    at += aligned(4 * bias.length);
    return packed;
  })]));
}

function subjectOf(model: Model, layer: Model['layers'][number], output: Shape | undefined): PackSubject {
  const spatial = output?.slice(2);
  const tensor = (i: number): Tensor | undefined => {
    const name = layer.inputs[i] ?? '';
    return name === '' ? undefined : model.tensors.get(name);
  };
  return {
    layer, tensor, cells: spatial === undefined ? undefined : sizeOf(spatial),
    matrices: (i) => weightsOf(model, layer).filter(({ input, tensor }) => input === i && tensor.dtype === 'f32').flatMap(matricesOf),
    has: (i) => (layer.inputs[i] ?? '') !== '',
    floats: (i) => {
      const found = tensor(i);
      return found?.kind === 'dense' && found.dtype === 'f32' ? found.data as Float32Array : undefined;
    },
  };
}
