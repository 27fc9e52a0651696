/** Functions of one number as expressions of OpenCL C over REAL; what they mean is `unary.ts` of the reference. */
import { cFloat } from '@fretwork/compiler';
import { attribute, type Layer } from '@fretwork/format';

const number = (value: number): string => `R(${cFloat(value)})`;
const float = (layer: Layer, name: string, otherwise: number): string => number(attribute(layer, name, 'float', otherwise));
const activate = (word: string, x: string, alpha = '0.0f', beta = '0.0f'): string => `${word}1(${x}, ${alpha}, ${beta})`;
const literal = (layer: Layer, name: string, otherwise: number): string => cFloat(attribute(layer, name, 'float', otherwise));

/** One row per operator that computes each element by itself. */
export const CURVES: ReadonlyMap<string, (x: string, layer: Layer) => string> = new Map([
  ['Abs', (x) => `fabs(${x})`],
  ['Ceil', (x) => `ceil(${x})`],
  ['Cos', (x) => `cos(${x})`],
  ['Elu', (x, layer) => `(${x} < R(0) ? ${float(layer, 'alpha', 1)} * expm1(${x}) : ${x})`],
  ['Erf', (x) => `erf(${x})`],
  ['Exp', (x) => `exp(${x})`],
  ['Floor', (x) => `floor(${x})`],
  ['HardSigmoid', (x, layer) => activate('hardsigmoid', x, literal(layer, 'alpha', 0.2), literal(layer, 'beta', 0.5))],
  ['HardSwish', (x) => activate('hardswish', x)],
  ['Identity', (x) => x],
  ['LeakyRelu', (x, layer) => activate('leaky', x, literal(layer, 'alpha', 0.01))],
  ['Log', (x) => `log(${x})`],
  ['Neg', (x) => `-${x}`],
  ['Reciprocal', (x) => `R(1) / ${x}`],
  ['Relu', (x) => `most1(${x}, R(0))`],
  ['Sigmoid', (x) => activate('sigmoid', x)],
  ['Sin', (x) => `sin(${x})`],
  ['Softplus', (x) => `(most1(${x}, R(0)) + log1p(exp(-fabs(${x}))))`],
  ['Softsign', (x) => `${x} / (R(1) + fabs(${x}))`],
  ['Sqrt', (x) => `sqrt(${x})`],
  ['Tanh', (x) => `tanh(${x})`],
] as const satisfies readonly (readonly [string, (x: string, layer: Layer) => string])[]);

/** One row per operator of two operands, folded from the left where there are more. */
export const PAIRS: ReadonlyMap<string, (a: string, b: string) => string> = new Map([
  ['Add', (a, b) => `(${a} + ${b})`],
  ['Sub', (a, b) => `(${a} - ${b})`],
  ['Mul', (a, b) => `(${a} * ${b})`],
  ['Div', (a, b) => `(${a} / ${b})`],
  ['Pow', (a, b) => `pow(${a}, ${b})`],
  ['Max', (a, b) => `most1(${a}, ${b})`],
  ['Min', (a, b) => `least1(${a}, ${b})`],
  ['Sum', (a, b) => `(${a} + ${b})`],
  ['PRelu', (a, b) => `(${a} < R(0) ? ${a} * ${b} : ${a})`],
] as const satisfies readonly (readonly [string, (a: string, b: string) => string])[]);

export { number as numberOf };
