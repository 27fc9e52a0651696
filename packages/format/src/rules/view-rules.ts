import type { Outline } from '../container/outline.js';
import type { MatrixView } from '../contract.js';
import { weightPlaces, type WeightPlace } from '../weight-view.js';
import { each, type Item } from './items.js';
import type { Rule } from './rule.js';

/** The views of sparse tensors, which all that read their matrices rely on. */
export const VIEW_RULES: readonly Rule<Outline>[] = [
  each('weight.view', placesOf, ({ tensor, view }) =>
    (tensor.kind === 'dense' || sameView(tensor.view, view) ? undefined
      : { expected: view === undefined ? 'a dense tensor' : viewText(view), actual: viewText(tensor.view) })),
];

function placesOf(model: Outline): readonly Item<WeightPlace>[] {
  return model.layers.flatMap((layer) => weightPlaces(model, layer).map((place): Item<WeightPlace> => [{ layer: layer.name, tensor: place.name }, place]));
}

const sameView = (a: MatrixView, b: MatrixView | undefined): boolean =>
  b !== undefined && a.count === b.count && a.rows === b.rows && a.columns === b.columns && a.order === b.order && a.kernel === b.kernel;

const viewText = (view: MatrixView): string => `${view.count} of ${view.rows} x ${view.columns}, ${view.order}, kernel ${view.kernel}`;
