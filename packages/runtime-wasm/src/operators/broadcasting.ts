/** Operators that combine elements of several inputs, which are broadcast to one shape. */
import { attribute } from '@fretwork/format';
import { broadcastMap, isFloat, isWide, readable, synced, writable, type Numbers, type NumberView, type Wide } from './elements.js';
import type { Binding, OperatorRow, Step, Value } from './row.js';

type Operation = (a: number, b: number) => number;

interface Arithmetic {
  readonly float: Operation;
  /** On integers of at most 32 bits: exact in its low 32 bits. */
  readonly integer: Operation;
  readonly wide: (a: bigint, b: bigint) => bigint | boolean;
}

const both = (float: Operation, wide: Arithmetic['wide']): Arithmetic => ({ float, integer: float, wide });

const ADD = both((a, b) => a + b, (a, b) => a + b);
const SUB = both((a, b) => a - b, (a, b) => a - b);
const MUL: Arithmetic = { float: (a, b) => a * b, integer: Math.imul, wide: (a, b) => a * b };
/** Integers are cut towards zero; by zero gives zero. */
const DIV: Arithmetic = { float: (a, b) => a / b, integer: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)), wide: (a, b) => (b === 0n ? 0n : a / b) };
const MAX = both(Math.max, (a, b) => (a > b ? a : b));
const MIN = both(Math.min, (a, b) => (a < b ? a : b));
/** C's fmod: the sign of the dividend. */
const REMAINDER: Arithmetic = { float: (a, b) => a % b, integer: (a, b) => (b === 0 ? 0 : a % b), wide: (a, b) => (b === 0n ? 0n : a % b) };
/** The sign of the divisor. */
const MODULO: Arithmetic = {
  float: (a, b) => a - b * Math.floor(a / b),
  integer: (a, b) => (b === 0 ? 0 : a - b * Math.floor(a / b)),
  wide: (a, b) => (b === 0n ? 0n : ((a % b) + b) % b),
};

const question = (holds: (a: number, b: number) => boolean, wide: (a: bigint, b: bigint) => boolean): Arithmetic =>
  both((a, b) => (holds(a, b) ? 1 : 0), wide);

type Map = Int32Array | undefined;

/** y = a ∘ b. The four that models use most have loops of their own: one shared loop would call the operation for every element. */
function loopOf(operation: Operation, A: Numbers, B: Numbers, Y: Numbers, a: Map, b: Map): Step {
  const n = Y.length;
  if (a === undefined && b === undefined) {
    if (operation === ADD.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! + B[i]!; };
    if (operation === SUB.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! - B[i]!; };
    if (operation === MUL.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! * B[i]!; };
  }
  if (a === undefined && b !== undefined) {
    if (operation === ADD.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! + B[b[i]!]!; };
    if (operation === SUB.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! - B[b[i]!]!; };
    if (operation === MUL.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! * B[b[i]!]!; };
    if (operation === DIV.float) return () => { for (let i = 0; i < n; i++) Y[i] = A[i]! / B[b[i]!]!; };
  }
  return () => { for (let i = 0; i < n; i++) Y[i] = operation(A[a === undefined ? i : a[i]!]!, B[b === undefined ? i : b[i]!]!); };
}

function combined(b: Binding, arithmetic: Arithmetic, left: Value, right: Value, y: Value): Step {
  const [a, c] = [broadcastMap(left.shape, y.shape), broadcastMap(right.shape, y.shape)];
  if (isWide(left.dtype) && isWide(right.dtype)) {
    const [A, B] = [b.view(left) as Wide, b.view(right) as Wide];
    const Y = b.view(y);
    const [wide, asked] = [arithmetic.wide, y.dtype === 'bool'];
    return () => {
      for (let i = 0; i < Y.length; i++) {
        const result = wide(A[a === undefined ? i : a[i]!]!, B[c === undefined ? i : c[i]!]!);
        Y[i] = asked ? Number(result) : result as bigint;
      }
    };
  }
  const [A, B, Y] = [readable(b, left), readable(b, right), writable(b, y)];
  return synced([A, B], loopOf(isFloat(left.dtype) ? arithmetic.float : arithmetic.integer, A.data, B.data, Y.data, a, c), [Y]);
}

const binary = (operator: string, arithmetic: Arithmetic | ((b: Binding) => Arithmetic)): OperatorRow => ({
  operator,
  prepare: (b) => combined(b, typeof arithmetic === 'function' ? arithmetic(b) : arithmetic, b.node.inputs[0]!, b.node.inputs[1]!, b.node.outputs[0]!),
});

/** All inputs folded from the left, in the output itself where that holds the sums well enough. */
const variadic = (operator: string, { float, integer, wide }: Arithmetic, mean = false): OperatorRow => ({
  operator,
  prepare: (b) => {
    const { inputs, outputs: [y] } = b.node;
    const maps = inputs.map((value) => broadcastMap(value!.shape, y!.shape));
    if (isWide(y!.dtype)) {
      const [X, Y] = [inputs.map((value) => b.view(value!) as Wide), b.view(y!) as Wide];
      return () => {
        for (let i = 0; i < Y.length; i++) {
          let sum = X[0]![maps[0] === undefined ? i : maps[0][i]!]!;
          for (let k = 1; k < X.length; k++) sum = wide(sum, X[k]![maps[k] === undefined ? i : maps[k]![i]!]!) as bigint;
          Y[i] = sum;
        }
      };
    }
    const views: readonly NumberView[] = inputs.map((value) => readable(b, value!));
    const Y = writable(b, y!);
    const operation = isFloat(y!.dtype) ? float : integer;
    const count = mean ? views.length : 1;
    return synced(views, () => {
      for (let i = 0; i < Y.data.length; i++) {
        let sum = views[0]!.data[maps[0] === undefined ? i : maps[0][i]!]!;
        for (let k = 1; k < views.length; k++) sum = operation(sum, views[k]!.data[maps[k] === undefined ? i : maps[k]![i]!]!);
        Y.data[i] = sum / count;
      }
    }, [Y]);
  },
});

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
  const [x, e, y] = [b.node.inputs[0]!, b.node.inputs[1]!, b.node.outputs[0]!];
  const [a, c] = [broadcastMap(x.shape, y.shape), broadcastMap(e.shape, y.shape)];
  const [X, E, Y] = [readable(b, x), readable(b, e), writable(b, y)];
  if (!isFloat(x.dtype) && !isFloat(e.dtype)) {
    const [base, exponent, out] = [b.view(x), b.view(e), b.view(y)];
    return () => {
      for (let i = 0; i < out.length; i++) {
        const power = integerPower(BigInt(base[a === undefined ? i : a[i]!]!), BigInt(exponent[c === undefined ? i : c[i]!]!));
        out[i] = isWide(y.dtype) ? power : Number(BigInt.asIntN(32, power));
      }
    };
  }
  const cut = !isFloat(y.dtype);
  return synced([X, E], () => {
    for (let i = 0; i < Y.data.length; i++) {
      const power = X.data[a === undefined ? i : a[i]!]! ** E.data[c === undefined ? i : c[i]!]!;
      Y.data[i] = cut ? Math.trunc(power) : power;
    }
  }, [Y]);
}

/** min(high, max(low, x)): where low is above high, high wins. NaN stays. */
function clip(b: Binding): Step {
  const [x, low, high] = b.node.inputs;
  const y = b.node.outputs[0]!;
  if (isWide(x!.dtype)) {
    const [X, Y] = [b.view(x!) as Wide, b.view(y) as Wide];
    const [L, H] = [low, high].map((bound) => (bound === undefined ? undefined : b.view(bound) as Wide));
    return () => {
      for (let i = 0; i < Y.length; i++) {
        let v = X[i]!;
        if (L !== undefined && v < L[0]!) v = L[0]!;
        if (H !== undefined && v > H[0]!) v = H[0]!;
        Y[i] = v;
      }
    };
  }
  const [X, Y] = [readable(b, x!), writable(b, y)];
  const [L, H] = [low, high].map((bound) => (bound === undefined ? undefined : readable(b, bound)));
  return synced([X, ...(L === undefined ? [] : [L]), ...(H === undefined ? [] : [H])], () => {
    const [least, most] = [L === undefined ? -Infinity : L.data[0]!, H === undefined ? Infinity : H.data[0]!];
    for (let i = 0; i < Y.data.length; i++) Y.data[i] = Math.min(most, Math.max(least, X.data[i]!));
  }, [Y]);
}

function where(b: Binding): Step {
  const [condition, x, z] = b.node.inputs;
  const y = b.node.outputs[0]!;
  const [C, X, Z, Y] = [b.view(condition!) as Uint8Array, b.view(x!) as Float32Array, b.view(z!) as Float32Array, b.view(y) as Float32Array];
  const [c, a, d] = [condition!, x!, z!].map((value) => broadcastMap(value.shape, y.shape)) as [Map, Map, Map];
  return () => {
    for (let i = 0; i < Y.length; i++) Y[i] = C[c === undefined ? i : c[i]!] === 0 ? Z[d === undefined ? i : d[i]!]! : X[a === undefined ? i : a[i]!]!;
  };
}

const PRELU: Arithmetic = both((x, slope) => (x < 0 ? x * slope : x), (x, slope) => (x < 0n ? x * slope : x));

export const BROADCASTING: readonly OperatorRow[] = [
  binary('Add', ADD),
  binary('Sub', SUB),
  binary('Mul', MUL),
  binary('Div', DIV),
  binary('Mod', (b) => (attribute(b.node.layer, 'fmod', 'int', 0) === 0 ? MODULO : REMAINDER)),
  binary('PRelu', PRELU),
  binary('Equal', question((a, b) => a === b, (a, b) => a === b)),
  binary('Greater', question((a, b) => a > b, (a, b) => a > b)),
  binary('GreaterOrEqual', question((a, b) => a >= b, (a, b) => a >= b)),
  binary('Less', question((a, b) => a < b, (a, b) => a < b)),
  binary('LessOrEqual', question((a, b) => a <= b, (a, b) => a <= b)),
  binary('And', question((a, b) => a !== 0 && b !== 0, (a, b) => a !== 0n && b !== 0n)),
  binary('Or', question((a, b) => a !== 0 || b !== 0, (a, b) => a !== 0n || b !== 0n)),
  binary('Xor', question((a, b) => (a !== 0) !== (b !== 0), (a, b) => (a !== 0n) !== (b !== 0n))),
  variadic('Max', MAX),
  variadic('Min', MIN),
  variadic('Sum', ADD),
  variadic('Mean', ADD, true),
  { operator: 'Pow', prepare: pow },
  { operator: 'Clip', prepare: clip },
  { operator: 'Where', prepare: where },
];
