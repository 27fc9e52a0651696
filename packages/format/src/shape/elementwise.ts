/** Operators that compute each element by itself, with ONNX broadcasting where they take several inputs. */
import type { DType } from '../contract.js';
import { ONNX_DTYPES } from '../dtype.js';
import { contradict, broadcast, UNKNOWN, type Dimensions } from './dimension.js';
import { type Element, type InferContext, known, type OperatorShape } from './context.js';
import { castElement, type Evaluate, evaluateElementwise } from './elements.js';

/** Sums of more inputs than this carry no shapes. */
const MAX_OPERANDS = 16;

type Symbolic = (operands: readonly Element[]) => Element;

const sameShape: OperatorShape['infer'] = (ctx) => [known(ctx.dtype(0), ctx.shape(0))];

const unary = (evaluate: Evaluate): OperatorShape['infer'] => (ctx) => {
  const { dtype, shape } = ctx.input(0);
  const elements = ctx.elements(0);
  const content = shape === undefined || elements === undefined ? undefined
    : evaluateElementwise([{ shape, elements }], shape, dtype, evaluate);
  return [known(dtype, shape, content)];
};

/** Broadcast of the inputs from `first` on; unknown as soon as one of them is. */
function broadcastInputs(ctx: InferContext, first = 0): Dimensions | undefined {
  let shape: Dimensions = [];
  for (let i = first; i < ctx.inputCount; i++) {
    const next = ctx.shape(i);
    if (next === undefined) return undefined;
    shape = broadcast(shape, next);
  }
  return shape;
}

function broadcastElements(
  ctx: InferContext, shape: Dimensions | undefined, dtype: DType | undefined, evaluate: Evaluate, symbolic?: Symbolic,
): readonly Element[] | undefined {
  if (shape === undefined || ctx.inputCount === 0 || ctx.inputCount > MAX_OPERANDS) return undefined;
  const inputs: { shape: Dimensions; elements: readonly Element[] }[] = [];
  for (let i = 0; i < ctx.inputCount; i++) {
    const elements = ctx.elements(i);
    const own = ctx.shape(i);
    if (elements === undefined || own === undefined) return undefined;
    inputs.push({ shape: own, elements });
  }
  return evaluateElementwise(inputs, shape, dtype, evaluate, symbolic);
}

const variadic = (evaluate: (dtype: DType | undefined) => Evaluate, symbolic?: Symbolic): OperatorShape['infer'] => (ctx) => {
  const dtype = ctx.common(ctx.layer.inputs.keys());
  const shape = broadcastInputs(ctx);
  return [known(dtype, shape, broadcastElements(ctx, shape, dtype, evaluate(dtype), symbolic))];
};

const comparison = (evaluate: Evaluate, symbolic?: Symbolic): OperatorShape['infer'] => (ctx) => {
  ctx.common([0, 1]);
  const shape = broadcastInputs(ctx);
  return [known('bool', shape, broadcastElements(ctx, shape, 'bool', evaluate, symbolic))];
};

const isFloatType = (dtype: DType | undefined): boolean => dtype === 'f32' || dtype === 'f64';

const divide = (dtype: DType | undefined): Evaluate =>
  (isFloatType(dtype) ? (a, b) => a! / b! : (a, b) => Math.trunc(a! / b!));

/** Names survive where the other operand changes nothing. */
const unchangedBy = (neutral: number, either: boolean): Symbolic => ([a, b]) => {
  if (b === neutral && a !== undefined) return a;
  return either && a === neutral && b !== undefined ? b : UNKNOWN;
};

const product: Symbolic = (operands) => (operands.includes(0) ? 0 : unchangedBy(1, true)(operands));

/** Equal names are equal sizes; a name is a size, so it is no negative number. */
const equalSizes: Symbolic = ([a, b]) => {
  if (a === b && a !== UNKNOWN) return 1;
  return (typeof a === 'number' && a < 0 && b !== UNKNOWN) || (typeof b === 'number' && b < 0 && a !== UNKNOWN) ? 0 : UNKNOWN;
};

const where: OperatorShape['infer'] = (ctx) => {
  const dtype = ctx.common([1, 2]);
  const shape = broadcastInputs(ctx);
  const pick: Symbolic = ([c, x, y]) => (c === UNKNOWN ? (x === y ? x! : UNKNOWN) : c === 0 ? y! : x!);
  return [known(dtype, shape, broadcastElements(ctx, shape, dtype, (c, x, y) => (c === 0 ? y! : x!), pick))];
};

const cast = (to: (ctx: InferContext) => DType | undefined): OperatorShape['infer'] => (ctx) => {
  const dtype = to(ctx);
  const elements = ctx.elements(0);
  return [known(dtype, ctx.shape(0), dtype === undefined ? undefined : elements?.map((e) => castElement(e, dtype)))];
};

const castTarget = (ctx: InferContext): DType | undefined => {
  const to = ctx.get('to', 'int', undefined);
  if (to === undefined) contradict('attribute.missing', 'Cast needs attribute to', 'an element type', 'none');
  return ONNX_DTYPES.get(to);
};

const parametric: OperatorShape['infer'] = (ctx) => {
  const [shape, slope] = [ctx.shape(0), ctx.shape(1)];
  // One-directional: the slope must not make the result larger.
  if (shape !== undefined && slope !== undefined && slope.length > shape.length) {
    contradict('shape.broadcast', 'the slope has more dimensions than the input', `at most ${shape.length}`, String(slope.length));
  }
  if (shape !== undefined && slope !== undefined) broadcast(shape, slope);
  return [known(ctx.dtype(0), shape)];
};

const dropout: OperatorShape['infer'] = (ctx) => [known(ctx.dtype(0), ctx.shape(0)), known('bool', ctx.shape(0))];

const powers: OperatorShape['infer'] = (ctx) => {
  const shape = broadcastInputs(ctx);
  return [known(ctx.dtype(0), shape, broadcastElements(ctx, shape, ctx.dtype(0), (a, b) => a! ** b!, unchangedBy(1, false)))];
};

/** Halves go to the even neighbour. */
const roundEven = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

const modulo: OperatorShape['infer'] = (ctx) => {
  const remainder: Evaluate = ctx.int('fmod', 0) === 1 ? (a, b) => a! % b! : (a, b) => a! - Math.floor(a! / b!) * b!;
  return variadic(() => remainder)(ctx);
};

const SHAPE_KEEPING = [
  'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Celu', 'Clip', 'Cos', 'Cosh', 'Elu', 'Erf', 'Exp', 'Gelu', 'HardSigmoid', 'HardSwish',
  'LRN', 'LeakyRelu', 'Log', 'LogSoftmax', 'Hardmax', 'LpNormalization', 'MeanVarianceNormalization', 'Mish', 'Selu', 'Shrink', 'Sigmoid', 'Sin',
  'Sinh', 'Softmax', 'Softplus', 'Softsign', 'Swish', 'Tan', 'Tanh', 'ThresholdedRelu', 'BitwiseNot',
] as const;

export const ELEMENTWISE: readonly OperatorShape[] = [
  ...SHAPE_KEEPING.map((operator) => ({ operator, infer: sameShape })),
  { operator: 'Abs', infer: unary((x) => Math.abs(x!)) },
  { operator: 'Ceil', infer: unary((x) => Math.ceil(x!)) },
  { operator: 'Floor', infer: unary((x) => Math.floor(x!)) },
  { operator: 'Neg', infer: unary((x) => -x!) },
  { operator: 'Not', infer: unary((x) => (x === 0 ? 1 : 0)) },
  { operator: 'Reciprocal', infer: unary((x) => 1 / x!) },
  { operator: 'Relu', infer: unary((x) => Math.max(0, x!)) },
  { operator: 'Round', infer: unary((x) => roundEven(x!)) },
  { operator: 'Sign', infer: unary((x) => Math.sign(x!)) },
  { operator: 'Sqrt', infer: unary((x) => Math.sqrt(x!)) },
  { operator: 'IsInf', infer: (ctx) => [known('bool', ctx.shape(0))] },
  { operator: 'IsNaN', infer: (ctx) => [known('bool', ctx.shape(0))] },
  { operator: 'Cast', infer: cast(castTarget) },
  { operator: 'CastLike', infer: cast((ctx) => ctx.dtype(1)) },
  { operator: 'Dropout', infer: dropout },
  { operator: 'PRelu', infer: parametric },
  { operator: 'Add', infer: variadic(() => (a, b) => a! + b!, unchangedBy(0, true)) },
  { operator: 'Sub', infer: variadic(() => (a, b) => a! - b!, unchangedBy(0, false)) },
  { operator: 'Mul', infer: variadic(() => (a, b) => a! * b!, product) },
  { operator: 'Div', infer: variadic(divide, unchangedBy(1, false)) },
  { operator: 'Max', infer: variadic(() => (...all) => Math.max(...all)) },
  { operator: 'Min', infer: variadic(() => (...all) => Math.min(...all)) },
  { operator: 'Sum', infer: variadic(() => (...all) => all.reduce((a, b) => a + b, 0)) },
  { operator: 'Mean', infer: variadic(() => (...all) => all.reduce((a, b) => a + b, 0) / all.length) },
  { operator: 'Mod', infer: modulo },
  { operator: 'Pow', infer: powers },
  { operator: 'And', infer: comparison((a, b) => a! & b!) },
  { operator: 'Or', infer: comparison((a, b) => a! | b!) },
  { operator: 'Xor', infer: comparison((a, b) => a! ^ b!) },
  { operator: 'Equal', infer: comparison((a, b) => (a === b ? 1 : 0), equalSizes) },
  { operator: 'Greater', infer: comparison((a, b) => (a! > b! ? 1 : 0)) },
  { operator: 'GreaterOrEqual', infer: comparison((a, b) => (a! >= b! ? 1 : 0)) },
  { operator: 'Less', infer: comparison((a, b) => (a! < b! ? 1 : 0)) },
  { operator: 'LessOrEqual', infer: comparison((a, b) => (a! <= b! ? 1 : 0)) },
  { operator: 'Where', infer: where },
];
