import { inferShapes, type Layer, type ShapeTable } from '@fretwork/format';
import type { Note, Pass } from '../contract.js';
import { no, yes, type Answer } from '../graph/answer.js';
import { Draft, isOperator, originOf } from '../graph/draft.js';
import { floatOf, floatsOfConstant, inputOf, intOf } from '../graph/numbers.js';
import { producerFor, takenOver } from '../graph/producer.js';
import { productOf, PRODUCTS, rebuilt } from '../weights/product.js';

export const foldBatchNorms: Pass = {
  name: 'fold-batch-norms',
  says: 'A BatchNormalization behind a convolution or matrix product scales its rows of weights by scale / sqrt(variance + epsilon) and shifts its bias.',
  run: (model) => {
    const draft = new Draft(model);
    const shapes = inferShapes(model);
    const notes: Note[] = [];
    for (const layer of draft.layers()) {
      if (!isOperator(layer, 'BatchNormalization')) continue;
      const folded = fold(draft, layer, shapes);
      notes.push(folded.ok ? { layer: layer.name, outcome: 'done', says: `folded into the weights of ${folded.is}`, into: folded.is }
        : { layer: layer.name, outcome: 'kept', says: folded.reason });
    }
    return { model: draft.model(), notes };
  },
};

/** The name of the layer that took it in. */
function fold(draft: Draft, layer: Layer, shapes: ShapeTable): Answer<string> {
  if (intOf(layer, 'training_mode', 0) !== 0) return no('it normalises by the moments of its own batch (training_mode)');
  if (layer.outputs.slice(1).some((name) => name !== '' && !draft.isUnused(name))) return no('its moments are read');
  const producer = producerFor(draft, inputOf(layer, 0), layer, PRODUCTS, 'normalisation');
  if (!producer.ok) return no(`${producer.reason}${behind(draft, layer)}`);
  const line = lineOf(draft, layer);
  if (!line.ok) return line;
  const product = productOf(draft, producer.layer, shapes.values.get(inputOf(producer.layer, 0))?.shape?.length);
  if (!product.ok) return product;
  const { bias, channels } = product.is;
  const { factors, mean, shift } = line.is;
  if (factors.length !== channels) return no(`it has ${factors.length} channels, ${producer.layer.name} makes ${channels}`);
  const next = rebuilt(draft, producer.layer, product.is, bias.map((b, c) => (b - mean[c]!) * factors[c]! + shift[c]!), factors);
  draft.remove(layer);
  draft.replace(producer.layer, takenOver(next, layer, originOf(producer.layer, layer)));
  return yes(producer.layer.name);
}

/** Where a convolution reads it, people expect it to be folded forward. */
function behind(draft: Draft, layer: Layer): string {
  const reader = draft.readers(layer.outputs[0]!).find((other) => isOperator(other, ...PRODUCTS));
  return reader === undefined ? ''
    : `; ${reader.name} behind it cannot take it either, since a fold scales output channels and the shift of an input channel would miss the padding`;
}

interface Line {
  /** `[channels]`: y = (x - mean) · factor + shift. */
  readonly factors: Float64Array;
  readonly mean: Float64Array;
  readonly shift: Float64Array;
}

function lineOf(draft: Draft, layer: Layer): Answer<Line> {
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => floatsOfConstant(draft, inputOf(layer, i)));
  if (scale === undefined || shift === undefined || mean === undefined || variance === undefined) return no('its scale, bias, mean and variance are not all constant');
  const epsilon = floatOf(layer, 'epsilon', 1e-5);
  const factors = scale.map((s, c) => s / Math.sqrt(variance[c]! + epsilon));
  const wrong = factors.findIndex((f) => !Number.isFinite(f));
  return wrong < 0 ? yes({ factors, mean, shift }) : no(`channel ${wrong} has no finite factor: its variance is ${variance[wrong]}`);
}
