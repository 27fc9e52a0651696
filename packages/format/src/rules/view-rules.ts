import type { Outline } from '../container/outline.js';
import type { Layer, MatrixView, Tensor } from '../contract.js';
import { WEIGHTS } from '../weight-view.js';
import type { Rule } from './rule.js';

/** The views of sparse tensors, which all that read their matrices rely on. */
export const VIEW_RULES: readonly Rule<Outline>[] = [
  {
    code: 'weight.view',
    check: (model) => {
      for (const layer of model.layers) {
        for (const { name, tensor, view } of weightPlaces(model, layer)) {
          if (tensor.kind === 'dense' || sameView(tensor.view, view)) continue;
          return { layer: layer.name, tensor: name, expected: view === undefined ? 'a dense tensor' : viewText(view), actual: viewText(tensor.view) };
        }
      }
      return undefined;
    },
  },
];
/** A weight of a layer with the view that its operator and shape call for; undefined where the shape is none of the operator. */
export interface WeightPlace {
  readonly name: string;
  readonly tensor: Outline<Tensor>;
  readonly view: MatrixView | undefined;
}

export function weightPlaces(model: Outline, layer: Outline<Layer>): readonly WeightPlace[] {
  if (layer.domain !== '') return [];
  return WEIGHTS.filter((row) => row.operator === layer.operator).flatMap((row) => {
    const name = layer.inputs[row.input] ?? '';
    const tensor = name === '' ? undefined : model.tensors.get(name);
    // A view depends on shape and attributes alone, never on elements.
    return tensor === undefined ? [] : [{ name, tensor, view: row.view(tensor.shape, layer as Layer) }];
  });
}

const sameView = (a: MatrixView, b: MatrixView | undefined): boolean =>
  b !== undefined && a.count === b.count && a.rows === b.rows && a.columns === b.columns && a.order === b.order && a.kernel === b.kernel;

const viewText = (view: MatrixView): string => `${view.count} of ${view.rows} x ${view.columns}, ${view.order}, kernel ${view.kernel}`;
