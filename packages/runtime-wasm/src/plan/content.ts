import type { Layer, Model } from '@fretwork/format';
import { findRow } from '../operators/table.js';

/** Operators whose result says nothing of the elements of what they read. */
const SHAPE_ONLY: ReadonlySet<string> = new Set(['Shape', 'Size']);

/** Elements of the largest tensor whose content shape inference follows. */
const MOST_FOLLOWED = 4096;

/** Names of the model's inputs whose content decides a shape: plans are made for a content, not for a shape alone. */
export function contentInputs(model: Pick<Model, 'inputs' | 'layers' | 'tensors'>): readonly string[] {
  const needed = new Set<string>();
  const need = (layer: Layer, i: number): void => {
    const name = layer.inputs[i] ?? '';
    if (name !== '') needed.add(name);
  };
  for (const layer of [...model.layers].reverse()) {
    for (const i of findRow(layer)?.shapeInputs ?? []) need(layer, i);
    if (layer.outputs.some((name) => needed.has(name)) && !SHAPE_ONLY.has(layer.operator)) layer.inputs.forEach((_, i) => need(layer, i));
  }
  // Shape inference follows no tensor that is larger: its content could not decide anything.
  const small = (shape: readonly (number | string)[] | undefined): boolean =>
    shape === undefined || shape.reduce<number>((count, d) => count * (typeof d === 'number' ? d : 1), 1) <= MOST_FOLLOWED;
  return model.inputs.filter(({ name, shape }) => needed.has(name) && !model.tensors.has(name) && small(shape)).map((input) => input.name);
}
