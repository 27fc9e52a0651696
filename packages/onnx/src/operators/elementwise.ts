import { ANY, float, int, required, row, since, string, type OperatorRow } from './row.js';

/** `[operator, reads, since]` of those that are one tensor in, one tensor out, nothing to choose. */
const PLAIN: readonly (readonly [string, number, number])[] = [
  ['Abs', 6, 13], ['Acos', 7, 13], ['Acosh', 9, 13], ['Asin', 7, 13], ['Asinh', 9, 13], ['Atan', 7, 13], ['Atanh', 9, 13], ['Ceil', 6, 13],
  ['Cos', 7, 13], ['Cosh', 9, 13], ['Erf', 9, 13], ['Exp', 6, 13], ['Floor', 6, 13], ['GlobalAveragePool', 1, 13], ['GlobalMaxPool', 1, 13],
  ['HardSwish', 14, 14], ['Identity', 1, 13], ['IsNaN', 9, 13], ['Log', 6, 13], ['Mish', 18, 18], ['Neg', 6, 13], ['Not', 1, 13],
  ['Reciprocal', 6, 13], ['Relu', 6, 13], ['Round', 11, 13], ['Sigmoid', 6, 13], ['Sign', 9, 13], ['Sin', 7, 13], ['Sinh', 9, 13],
  ['Softplus', 1, 13], ['Softsign', 1, 13], ['Sqrt', 6, 13], ['Tan', 7, 13], ['Tanh', 6, 13],
];

/** `[operator, reads]` of two tensors in, broadcast, one out. */
const PAIRS: readonly (readonly [string, number])[] = [
  ['Add', 7], ['And', 7], ['Div', 7], ['Equal', 7], ['Greater', 7], ['GreaterOrEqual', 12], ['Less', 7], ['LessOrEqual', 12], ['Mul', 7],
  ['Or', 7], ['PRelu', 7], ['Pow', 7], ['Sub', 7], ['Xor', 7],
];

/** `[operator, reads]` of one or more tensors in, broadcast, one out. */
const MANY: readonly (readonly [string, number])[] = [['Max', 6], ['Mean', 6], ['Min', 6], ['Sum', 6]];

const saturate = since(19, int('saturate', 1));

export const ELEMENTWISE: readonly OperatorRow[] = [
  ...PLAIN.map(([operator, reads, from]) => row(operator, [reads, from], [1, 1], [1, 1])),
  ...PAIRS.map(([operator, reads]) => row(operator, [reads, 13], [2, 2], [1, 1])),
  ...MANY.map(([operator, reads]) => row(operator, [reads, 13], [1, ANY], [1, 1])),
  row('Cast', [6, 13], [1, 1], [1, 1], required(int('to')), saturate),
  row('CastLike', [15, 15], [2, 2], [1, 1], saturate),
  row('Celu', [12, 13], [1, 1], [1, 1], float('alpha', 1)),
  row('Clip', [6, 13], [1, 3], [1, 1]),
  row('Dropout', [7, 13], [1, 3], [1, 2], int('seed')),
  row('Elu', [6, 13], [1, 1], [1, 1], float('alpha', 1)),
  row('Gelu', [20, 20], [1, 1], [1, 1], string('approximate', 'none')),
  row('HardSigmoid', [6, 13], [1, 1], [1, 1], float('alpha', Math.fround(0.2)), float('beta', 0.5)),
  row('IsInf', [10, 13], [1, 1], [1, 1], int('detect_negative', 1), int('detect_positive', 1)),
  row('LeakyRelu', [6, 13], [1, 1], [1, 1], float('alpha', Math.fround(0.01))),
  row('Mod', [10, 13], [2, 2], [1, 1], int('fmod', 0)),
  row('Selu', [6, 13], [1, 1], [1, 1], float('alpha', Math.fround(1.67326319217681884765625)), float('gamma', Math.fround(1.05070102214813232421875))),
  row('ThresholdedRelu', [10, 13], [1, 1], [1, 1], float('alpha', 1)),
  row('Where', [9, 13], [3, 3], [1, 1]),
];
