/** Operators that combine elements of several inputs, which are broadcast to one shape. */
import { flag } from './attributes.js';
import { at, broadcastMap, isFloat, isWide, onNumbers, type Elements, type Numbers } from './elements.js';
import type { Given, Shape, Value, Binding, OperatorRow, Step } from './row.js';
import { alike, broadcast, inputOf, requireShape, shapeOf } from './shapes.js';

type Operation = (a: number, b: number) => number;

interface Arithmetic {
  readonly float: Operation;
  /** On integers of at most 32 bits: exact in its low 32 bits. */
  readonly integer: Operation;
  readonly wide: (a: bigint, b: bigint) => bigint;
}

const same = (operation: Operation): Arithmetic => ({ float: operation, integer: operation, wide: operation as unknown as Arithmetic['wide'] });

const ADD = same((a, b) => a + b);
const SUB = same((a, b) => a - b);
const MUL: Arithmetic = { ...same((a, b) => a * b), integer: Math.imul };
/** Integers are cut towards zero; by zero gives zero. */
const DIV: Arithmetic = { float: (a, b) => a / b, integer: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)), wide: (a, b) => (b === 0n ? 0n : a / b) };
const MAX: Arithmetic = { ...same(Math.max), wide: (a, b) => (a > b ? a : b) };
const MIN: Arithmetic = { ...same(Math.min), wide: (a, b) => (a < b ? a : b) };
/** C's fmod: the sign of the dividend. */
const REMAINDER: Arithmetic = { float: (a, b) => a % b, integer: (a, b) => (b === 0 ? 0 : a % b), wide: (a, b) => (b === 0n ? 0n : a % b) };
/** The sign of the divisor. */
const MODULO: Arithmetic = {
  float: (a, b) => a - b * Math.floor(a / b),
  integer: (a, b) => (b === 0 ? 0 : a - b * Math.floor(a / b)),
  wide: (a, b) => (b === 0n ? 0n : ((a % b) + b) % b),
};

type Map = Int32Array | undefined;

/** y = a ∘ b. The four that models use most have loops of their own: one shared loop would call the operation for every element. */
function loopOf(operation: Operation, A: Numbers, B: Numbers, Y: Numbers, a: Map, b: Map): Step {
  const n = Y.length;
  if (Y instanceof Float32Array && a === undefined) {
    if (b === undefined) {
      if (operation === ADD.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! + B[i]!; };
      if (operation === SUB.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! - B[i]!; };
      if (operation === MUL.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! * B[i]!; };
    } else {
      if (operation === ADD.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! + B[b[i]!]!; };
      if (operation === SUB.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! - B[b[i]!]!; };
      if (operation === MUL.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! * B[b[i]!]!; };
      if (operation === DIV.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! / B[b[i]!]!; };
    }
  }
  return () => { for (let i = 0; i < n; i++) Y[i] = operation(A[at(a, i)]!, B[at(b, i)]!); };
}

const operationOf = ({ float, integer, wide }: Arithmetic, isExact: boolean, { dtype }: Value): Operation =>
  (isExact ? wide as unknown as Operation : isFloat(dtype) ? float : integer);

const mapsOf = (b: Binding, values: readonly Value[]): readonly Map[] => values.map(({ shape }) => broadcastMap(shape, b.node.outputs[0]!.shape));

const allWide = (values: readonly Value[]): boolean => values.every(({ dtype }) => isWide(dtype));

const given = (b: Binding): readonly Value[] => b.node.inputs.filter((value) => value !== undefined);

/** All inputs folded from the left, in the output itself where that holds the sums well enough. */
function combined(b: Binding, arithmetic: Arithmetic, mean = false): Step {
  const values = given(b);
  const maps = mapsOf(b, values);
  const wide = allWide(values);
  const operation = operationOf(arithmetic, wide, values[0]!);
  return onNumbers(b, (X, [Y]) => {
    if (values.length === 2 && !mean) return loopOf(operation, X[0], X[1], Y, maps[0], maps[1]);
    return () => {
      for (let i = 0; i < Y.length; i++) {
        let sum = X[0][at(maps[0], i)]!;
        for (let k = 1; k < values.length; k++) sum = operation(sum, X[k]![at(maps[k], i)]!);
        Y[i] = mean ? sum / values.length : sum;
      }
    };
  }, values, b.node.outputs, wide);
}

/** All inputs of one type. */
const ofAll = (given: Given): readonly Shape[] => {
  alike(given);
  return [broadcast(...given.inputs.map((_, i) => shapeOf(given, i)))];
};

const ofTwo = (given: Given): readonly Shape[] => [broadcast(shapeOf(given, 0), shapeOf(given, 1))];

const ofPair = (given: Given): readonly Shape[] => {
  alike(given);
  return ofTwo(given);
};

const binary = (operator: string, arithmetic: Arithmetic): OperatorRow => ({ operator, shapes: ofPair, prepare: (b) => combined(b, arithmetic) });

const comparison = (operator: string, holds: (a: number, b: number) => boolean): OperatorRow => ({
  ...binary(operator, same((x, y) => Number(holds(x, y)))), dtypes: () => ['bool'],
});

const variadic = (operator: string, arithmetic: Arithmetic, mean = false): OperatorRow => ({ operator, shapes: ofAll, prepare: (b) => combined(b, arithmetic, mean) });

/** Low 64 bits of base^exponent, by squaring; a negative exponent gives the fraction cut towards zero. */
function integerPower(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) return base === 1n ? 1n : base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : 0n;
  let [power, square] = [1n, base];
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) power = BigInt.asIntN(64, power * square);
    square = BigInt.asIntN(64, square * square);
  }
  return power;
}

/** The exponent may have another type; only between integers is the power exact. */
function pow(b: Binding): Step {
  const values = given(b);
  if (values.some(({ dtype }) => isFloat(dtype))) return combined(b, { ...same((x, e) => x ** e), integer: (x, e) => Math.trunc(x ** e) });
  const power = (x: number, e: number): bigint => integerPower(BigInt(x), BigInt(e));
  const operation = isWide(b.node.outputs[0]!.dtype) ? power as unknown as Operation : (x: number, e: number): number => Number(BigInt.asIntN(32, power(x, e)));
  const [left, right] = mapsOf(b, values);
  return onNumbers(b, ([X, E], [Y]) => loopOf(operation, X, E, Y, left, right), values, b.node.outputs, true);
}

/** min(high, max(low, x)): where low is above high, high wins. NaN stays. */
function clip(b: Binding): Step {
  return onNumbers(b, ([X, low, high]: readonly (Numbers | undefined)[] & Elements, [Y]) => () => {
    const bottom = low?.[0] ?? -Infinity;
    const top = high?.[0] ?? Infinity;
    for (let i = 0; i < X.length; i++) {
      const x = X[i]!;
      const raised = x < bottom ? bottom : x;
      Y[i] = raised > top ? top : raised;
    }
  }, b.node.inputs, b.node.outputs, allWide(given(b)));
}

function where(b: Binding): Step {
  const values = given(b);
  const [C, X, Z, Y] = [...values, b.node.outputs[0]!].map((value) => b.view(value) as Float32Array) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const [c, x, z] = mapsOf(b, values);
  return () => { for (let i = 0; i < Y.length; i++) Y[i] = C[at(c, i)] === 0 ? Z[at(z, i)]! : X[at(x, i)]!; };
}

/** The slope must not make x larger. */
function slopes(given: Given): readonly Shape[] {
  const x = shapeOf(given, 0);
  requireShape(broadcast(x, shapeOf(given, 1)), x);
  return [x];
}

function choices(given: Given): readonly Shape[] {
  alike(given, 1);
  return [broadcast(shapeOf(given, 0), shapeOf(given, 1), shapeOf(given, 2))];
}

export const BROADCASTING: readonly OperatorRow[] = [
  binary('Add', ADD),
  binary('Sub', SUB),
  binary('Mul', MUL),
  binary('Div', DIV),
  { ...binary('Mod', MODULO), prepare: (b) => combined(b, flag(b.node.layer, 'fmod') ? REMAINDER : MODULO) },
  { ...binary('PRelu', same((x, slope) => (x < 0 ? x * slope : x))), shapes: slopes },
  comparison('Equal', (a, b) => a === b),
  comparison('Greater', (a, b) => a > b),
  comparison('GreaterOrEqual', (a, b) => a >= b),
  comparison('Less', (a, b) => a < b),
  comparison('LessOrEqual', (a, b) => a <= b),
  comparison('And', (a, b) => a !== 0 && b !== 0),
  comparison('Or', (a, b) => a !== 0 || b !== 0),
  comparison('Xor', (a, b) => (a !== 0) !== (b !== 0)),
  variadic('Max', MAX),
  variadic('Min', MIN),
  variadic('Sum', ADD),
  variadic('Mean', ADD, true),
  { operator: 'Pow', shapes: ofTwo, prepare: pow },
  { operator: 'Clip', prepare: clip },
  { operator: 'Where', shapes: choices, dtypes: (given) => [inputOf(given, 1).dtype], prepare: where },
];
