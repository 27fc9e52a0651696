/** Operators that write into a copy of their first input. Of equal indices the last one wins, or all are reduced. */
import { attribute, dense, elementCount, type DenseTensor, type Layer } from '@fretwork/format';
import type { OperatorCall, OperatorRow, Support } from '../contract.js';
import { Fault } from '../fault.js';
import { commonDType, fromBigints, fromNumbers, isWide, toBigints, toDoubles } from '../tensor/elements.js';
import { axisIn } from '../tensor/index-map.js';
import { ADD, MAX, MIN, MUL, scalar, type Arithmetic } from './arithmetic.js';
import { elementPlaces, sliceStarts } from './gather.js';

const REDUCTIONS: Readonly<Record<string, Arithmetic | undefined>> = { none: undefined, add: ADD, mul: MUL, max: MAX, min: MIN };

const reductionName = (layer: Layer): string => attribute(layer, 'reduction', 'string', 'none');

const knownReduction = (layer: Layer): Support => (Object.hasOwn(REDUCTIONS, reductionName(layer)) ? { ok: true } : {
  ok: false, reason: `reduction ${reductionName(layer)} is not known`, hint: `use one of ${Object.keys(REDUCTIONS).join(', ')}`,
});

/** `data` with element i of `updates` written to, or reduced with, element `places[i]`. */
function write(data: DenseTensor, places: ArrayLike<number>, updates: DenseTensor, operation: Arithmetic | undefined): DenseTensor {
  const dtype = commonDType([data, updates]);
  if (places.length !== updates.data.length) {
    throw new Fault('run.shape', 'updates do not fit the indices', { expected: `${places.length} elements`, actual: `[${updates.shape.join(', ')}]` });
  }
  if (operation === undefined) {
    const out = dense(dtype, data.shape, data.data.slice());
    const [to, from] = [out.data as Uint8Array, updates.data as Uint8Array];
    for (let i = 0; i < places.length; i++) to[places[i]!] = from[i]!;
    return out;
  }
  const fold = <T>(into: { [i: number]: T }, values: ArrayLike<T>, f: (a: T, b: T) => T): void => {
    for (let i = 0; i < places.length; i++) into[places[i]!] = f(into[places[i]!]!, values[i]!);
  };
  if (isWide(dtype)) {
    const values = toBigints(data);
    fold(values, toBigints(updates), operation.wide);
    return fromBigints(dtype, data.shape, values);
  }
  const values = toDoubles(data);
  fold(values, toDoubles(updates), scalar(operation, dtype));
  return fromNumbers(dtype, data.shape, values);
}

function scatterElements(call: OperatorCall): readonly DenseTensor[] {
  const [data, indices, updates] = [call.dense(0), call.dense(1), call.dense(2)];
  const axis = axisIn(attribute(call.layer, 'axis', 'int', 0), data.shape.length);
  return [write(data, elementPlaces(indices, data.shape, axis), updates, REDUCTIONS[reductionName(call.layer)])];
}

function scatterND(call: OperatorCall): readonly DenseTensor[] {
  const [data, indices, updates] = [call.dense(0), call.dense(1), call.dense(2)];
  const { starts, named } = sliceStarts(indices, data.shape, 0);
  const size = elementCount(data.shape.slice(named));
  const places = starts.flatMap((start) => Array.from({ length: size }, (_, i) => start + i));
  return [write(data, places, updates, REDUCTIONS[reductionName(call.layer)])];
}

export const SCATTER: readonly OperatorRow[] = [
  { operator: 'ScatterElements', supports: knownReduction, run: scatterElements },
  { operator: 'ScatterND', supports: knownReduction, run: scatterND },
];
