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
  const { alignment = 64, scratch = () => 0, apart = () => false } = options;
  const bytes = new Map<string, number>();
  for (const layer of model.layers) {
    for (const name of layer.outputs) {
      if (name === '') continue;
      const info = shapes.values.get(name) ?? {};
      const size = options.bytes?.(name, info) ?? bytesOfValue(info);
      if (size === undefined) {
        return {
          ok: false, layer: layer.name,
          reason: `${name} has ${show(info.shape)}, which is no fixed number of bytes`,
          hint: 'fix the sizes of the inputs with withInputShapes',
        };
      }
      bytes.set(name, size);
    }
  }
  const { pieces: shared, values } = shareMemory(model, { shapes, bytes, apart });
  const pieces: readonly (Piece & { readonly scratchOf?: string })[] = [...shared, ...model.layers.flatMap((layer, step) => {
    const bytes = scratch(layer);
    return bytes > 0 ? [{ name: `scratch of ${layer.name}`, scratchOf: layer.name, bytes, first: step, last: step }] : [];
  })];
  const { offsets, end } = placePieces(pieces, alignment);
  const scratchBytes = pieces.slice(shared.length).reduce((sum, { bytes }) => sum + aligned(bytes, alignment), 0);
  return {
    ok: true, alignment, peakBytes: end,
    leastBytes: fullestStep(pieces, alignment),
    separateBytes: values.reduce((sum, { value }) => sum + aligned(bytes.get(value)!, alignment), scratchBytes),
    buffers: pieces.map(({ name, scratchOf, bytes, first, last }, i) => ({
      name, ...(scratchOf === undefined ? {} : { scratchOf }), offset: offsets[i]!, bytes, first, last: Math.min(last, model.layers.length - 1),
    })),
    values,
  };
}
