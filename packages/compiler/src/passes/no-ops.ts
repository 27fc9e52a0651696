/** Layers that give back their first input, as a table: one row per way to do nothing. */
import { attribute, type Layer, type ShapeTable } from '@fretwork/format';
import { sameShape, sameShapeOfCount, type Dimensions } from '../graph/dimensions.js';
import { type Draft, isOperator } from '../graph/draft.js';
import { inputOf, numbersOfConstant, scalarOfConstant } from '../graph/numbers.js';

export interface Subject {
  readonly layer: Layer;
  readonly draft: Draft;
  readonly shapes: ShapeTable;
  readonly from: Dimensions | undefined;
  readonly to: Dimensions | undefined;
}

export interface NoOp {
  readonly operators: readonly string[];
  /** Of a layer with one of these operators: what makes it do nothing; `undefined` where it does something. */
  readonly why: (subject: Subject) => string | undefined;
}

const when = (holds: boolean, says: string): string | undefined => (holds ? says : undefined);

const all = (numbers: readonly number[] | undefined, value: number): boolean => numbers !== undefined && numbers.every((n) => n === value);

/** Does `perm` leave the order of all axes longer than 1 as it is, so that no element moves? */
export function movesNothing(perm: readonly number[], from: Dimensions): boolean {
  const long = perm.filter((axis) => from[axis] !== 1);
  return long.every((axis, i) => i === 0 || axis > long[i - 1]!);
}

export const permOf = (layer: Layer, rank: number): readonly number[] =>
  attribute(layer, 'perm', 'ints', undefined) ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);

/** Elements that change nothing as input `i` of an operator. `-0 + 0` is `+0`, which compares equal. */
const NEUTRAL: Readonly<Record<string, { readonly value: number; readonly either: boolean }>> = {
  Add: { value: 0, either: true }, Sub: { value: 0, either: false },
  Mul: { value: 1, either: true }, Div: { value: 1, either: false }, Pow: { value: 1, either: false },
};

/** The input that an arithmetic layer passes on unchanged. */
export function passedOn({ layer, draft, shapes, to }: Subject): number | undefined {
  const neutral = NEUTRAL[layer.operator];
  if (neutral === undefined || layer.activation !== undefined) return undefined;
  return [0, 1].find((i) => {
    if (i === 1 && !neutral.either) return false;
    const name = inputOf(layer, i);
    return draft.tensor(name) === undefined && sameShape(shapes.values.get(name)?.shape, to)
      && all(numbersOfConstant(draft, inputOf(layer, 1 - i)), neutral.value);
  });
}

export const NO_OPS: readonly NoOp[] = [
  { operators: ['Identity'], why: () => 'Identity does nothing' },
  {
    operators: ['Dropout'],
    why: ({ layer, draft }) => {
      const training = inputOf(layer, 2);
      const infers = training === '' || scalarOfConstant(draft, training) === 0;
      return when(infers && layer.outputs.slice(1).every((name) => name === '' || draft.isUnused(name)), 'Dropout does nothing outside of training');
    },
  },
  {
    operators: ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'],
    why: ({ from, to }) => when(sameShapeOfCount(from, to), 'the shape stays as it is'),
  },
  {
    operators: ['Transpose'],
    why: ({ layer, from, to }) => when(
      from !== undefined && movesNothing(permOf(layer, from.length), from) && (sameShape(from, to) || permOf(layer, from.length).every((axis, i) => axis === i)),
      'no axis longer than 1 moves',
    ),
  },
  { operators: ['Expand', 'Tile'], why: ({ from, to }) => when(sameShape(from, to), 'nothing is repeated') },
  {
    operators: ['Slice'],
    why: ({ layer, draft, from, to }) => {
      const steps = inputOf(layer, 4);
      return when(sameShape(from, to) && (steps === '' || all(numbersOfConstant(draft, steps), 1)), 'nothing is cut off');
    },
  },
  { operators: ['Pad'], why: ({ layer, draft }) => when(all(numbersOfConstant(draft, inputOf(layer, 1)), 0), 'all pads are 0') },
  { operators: ['Concat'], why: ({ layer }) => when(layer.inputs.length === 1, 'there is one input only') },
  { operators: ['Clip'], why: ({ layer }) => when(inputOf(layer, 1) === '' && inputOf(layer, 2) === '', 'there is no bound') },
  {
    operators: ['Cast'],
    why: ({ layer, shapes }) => {
      const [from, to] = [shapes.values.get(inputOf(layer, 0))?.dtype, shapes.values.get(layer.outputs[0]!)?.dtype];
      return when(from !== undefined && from === to, `the elements are ${from} already`);
    },
  },
];

/** The input that `layer` passes on, and why that is all it does. */
export function noOpOf(subject: Subject): { readonly input: number; readonly why: string } | undefined {
  const { layer } = subject;
  if (layer.activation !== undefined || layer.domain !== '') return undefined;
  const row = NO_OPS.find(({ operators }) => isOperator(layer, ...operators));
  const why = row?.why(subject);
  if (why !== undefined) return { input: 0, why };
  const input = passedOn(subject);
  return input === undefined ? undefined : { input, why: `the other operand is all ${NEUTRAL[layer.operator]!.value}` };
}
