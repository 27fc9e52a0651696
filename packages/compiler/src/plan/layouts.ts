import { attribute, inferShapes, type InferredValue, type Layer, type Model } from '@fretwork/format';
import { Draft, isOperator } from '../graph/draft.js';
import { inputOf } from '../graph/numbers.js';

/**
 * `planes`: [N, C, …positions], positions next to each other; kernels work on many positions of one channel at once.
 * `pixels`: [N, …positions, C], channels next to each other; for images so small that positions do not fill a vector.
 * `rows`: as the shape says, row-major.
 */
export type Layout = 'planes' | 'pixels' | 'rows';

/** How one value lies in memory. */
export interface ValueLayout {
  readonly value: string;
  /** The layer that makes it; `''` for inputs of the model. */
  readonly layer: string;
  readonly layout: Layout;
  /**
   * Cells of zeros around each plane, begins then ends of each position axis: enough for every convolution that reads the
   * value to run without looking at borders. Empty where none is needed.
   */
  readonly border: readonly number[];
  readonly reason: string;
}

export interface LayoutOptions {
  /** Images of at most this many positions are laid out by pixels. Left out: 49 (7x7). */
  readonly fewPositions?: number;
}

/** Layers that work in either layout; all others see values as their shape says. */
const EITHER = [
  'Conv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'BatchNormalization',
  'Relu', 'Clip', 'LeakyRelu', 'Sigmoid', 'Tanh', 'HardSigmoid', 'HardSwish', 'Add', 'Sub', 'Mul', 'Div',
];

/** A layout for every value that flows, in layer order. Pure; the model stays as it is. */
export function planLayouts(model: Model, options: LayoutOptions = {}): readonly ValueLayout[] {
  const draft = new Draft(model);
  const { values } = inferShapes(model);
  const few = options.fewPositions ?? 49;
  const plan = (value: string, maker: Layer | undefined): ValueLayout => {
    const readers = draft.readers(value);
    const row = layoutOf(values.get(value), maker, readers, draft.isOutput(value), few);
    return { value, layer: maker?.name ?? '', ...row, border: row.layout === 'planes' ? borderOf(value, readers) : [] };
  };
  return [
    ...model.inputs.map(({ name }) => plan(name, undefined)),
    ...model.layers.flatMap((layer) => layer.outputs.filter((name) => name !== '').map((name) => plan(name, layer))),
  ];
}

function layoutOf(
  value: InferredValue | undefined, maker: Layer | undefined, readers: readonly Layer[], isOutput: boolean, few: number,
): Pick<ValueLayout, 'layout' | 'reason'> {
  const shape = value?.shape;
  const image = [...(maker === undefined ? [] : [maker]), ...readers].find((layer) => isOperator(layer, 'Conv', 'ConvTranspose', 'MaxPool', 'AveragePool'));
  if (shape === undefined || shape.length < 3 || image === undefined) {
    return { layout: 'rows', reason: shape === undefined ? 'its rank is not known' : image === undefined ? 'no convolution or pool makes or reads it' : 'it has no positions' };
  }
  const sizes = shape.slice(2);
  if (!sizes.every((size) => typeof size === 'number')) return { layout: 'planes', reason: 'its number of positions is not known before it runs' };
  const positions = sizes.reduce((a, b) => a * b, 1);
  const says = `${sizes.join('x')} positions`;
  if (positions > few) return { layout: 'planes', reason: `${says} fill vectors by themselves` };
  const fixed = maker === undefined ? 'it is an input of the model' : isOutput ? 'it is an output of the model'
    : [maker, ...readers].find((layer) => !isOperator(layer, ...EITHER));
  if (fixed === undefined) return { layout: 'pixels', reason: `${says} are few: channels fill vectors` };
  return { layout: 'planes', reason: `${says} are few, but ${typeof fixed === 'string' ? fixed : `${fixed.name} (${fixed.operator}) sees it as its shape says`}` };
}

/** The widest pads that any convolution reads `value` with. */
function borderOf(value: string, readers: readonly Layer[]): readonly number[] {
  const pads = readers.filter((layer) => isOperator(layer, 'Conv') && inputOf(layer, 0) === value)
    .map((layer) => attribute(layer, 'pads', 'ints', undefined) ?? []);
  const length = Math.max(0, ...pads.map((list) => list.length));
  const border = Array.from({ length }, (_, i) => Math.max(...pads.map((list) => list[i] ?? 0)));
  return border.some((cells) => cells > 0) ? border : [];
}
