import { inferShapes, type Model, type ShapeTable } from '@fretwork/format';
import { bytesOfValue, show } from '../graph/dimensions.js';
import type { MemoryOptions, MemoryPlanning } from './contract.js';
import { aligned, fullestStep, placePieces } from './place.js';
import { shareMemory, type Piece } from './sharing.js';

/**
 * A static memory plan of `model` for the shapes in `shapes`. Pure. Answers with a reason where the size of a value is not
 * known before the model runs.
 */
export function planMemory(model: Model, shapes: ShapeTable = inferShapes(model), options: MemoryOptions = {}): MemoryPlanning {
  const { alignment = 64, scratch = () => 0 } = options;
  for (const layer of model.layers) {
    const open = layer.outputs.find((name) => name !== '' && bytesOfValue(shapes.values.get(name)) === undefined);
    if (open !== undefined) {
      return {
        ok: false, layer: layer.name,
        reason: `${open} has ${show(shapes.values.get(open)?.shape)}, which is no fixed number of bytes`,
        hint: 'fix the sizes of the inputs with withInputShapes',
      };
    }
  }
  const { pieces: shared, values } = shareMemory(model, shapes);
  const pieces: readonly Piece[] = [...shared, ...model.layers.flatMap((layer, step): Piece[] => {
    const bytes = scratch(layer);
    return bytes > 0 ? [{ name: `scratch of ${layer.name}`, bytes, first: step, last: step }] : [];
  })];
  const { offsets, end } = placePieces(pieces, alignment);
  const scratchBytes = pieces.slice(shared.length).reduce((sum, { bytes }) => sum + aligned(bytes, alignment), 0);
  return {
    ok: true, alignment, peakBytes: end,
    leastBytes: fullestStep(pieces, alignment),
    separateBytes: values.reduce((sum, { value }) => sum + aligned(bytesOfValue(shapes.values.get(value))!, alignment), scratchBytes),
    buffers: pieces.map(({ name, bytes, first, last }, i) => ({ name, offset: offsets[i]!, bytes, first, last: Math.min(last, model.layers.length - 1) })),
    values,
  };
}
