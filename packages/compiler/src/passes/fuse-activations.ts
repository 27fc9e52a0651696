import { inferShapes, type Layer, type ShapeTable } from '@fretwork/format';
import type { Note, Pass } from '../contract.js';
import { no, yes, type Answer } from '../graph/answer.js';
import { Draft, isOperator, originOf } from '../graph/draft.js';
import { inputOf, isFloat } from '../graph/numbers.js';
import { producerFor, takenOver } from '../graph/producer.js';
import { ACTIVATIONS, type ActivationRow } from './activations.js';

/** Layers that apply an activation to what they make before they store it. */
const PRODUCERS = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Add', 'BatchNormalization'];

export const fuseActivations: Pass = {
  name: 'fuse-activations',
  says: 'An activation is applied by the layer that makes its input, where nobody else reads that.',
  run: (model) => {
    const draft = new Draft(model);
    const shapes = inferShapes(model);
    const notes: Note[] = [];
    for (const layer of draft.layers()) {
      const row = ACTIVATIONS.find(({ operator }) => isOperator(layer, operator));
      if (row === undefined) continue;
      const fused = fuse(draft, layer, row, shapes);
      notes.push(fused.ok ? { layer: layer.name, outcome: 'done', says: `applied by ${fused.is}`, into: fused.is }
        : { layer: layer.name, outcome: 'kept', says: fused.reason });
    }
    return { model: draft.model(), notes };
  },
};

/** The name of the layer that applies it. */
function fuse(draft: Draft, layer: Layer, row: ActivationRow, shapes: ShapeTable): Answer<string> {
  if (layer.activation !== undefined) return no(`it applies ${layer.activation.kind} itself`);
  const { dtype } = shapes.values.get(inputOf(layer, 0)) ?? {};
  if (!isFloat(dtype)) return no(`its elements are ${dtype ?? 'of unknown type'}, no floats`);
  const producer = producerFor(draft, inputOf(layer, 0), layer, PRODUCERS, 'activation');
  if (!producer.ok) return no(producer.reason);
  const activation = row.activationOf(draft, layer);
  if (!activation.ok) return activation;
  draft.remove(layer);
  draft.replace(producer.layer, { ...takenOver(producer.layer, layer, originOf(producer.layer, layer)), activation: activation.is });
  return yes(producer.layer.name);
}
