/** Functions of one number as C expressions; what they mean is `activation.ts` and `unary.ts` of the reference. */
import { cFloat } from '@fretwork/compiler';
import { attribute, type Activation, type Layer } from '@fretwork/format';

const f = cFloat;

export function activationOf({ kind, alpha, beta }: Activation, x: string): string {
  switch (kind) {
    case 'relu': return relu(x);
    case 'clip': return clip(x, alpha, beta);
    case 'leaky-relu': return `(${x} < 0.0f ? ${f(alpha ?? 0.01)} * ${x} : ${x})`;
    case 'sigmoid': return sigmoid(x);
    case 'tanh': return `tanhf(${x})`;
    case 'hard-sigmoid': return hardSigmoid(x, alpha ?? 0.2, beta ?? 0.5);
    case 'hard-swish': return `(${x} * fmaxf(0.0f, fminf(1.0f, ${x} * ${f(1 / 6)} + 0.5f)))`;
  }
}

// fmaxf and fminf would let NaN vanish, and it has to stay.
const relu = (x: string): string => `(${x} < 0.0f ? 0.0f : ${x})`;

/** Of a product that is NaN both comparisons are false, and the last of them gives it. */
const hardSigmoid = (x: string, alpha: number, beta: number): string => {
  const line = `${f(alpha)} * ${x} + ${f(beta)}`;
  return `(${line} < 0.0f ? 0.0f : ${line} > 1.0f ? 1.0f : ${line})`;
};

const sigmoid = (x: string): string => `(1.0f / (1.0f + expf(-(${x}))))`;

function clip(x: string, low: number | undefined, high: number | undefined): string {
  const raised = low === undefined || low === -Infinity ? x : `(${x} < ${f(low)} ? ${f(low)} : ${x})`;
  return high === undefined || high === Infinity ? raised : `(${raised} > ${f(high)} ? ${f(high)} : ${raised})`;
}

const float = (layer: Layer, name: string, otherwise: number): string => f(attribute(layer, name, 'float', otherwise));

/** One row per operator that computes each element by itself. `x` is a variable. */
export const CURVES: ReadonlyMap<string, (x: string, layer: Layer) => string> = new Map([
  ['Abs', (x) => `fabsf(${x})`],
  ['Ceil', (x) => `ceilf(${x})`],
  ['Cos', (x) => `cosf(${x})`],
  ['Elu', (x, layer) => `(${x} < 0.0f ? ${float(layer, 'alpha', 1)} * expm1f(${x}) : ${x})`],
  ['Erf', (x) => `erff(${x})`],
  ['Exp', (x) => `expf(${x})`],
  ['Floor', (x) => `floorf(${x})`],
  ['HardSigmoid', (x, layer) => hardSigmoid(x, attribute(layer, 'alpha', 'float', 0.2), attribute(layer, 'beta', 'float', 0.5))],
  ['HardSwish', (x) => activationOf({ kind: 'hard-swish' }, x)],
  ['Identity', (x) => x],
  ['LeakyRelu', (x, layer) => `(${x} < 0.0f ? ${float(layer, 'alpha', 0.01)} * ${x} : ${x})`],
  ['Log', (x) => `logf(${x})`],
  ['Neg', (x) => `-(${x})`],
  ['Reciprocal', (x) => `1.0f / ${x}`],
  ['Relu', relu],
  ['Sigmoid', (x) => sigmoid(x)],
  ['Sin', (x) => `sinf(${x})`],
  ['Softplus', (x) => `(fmaxf(${x}, 0.0f) + log1pf(expf(-fabsf(${x}))))`],
  ['Softsign', (x) => `${x} / (1.0f + fabsf(${x}))`],
  ['Sqrt', (x) => `sqrtf(${x})`],
  ['Tanh', (x) => `tanhf(${x})`],
] as const satisfies readonly (readonly [string, (x: string, layer: Layer) => string])[]);

/** One row per operator of two operands, folded from the left where there are more. */
export const PAIRS: ReadonlyMap<string, (a: string, b: string) => string> = new Map([
  ['Add', (a, b) => `${a} + ${b}`],
  ['Sub', (a, b) => `${a} - ${b}`],
  ['Mul', (a, b) => `${a} * ${b}`],
  ['Div', (a, b) => `${a} / ${b}`],
  ['Pow', (a, b) => (b === '2.0f' ? `${a} * ${a}` : b === '0.5f' ? `sqrtf(${a})` : `powf(${a}, ${b})`)],
  ['Max', (a, b) => `(${a} > ${b} || isnan(${a}) ? ${a} : ${b})`],
  ['Min', (a, b) => `(${a} < ${b} || isnan(${a}) ? ${a} : ${b})`],
  ['Sum', (a, b) => `${a} + ${b}`],
  ['PRelu', (a, b) => `${a} < 0.0f ? ${a} * ${b} : ${a}`],
] as const satisfies readonly (readonly [string, (a: string, b: string) => string])[]);

export { clip as clipOf };
