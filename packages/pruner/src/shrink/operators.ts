import { attribute, type Layer, type Model } from '@fretwork/format';
import { constant, type Channels } from './channels.js';
import { product } from './product.js';

/** What an analysis knows: per node of `Channels` whether it is always zero, and whether nobody reads it. */
export interface Knowledge {
  readonly zero: Uint8Array;
  readonly unused: Uint8Array;
  /** Nodes whose biases and shifts will be set to 0: where only these keep a channel from being zero, it is. */
  readonly silent: Uint8Array;
}

export interface Seen {
  readonly model: Model;
  readonly layer: Layer;
  readonly channels: Channels;
}

/** How channels pass through one operator. */
export interface ShrinkRow {
  readonly operators: readonly string[];
  /** Ties what goes together; false: this layer is of a form that is not understood, and pins what it touches. */
  readonly ties: (seen: Seen) => boolean;
  /** Marks outputs that are zero. */
  readonly forward: (seen: Seen, known: Knowledge) => void;
  /** Whether the layer reads channel `c` of its input `input`. */
  readonly reads: (seen: Seen, known: Knowledge, input: number, c: number) => boolean;
  /** The inputs that hold parameters, and along which axis they are cut, by the channels of which value. */
  readonly cuts: (seen: Seen) => readonly { readonly input: number; readonly axis: number; readonly by: 'output' | 'input' }[];
}

const out = ({ layer }: Seen): string => layer.outputs[0]!;
const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

/** Input 0 and output 0 have the same channels. */
function tieThrough({ layer, channels }: Seen, input = 0): boolean {
  const [x, y] = [layer.inputs[input]!, layer.outputs[0]!];
  const n = channels.count(y);
  if (n === undefined || channels.count(x) !== n || layer.outputs.slice(1).some((name) => name !== '')) return false;
  for (const c of range(n)) channels.tie(channels.node(x, c), channels.node(y, c));
  return true;
}

const forwardWhere = (seen: Seen, known: Knowledge, zero: (c: number) => boolean): void => {
  const y = out(seen);
  for (const c of range(seen.channels.count(y) ?? 0)) known.zero[seen.channels.node(y, c)] = zero(c) ? 1 : 0;
};
const zeroAt = ({ channels, layer }: Seen, known: Knowledge, input: number, c: number): boolean => known.zero[channels.node(layer.inputs[input]!, c)] === 1;
const usedAt = (seen: Seen, known: Knowledge, c: number): boolean => known.unused[seen.channels.node(out(seen), c)] === 0;
const silentAt = (seen: Seen, known: Knowledge, c: number): boolean => known.silent[seen.channels.node(out(seen), c)] === 1;

/** Weight (output, input) of a layer that multiplies: rows x columns of `width` elements each. */
interface Product {
  readonly outputs: number;
  readonly inputs: number;
  readonly groups: number;
  readonly isZero: (output: number, input: number) => boolean;
  readonly bias: ArrayLike<number> | undefined;
}

const found = new WeakMap<Layer, { readonly model: Model; readonly product: Product | undefined }>();
function productOf(seen: Seen): Product | undefined {
  const known = found.get(seen.layer);
  if (known?.model === seen.model) return known.product;
  const fresh = product(seen);
  found.set(seen.layer, { model: seen.model, product: fresh });
  return fresh;
}
export type { Product };

const PRODUCTS: ShrinkRow = {
  operators: ['Conv', 'Gemm', 'MatMul'],
  ties: (seen) => {
    const weights = productOf(seen);
    const { layer, channels } = seen;
    const [x, y] = [layer.inputs[0]!, out(seen)];
    if (weights === undefined || channels.count(x) !== weights.inputs || channels.count(y) !== weights.outputs) return false;
    // A group of a convolution goes as a whole; a depthwise one has one channel in each.
    if (weights.groups === 1) return true;
    for (const c of range(weights.inputs)) channels.tie(channels.node(x, c), channels.node(x, Math.floor(c / (weights.inputs / weights.groups)) * (weights.inputs / weights.groups)));
    for (const r of range(weights.outputs)) channels.tie(channels.node(y, r), channels.node(x, Math.floor(r / (weights.outputs / weights.groups)) * (weights.inputs / weights.groups)));
    return true;
  },
  forward: (seen, known) => {
    const weights = productOf(seen)!;
    const [own, rows] = [weights.inputs / weights.groups, weights.outputs / weights.groups];
    forwardWhere(seen, known, (r) => {
      const from = Math.floor(r / rows) * own;
      return (silentAt(seen, known, r) || weights.bias === undefined || weights.bias[r] === 0)
        && range(own).every((c) => zeroAt(seen, known, 0, from + c) || weights.isZero(r, c)) && keepsZero(seen.layer);
    });
  },
  reads: (seen, known, input, c) => {
    const weights = productOf(seen)!;
    if (input !== 0) return true;
    const [own, rows] = [weights.inputs / weights.groups, weights.outputs / weights.groups];
    const group = Math.floor(c / own);
    return range(rows).some((r) => usedAt(seen, known, group * rows + r) && !weights.isZero(group * rows + r, c % own));
  },
  cuts: (seen) => {
    const { groups } = productOf(seen)!;
    const turned = seen.layer.operator === 'MatMul' || (seen.layer.operator === 'Gemm' && attribute(seen.layer, 'transB', 'int', 0) === 0);
    const bias = seen.model.tensors.get(seen.layer.inputs[2] ?? '');
    return [
      { input: 1, axis: turned ? 1 : 0, by: 'output' },
      ...(groups === 1 ? [{ input: 1, axis: turned ? 0 : 1, by: 'input' } as const] : []),
      ...(bias === undefined ? [] : [{ input: 2, axis: bias.shape.length - 1, by: 'output' } as const]),
    ];
  },
};

/** Fused activations that give 0 for 0. */
function keepsZero({ activation }: Layer): boolean {
  if (activation === undefined) return true;
  if (activation.kind === 'clip') return (activation.alpha ?? -Infinity) <= 0 && (activation.beta ?? Infinity) >= 0;
  return activation.kind !== 'sigmoid' && activation.kind !== 'hard-sigmoid';
}

const through = (operators: readonly string[], keeps: (seen: Seen) => boolean): ShrinkRow => ({
  operators,
  ties: (seen) => tieThrough(seen),
  forward: (seen, known) => forwardWhere(seen, known, (c) => zeroAt(seen, known, 0, c) && keeps(seen) && keepsZero(seen.layer)),
  reads: (seen, known, input, c) => input !== 0 || usedAt(seen, known, c),
  cuts: () => [],
});

const both = (operators: readonly string[], either: boolean): ShrinkRow => ({
  operators,
  ties: (seen) => {
    const { layer, channels } = seen;
    const same = layer.inputs.every((x) => channels.rank(x) === channels.rank(out(seen)) && channels.rank(x) !== undefined);
    return same && layer.inputs.every((_, i) => tieThrough(seen, i));
  },
  forward: (seen, known) => forwardWhere(seen, known, (c) => keepsZero(seen.layer)
    && (either ? seen.layer.inputs.some((_, i) => zeroAt(seen, known, i, c)) : seen.layer.inputs.every((_, i) => zeroAt(seen, known, i, c)))),
  reads: (seen, known, _, c) => usedAt(seen, known, c),
  cuts: () => [],
});

/** Places of the channels of input `i` among those of the output. */
const offset = ({ layer, channels }: Seen, i: number): number => layer.inputs.slice(0, i).reduce((sum, x) => sum + channels.count(x)!, 0);

/** Every operator that channels can be cut through; what is not here keeps all of its channels. */
export const SHRINK_OPERATORS: readonly ShrinkRow[] = [
  PRODUCTS,
  through(['Relu', 'LeakyRelu', 'Tanh', 'HardSwish', 'Identity', 'Dropout', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool'], () => true),
  through(['Clip'], ({ model, layer }) => (constant(model, layer, 1)?.[0] ?? -Infinity) <= 0 && (constant(model, layer, 2)?.[0] ?? Infinity) >= 0
    && [1, 2].every((i) => (layer.inputs[i] ?? '') === '' || constant(model, layer, i) !== undefined)),
  through(['Sigmoid', 'HardSigmoid'], () => false),
  both(['Add', 'Sub'], false),
  both(['Mul'], true),
  {
    operators: ['BatchNormalization'],
    ties: (seen) => [1, 2, 3, 4].every((i) => constant(seen.model, seen.layer, i) !== undefined) && tieThrough(seen),
    forward: (seen, known) => {
      const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => constant(seen.model, seen.layer, i)!) as [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>, ArrayLike<number>];
      const epsilon = attribute(seen.layer, 'epsilon', 'float', 1e-5);
      forwardWhere(seen, known, (c) => zeroAt(seen, known, 0, c) && keepsZero(seen.layer)
        && (silentAt(seen, known, c) || shift[c]! - (scale[c]! * mean[c]!) / Math.sqrt(variance[c]! + epsilon) === 0));
    },
    reads: (seen, known, input, c) => input !== 0 || usedAt(seen, known, c),
    cuts: () => [1, 2, 3, 4].map((input) => ({ input, axis: 0, by: 'output' }) as const),
  },
  {
    operators: ['Concat'],
    ties: (seen) => {
      const { layer, channels } = seen;
      const axis = attribute(layer, 'axis', 'int', 1);
      const counts = layer.inputs.map((x) => channels.count(x));
      if ((axis < 0 ? axis + (channels.rank(out(seen)) ?? 0) : axis) !== 1 || counts.includes(undefined) || channels.count(out(seen)) === undefined) return false;
      layer.inputs.forEach((x, i) => { for (const c of range(counts[i]!)) channels.tie(channels.node(x, c), channels.node(out(seen), offset(seen, i) + c)); });
      return true;
    },
    forward: (seen, known) => seen.layer.inputs.forEach((x, i) => {
      const from = offset(seen, i);
      for (const c of range(seen.channels.count(x)!)) known.zero[seen.channels.node(out(seen), from + c)] = zeroAt(seen, known, i, c) && keepsZero(seen.layer) ? 1 : 0;
    }),
    reads: (seen, known, input, c) => usedAt(seen, known, offset(seen, input) + c),
    cuts: () => [],
  },
  {
    operators: ['Flatten', 'Reshape'],
    ties: (seen) => {
      const { layer, channels, model } = seen;
      const [x, y] = [layer.inputs[0]!, out(seen)];
      const [n, each] = [channels.count(x), channels.spatial(x)];
      const target = layer.operator === 'Reshape' ? model.tensors.get(layer.inputs[1] ?? '') : undefined;
      // Reshape to [any, -1] alone, which does not name the number of channels.
      const form = layer.operator === 'Flatten' ? attribute(layer, 'axis', 'int', 1) === 1
        : target?.kind === 'dense' && target.data.length === 2 && Number(target.data[1]) === -1;
      if (!form || n === undefined || each === undefined || channels.count(y) !== n * each) return false;
      for (const c of range(n * each)) channels.tie(channels.node(x, Math.floor(c / each)), channels.node(y, c));
      return true;
    },
    forward: (seen, known) => {
      const each = seen.channels.spatial(seen.layer.inputs[0]!)!;
      forwardWhere(seen, known, (c) => zeroAt(seen, known, 0, Math.floor(c / each)));
    },
    reads: (seen, known, input, c) => {
      const each = seen.channels.spatial(seen.layer.inputs[0]!)!;
      return input !== 0 || range(each).some((k) => usedAt(seen, known, c * each + k));
    },
    cuts: () => [],
  },
];

export const rowFor = ({ operator, domain }: Layer): ShrinkRow | undefined =>
  (domain === '' ? SHRINK_OPERATORS.find(({ operators }) => operators.includes(operator)) : undefined);
