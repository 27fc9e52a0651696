/** Operators that make tensors out of little: constants, ranges, diagonals. */
import { attribute, zeros, type DenseTensor, type Layer } from '@fretwork/format';
import type { OperatorCall, OperatorRow, Support } from '../contract.js';
import { Fault } from '../fault.js';
import { commonDType, fromBigints, fromNumbers, int64, integersOf, isWide, scalarOf, take, toBigints } from '../tensor/elements.js';
import { allowed } from '../tensor/limit.js';

/** The one value attribute of a Constant as a tensor; undefined where it has none that is a number. */
function constantOf(layer: Layer): DenseTensor | undefined {
  const value = attribute(layer, 'value', 'tensor', undefined);
  if (value !== undefined) return value;
  const int = attribute(layer, 'value_int', 'int', undefined);
  if (int !== undefined) return int64([], [int]);
  const ints = attribute(layer, 'value_ints', 'ints', undefined);
  if (ints !== undefined) return int64([ints.length], ints);
  const float = attribute(layer, 'value_float', 'float', undefined);
  if (float !== undefined) return fromNumbers('f32', [], Float64Array.of(float));
  const floats = attribute(layer, 'value_floats', 'floats', undefined);
  return floats === undefined ? undefined : fromNumbers('f32', [floats.length], Float64Array.from(floats));
}

const constantKnown = (layer: Layer): Support => (constantOf(layer) !== undefined ? { ok: true } : {
  ok: false, reason: 'a Constant without a number or tensor', hint: 'strings and sparse constants are not computed',
});

function constantOfShape(call: OperatorCall): readonly DenseTensor[] {
  const shape = integersOf(call.dense(0));
  const value = attribute(call.layer, 'value', 'tensor', zeros('f32', [1]));
  return [take(value, shape, new Uint8Array(allowed(shape.reduce((count, size) => count * size, 1))))];
}

/** start, start + delta, … below (above) limit. */
function range(call: OperatorCall): readonly DenseTensor[] {
  const inputs = [call.dense(0), call.dense(1), call.dense(2)];
  const dtype = commonDType(inputs);
  if (scalarOf(inputs[2]!) === 0) throw new Fault('run.attribute', 'a range cannot stand still', { expected: 'a delta other than 0' });
  if (isWide(dtype)) {
    const [start, limit, delta] = inputs.map((t) => toBigints(t)[0]!) as [bigint, bigint, bigint];
    const length = allowed(Math.max(0, Math.ceil(Number(limit - start) / Number(delta))));
    return [fromBigints(dtype, [length], Array.from({ length }, (_, i) => start + BigInt(i) * delta))];
  }
  const [start, limit, delta] = inputs.map(scalarOf) as [number, number, number];
  const length = allowed(Math.max(0, Math.ceil((limit - start) / delta)));
  return [fromNumbers(dtype, [length], Float64Array.from({ length }, (_, i) => start + i * delta))];
}

export const GENERATE: readonly OperatorRow[] = [
  { operator: 'Constant', supports: constantKnown, run: (call) => [constantOf(call.layer)!] },
  { operator: 'ConstantOfShape', run: constantOfShape },
  { operator: 'Range', run: range },
];
