import type { Outline } from '../container/outline.js';
import type { Layer } from '../contract.js';
import type { ErrorDetails } from '../error.js';
import { differ, intOf, intsOf, misfit, type KnownShape, type Shapes } from './shapes.js';

type AnyLayer = Outline<Layer>;

/** Strides and dilations: one per spatial dimension, 1 or more; pads: two. The rank is that of the weight, where it is known. */
export function convolutionSettingsFault(layer: AnyLayer, shapes: Shapes): ErrorDetails | undefined {
  const group = intOf(layer, 'group', 1);
  if (group < 1) return { expected: 'a group of 1 or more', actual: `${group}` };
  const weight = shapes(layer, 1);
  const spatial = weight === undefined ? undefined : weight.length - 2;
  for (const [name, each] of [['strides', 1], ['dilations', 1], ['pads', 2]] as const) {
    const numbers = intsOf(layer, name);
    if (numbers === undefined) continue;
    if (name !== 'pads' && numbers.some((n) => n < 1)) return { expected: `${name} of 1 or more`, actual: numbers.join(', ') };
    if (spatial !== undefined && spatial > 0 && numbers.length !== spatial * each) {
      return { expected: `${spatial * each} ${name}`, actual: `${numbers.length}` };
    }
  }
  return undefined;
}

/** Conv: `[Cout, Cin/g, …]`; ConvTranspose: `[Cin, Cout/g, …]`. */
export function convolutionFault(layer: AnyLayer, shapes: Shapes): ErrorDetails | undefined {
  const weight = shapes(layer, 1);
  if (weight === undefined) return undefined;
  if (weight.length < 3) return misfit('a weight of', 'rank 3 or more', weight);
  const group = intOf(layer, 'group', 1);
  const grouped = weight[0];
  if (grouped !== undefined && grouped % group !== 0) return misfit('a first size that', `${group} groups divide`, weight);
  const kernel = intsOf(layer, 'kernel_shape');
  if (kernel !== undefined && (kernel.length !== weight.length - 2 || kernel.some((size, at) => differ(size, weight[at + 2])))) {
    return misfit('a kernel of', kernel.join(' x '), weight);
  }
  const input = shapes(layer, 0);
  if (input === undefined) return undefined;
  if (input.length !== weight.length) return misfit('an input of', `rank ${weight.length}`, input);
  const channels = layer.operator === 'Conv' ? times(weight[1], group) : weight[0];
  return differ(channels, input[1]) ? misfit('an input of', `${channels} channels`, input) : undefined;
}

export function convolutionBiasFault(layer: AnyLayer, shapes: Shapes): ErrorDetails | undefined {
  const weight = shapes(layer, 1);
  const bias = shapes(layer, 2);
  if (weight === undefined || bias === undefined) return undefined;
  const outputs = layer.operator === 'Conv' ? weight[0] : times(weight[1], intOf(layer, 'group', 1));
  return bias.length !== 1 || differ(bias[0], outputs) ? misfit('a bias', `[${outputs ?? '?'}]`, bias) : undefined;
}

/** Inputs: X `[N, C, …]`, then scale, bias and, of a BatchNormalization, mean and variance, each `[C]`. */
export function normFault(layer: AnyLayer, shapes: Shapes): ErrorDetails | undefined {
  const parameters = layer.inputs.slice(1).flatMap((_, at): readonly KnownShape[] => {
    const shape = shapes(layer, at + 1);
    return shape === undefined ? [] : [shape];
  });
  const input = shapes(layer, 0);
  // A BatchNormalization of rank 1 has one channel.
  const channels = input === undefined ? undefined : input.length === 1 ? 1 : input[1];
  const expected = channels ?? parameters.find((shape) => shape[0] !== undefined)?.[0];
  const wrong = parameters.find((shape) => shape.length !== 1 || differ(shape[0], expected));
  return wrong === undefined ? undefined : misfit('parameters', `[${expected ?? 'C'}]`, wrong);
}

const times = (size: number | undefined, factor: number): number | undefined => (size === undefined ? undefined : size * factor);
