/** Multiply-accumulates of the operators that have any; every other operator of the table counts 0. */
import { attribute } from '../attribute.js';
import type { Layer } from '../contract.js';
import { count, type Dimensions } from './dimension.js';
import { labelSizes, parseEquation } from './einsum.js';
import { FretworkError } from '../error.js';

/** A layer with the shapes of its inputs and of its first named output. */
export interface MacsSubject {
  readonly layer: Layer;
  readonly input: (i: number) => Dimensions | undefined;
  readonly output: Dimensions | undefined;
}

/** The products in which one input takes part as the weight. */
export interface Products {
  readonly input: number;
  readonly macs: number;
}

/** `undefined` where a size is missing. */
export type MacsRow = (subject: MacsSubject) => readonly Products[] | undefined;

function times(...factors: readonly (number | undefined)[]): number | undefined {
  let product = 1;
  for (const factor of factors) {
    if (factor === undefined) return undefined;
    product *= factor;
  }
  return product;
}

const one = (input: number, macs: number | undefined): readonly Products[] | undefined => (macs === undefined ? undefined : [{ input, macs }]);

/** Each output element takes Cin/g·Kh·Kw products. */
const convolution: MacsRow = ({ input, output }) => one(1, times(count(output), count(input(1)?.slice(1))));

/** Each input element takes Cout/g·Kh·Kw products. */
const transposedConvolution: MacsRow = ({ input }) => one(1, times(count(input(0)), count(input(1)?.slice(1))));

/** Each output element takes K products. */
const matMul: MacsRow = ({ input, output }) => one(1, times(count(output), count(input(0)?.slice(-1))));

const gemm: MacsRow = ({ layer, input, output }) => {
  const a = input(0);
  return one(1, times(count(output), count(attribute(layer, 'transA', 'int', 0) === 0 ? a?.slice(1) : a?.slice(0, 1))));
};

/** In each step each sequence multiplies W `[D, gates·H, I]` by the input and R `[D, gates·H, H]` by the state. */
const recurrent: MacsRow = ({ input }) => {
  const runs = count(input(0)?.slice(0, 2));
  const [w, r] = [times(runs, count(input(1))), times(runs, count(input(2)))];
  return w === undefined || r === undefined ? undefined : [{ input: 1, macs: w }, { input: 2, macs: r }];
};

/** One product per combination of all labels, for two operands; longer chains depend on their order. */
const einsum: MacsRow = ({ layer, input }) => {
  if (layer.inputs.length !== 2) return undefined;
  const sizes = labelSizes(parseEquation(attribute(layer, 'equation', 'string', '')), [input(0), input(1)]);
  return sizes === undefined ? undefined : one(1, times(count([...sizes.labels.values()]), count(sizes.ellipsis)));
};

/** A contradiction is told by `inferShapes`; here it only means that nothing can be counted. */
const lenient = (row: MacsRow): MacsRow => (subject) => {
  try {
    return row(subject);
  } catch (error) {
    if (error instanceof FretworkError) return undefined;
    throw error;
  }
};

export const MACS: ReadonlyMap<string, MacsRow> = new Map([
  ['Conv', lenient(convolution)],
  ['ConvTranspose', lenient(transposedConvolution)],
  ['MatMul', lenient(matMul)],
  ['Gemm', lenient(gemm)],
  ['Einsum', lenient(einsum)],
  ['GRU', lenient(recurrent)],
  ['LSTM', lenient(recurrent)],
  ['RNN', lenient(recurrent)],
]);
