import type { Layer, Model } from '@fretwork/format';
import { findRow } from '../operators/table.js';
import { MOST_FOLLOWED } from './infer.js';

/** Names of the model's inputs whose content decides a shape: plans are made for a content, not for a shape alone. */
export function contentInputs(model: Pick<Model, 'inputs' | 'layers' | 'tensors'>): readonly string[] {
  const needed = new Set<string>();
  const need = (layer: Layer, i: number): void => {
    const name = layer.inputs[i] ?? '';
    if (name !== '') needed.add(name);
  };
  for (const layer of [...model.layers].reverse()) {
    const row = findRow(layer);
    for (const i of row?.shapeInputs ?? []) need(layer, i);
    if (row?.ofShapes !== true && layer.outputs.some((name) => needed.has(name))) layer.inputs.forEach((_, i) => need(layer, i));
  }
  // No larger tensor is followed: its content could not decide anything.
  const small = (shape: readonly (number | string)[] | undefined): boolean =>
    shape === undefined || shape.reduce<number>((count, d) => count * (typeof d === 'number' ? d : 1), 1) <= MOST_FOLLOWED;
  return model.inputs.filter(({ name, shape }) => needed.has(name) && !model.tensors.has(name) && small(shape)).map((input) => input.name);
}
