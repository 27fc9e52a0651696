import { attribute, decode, elementCount } from '@fretwork/format';
import { constant } from './channels.js';
import type { Product, Seen } from './operators.js';

/** A layer's weights by output and input channel (inside its group); undefined where they are not constants of a plain form. */
export function product({ model, layer, channels }: Seen): Product | undefined {
  const weight = model.tensors.get(layer.inputs[1] ?? '');
  const values = constant(model, layer, 1);
  if (weight === undefined || values === undefined) return undefined;
  const shape = decode(weight).shape;
  const [first, second] = shape as [number, number];
  const named = (layer.inputs[2] ?? '') !== '';
  const bias = named ? constant(model, layer, 2) : undefined;
  if (layer.operator === 'Conv') {
    if (shape.length < 3 || (named && bias === undefined)) return undefined;
    const [groups, width] = [attribute(layer, 'group', 'int', 1), elementCount(shape.slice(2))];
    return { outputs: first, inputs: second * groups, groups, bias, isZero: (r, c) => allZero(values, (r * second + c) * width, width) };
  }
  if (shape.length !== 2 || channels.rank(layer.inputs[0]!) !== 2) return undefined;
  const turned = layer.operator === 'MatMul' || attribute(layer, 'transB', 'int', 0) === 0;
  const [outputs, inputs] = turned ? [second, first] : [first, second];
  if (layer.operator === 'Gemm') {
    const last = model.tensors.get(layer.inputs[2] ?? '')?.shape.at(-1);
    if (attribute(layer, 'transA', 'int', 0) !== 0 || (named && (bias?.length !== outputs || last !== outputs))) return undefined;
  }
  return { outputs, inputs, groups: 1, bias, isZero: (r, c) => values[turned ? c * outputs + r : r * inputs + c] === 0 };
}

function allZero(values: ArrayLike<number>, from: number, width: number): boolean {
  for (let i = from; i < from + width; i++) if (values[i] !== 0) return false;
  return true;
}
