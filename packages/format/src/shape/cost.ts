import type { ModelHeader } from '../container/outline.js';
import type { DType, Layer, Model, Tensor } from '../contract.js';
import { elementCount } from '../dtype.js';
import { indexBytes, nnzOf, payloadBytes } from '../sparse/measure.js';
import { weightsOf } from '../weight-view.js';
import { MACS } from './macs.js';
import { OPERATOR_SHAPES } from './operators.js';
import type { ShapeTable } from './infer.js';

/**
 * Multiply-accumulates of one run: `dense` with every weight, `sparse` with the kept ones. Padding is counted as if it
 * were multiplied; additions of a bias and elementwise work count 0.
 */
export type Macs =
  | { readonly ok: true; readonly dense: number; readonly sparse: number }
  | { readonly ok: false; readonly reason: string; readonly hint: string };

/** What a layer holds and what it takes to run it. */
export interface LayerCost {
  readonly layer: string;
  readonly operator: string;
  /**
   * Elements of the constant tensors the layer owns: a tensor used by several layers belongs to the first. Shapes, axes and
   * indices (i64, i32, bool) were never trained and do not count.
   */
  readonly parameters: number;
  /** Those that are kept: not zero, or stored in a tile. */
  readonly kept: number;
  /** Bytes of all its tensors as they are encoded, indices included. */
  readonly weightBytes: number;
  readonly macs: Macs;
}

/** Costs of a model's layers in order, and their sums. */
export interface ModelCost {
  readonly layers: readonly LayerCost[];
  readonly parameters: number;
  readonly kept: number;
  readonly weightBytes: number;
  /** Not ok where any layer's is not; the reason is that of the first such layer. */
  readonly macs: Macs;
}

const KNOWN: ReadonlySet<string> = new Set(OPERATOR_SHAPES.map((row) => row.operator));

const NEVER_TRAINED: ReadonlySet<DType> = new Set<DType>(['i64', 'i32', 'bool']);

/**
 * Parameters, bytes and multiply-accumulates of `model`, for the shapes that `inferShapes` found. Of a header the same, but that all
 * elements of a dense tensor count as kept: which of them are zero shows when they arrive.
 */
export function costOf(outline: Model | ModelHeader, shapes: ShapeTable): ModelCost {
  // Of a place in a file only lengths are read.
  const model = outline as Model;
  const owned = new Set<string>();
  const nnz = new Map<string, number>();
  const kept = (name: string, tensor: Tensor): number => {
    const found = nnz.get(name) ?? (tensor.kind === 'dense' && !ArrayBuffer.isView(tensor.data) ? elementCount(tensor.shape) : nnzOf(tensor));
    nnz.set(name, found);
    return found;
  };
  const layers = model.layers.map((layer): LayerCost => {
    const cost = { parameters: 0, kept: 0, weightBytes: 0 };
    for (const name of layer.inputs) {
      const tensor = model.tensors.get(name);
      if (tensor === undefined || owned.has(name)) continue;
      owned.add(name);
      if (!NEVER_TRAINED.has(tensor.dtype)) {
        cost.parameters += elementCount(tensor.shape);
        cost.kept += kept(name, tensor);
      }
      cost.weightBytes += payloadBytes(tensor) + indexBytes(tensor);
    }
    return { layer: layer.name, operator: layer.operator, ...cost, macs: macsOf(model, layer, shapes, kept) };
  });
  const total = (pick: (cost: LayerCost) => number): number => layers.reduce((sum, cost) => sum + pick(cost), 0);
  return {
    layers,
    parameters: total((c) => c.parameters),
    kept: total((c) => c.kept),
    weightBytes: total((c) => c.weightBytes),
    macs: layers.reduce<Macs>((sum, { layer, macs }) => {
      if (!sum.ok) return sum;
      return macs.ok ? { ok: true, dense: sum.dense + macs.dense, sparse: sum.sparse + macs.sparse }
        : { ...macs, reason: `layer ${JSON.stringify(layer)}: ${macs.reason}` };
    }, { ok: true, dense: 0, sparse: 0 }),
  };
}

function macsOf(model: Model, layer: Layer, shapes: ShapeTable, kept: (name: string, tensor: Tensor) => number): Macs {
  if (layer.domain !== '' || !KNOWN.has(layer.operator)) {
    const operator = layer.domain === '' ? layer.operator : `${layer.domain}.${layer.operator}`;
    return { ok: false, reason: `the work of operator ${operator} is not known`, hint: 'its layers are left out of every sum' };
  }
  const row = MACS.get(layer.operator);
  if (row === undefined) return { ok: true, dense: 0, sparse: 0 };
  const products = row({
    layer,
    input: (i) => shapes.values.get(layer.inputs[i] ?? '')?.shape,
    output: shapes.values.get(layer.outputs.find((name) => name !== '') ?? '')?.shape,
  });
  if (products === undefined) {
    return { ok: false, reason: `the shapes of ${layer.operator} are not known before it runs`, hint: 'give the shapes of the inputs' };
  }
  // Every element of a weight is used equally often, so the kept share of the weight is the kept share of its products.
  const weights = new Map(weightsOf(model, layer).map((weight) => [weight.input, weight]));
  let [dense, sparse] = [0, 0];
  for (const { input, macs } of products) {
    const weight = weights.get(input);
    const elements = weight === undefined ? 0 : elementCount(weight.tensor.shape);
    dense += macs;
    sparse += weight === undefined || elements === 0 ? macs : Math.round((macs / elements) * kept(weight.name, weight.tensor));
  }
  return { ok: true, dense, sparse };
}
