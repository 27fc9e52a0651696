/** Comparisons, logic on booleans, and the choice between two inputs. */
import { elementCount, type DenseTensor } from '@fretwork/format';
import type { OperatorCall, OperatorRow } from '../contract.js';
import { Fault } from '../fault.js';
import { commonDType, fromNumbers, isWide, numbersOf, take, toBigints } from '../tensor/elements.js';
import { broadcastMap, broadcastShape } from '../tensor/index-map.js';

type Relation = <T extends number | bigint>(a: T, b: T) => boolean;

const related = (relation: Relation, call: OperatorCall): readonly DenseTensor[] => {
  const [a, b] = [call.dense(0), call.dense(1)];
  const dtype = commonDType([a, b]);
  const shape = broadcastShape([a.shape, b.shape]);
  const [atA, atB] = [broadcastMap(a.shape, shape), broadcastMap(b.shape, shape)];
  const [left, right]: [ArrayLike<number | bigint>, ArrayLike<number | bigint>] =
    isWide(dtype) ? [toBigints(a), toBigints(b)] : [numbersOf(a), numbersOf(b)];
  return [fromNumbers('bool', shape, Uint8Array.from(atA, (at, i) => (relation(left[at]!, right[atB[i]!]!) ? 1 : 0)))];
};

const compare = (operator: string, relation: Relation): OperatorRow => ({ operator, run: (call) => related(relation, call) });

const logic = (operator: string, relation: (a: boolean, b: boolean) => boolean): OperatorRow => ({
  operator,
  run: (call) => {
    for (const i of [0, 1]) requireBool(call.dense(i));
    return related((a, b) => relation(Boolean(a), Boolean(b)), call);
  },
});

function requireBool(tensor: DenseTensor): void {
  if (tensor.dtype !== 'bool') throw new Fault('run.dtype', 'booleans are needed here', { expected: 'bool', actual: tensor.dtype });
}

/** condition ? x : y, all three broadcast to one shape. */
function where(call: OperatorCall): readonly DenseTensor[] {
  const [condition, x, y] = [call.dense(0), call.dense(1), call.dense(2)];
  requireBool(condition);
  commonDType([x, y]);
  const shape = broadcastShape([condition.shape, x.shape, y.shape]);
  const out = take(y, shape, broadcastMap(y.shape, shape));
  const [atCondition, atX] = [broadcastMap(condition.shape, shape), broadcastMap(x.shape, shape)];
  const [to, from] = [out.data as Uint8Array, x.data as Uint8Array];
  for (let i = 0; i < elementCount(shape); i++) if (condition.data[atCondition[i]!] !== 0) to[i] = from[atX[i]!]!;
  return [out];
}

export const LOGIC: readonly OperatorRow[] = [
  compare('Equal', (a, b) => a === b),
  compare('Greater', (a, b) => a > b),
  compare('GreaterOrEqual', (a, b) => a >= b),
  compare('Less', (a, b) => a < b),
  compare('LessOrEqual', (a, b) => a <= b),
  logic('And', (a, b) => a && b),
  logic('Or', (a, b) => a || b),
  logic('Xor', (a, b) => a !== b),
  { operator: 'Where', run: where },
];
