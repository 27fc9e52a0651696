import type { Layer, Model } from '@fretwork/format';
import { findRow } from '../operators/table.js';

/** Operators whose result says nothing of the elements of what they read. */
const SHAPE_ONLY: ReadonlySet<string> = new Set(['Shape', 'Size']);

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
  return model.inputs.map((input) => input.name).filter((name) => needed.has(name) && !model.tensors.has(name));
}
