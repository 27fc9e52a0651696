import { broadcastStrides, joined, OK, refuse, rowMajor, type Call, type Support, type Walk } from '@fretwork/compiler';
import { activationOf, clipOf, CURVES, PAIRS } from './curves.js';
import { loops, sharedLoops, type OperatorRow } from './row.js';
import { element, nest } from '../text/loops.js';
import type { LayerCode } from '../emit/layer-code.js';

/** One loop nest over the output: `value` of the operands' elements, the activation applied to it. */
function emitEach(call: Call, code: LayerCode, inputs: readonly number[], value: (elements: readonly string[]) => string): void {
  const shape = call.outShape();
  const scalars = inputs.map((i) => code.scalar(i));
  const walked = inputs.filter((_, k) => scalars[k] === undefined);
  const walks: Walk[] = [
    { pointer: 'y0', strides: rowMajor(shape) },
    ...walked.map((i) => ({ pointer: code.input(i), strides: broadcastStrides(call.shape(i), shape) })),
  ];
  const { sizes, walks: [to, ...from] } = joined(shape, walks);
  // Each operand is loaded into a variable: expressions may use it twice.
  const names = inputs.map((_, k) => scalars[k] ?? `a${k}`);
  const loads = inputs.flatMap((i, k) => (scalars[k] === undefined ? [`const float a${k} = ${element(from[walked.indexOf(i)]!)};`] : []));
  const { activation } = call.layer;
  const body = activation === undefined
    ? [...loads, `${element(to!)} = ${value(names)};`]
    : [...loads, `const float v = ${value(names)};`, `${element(to!)} = ${activationOf(activation, 'v')};`];
  const [outer, ...rest] = sizes.length === 0 ? [1] : sizes;
  if (code.parts === 1) code.add(...nest([outer!, ...rest], body));
  else code.add(...code.shared(outer!, (range) => [`for (int i0 = ${range.from}; i0 < ${range.to}; i0++) {`, ...nest(rest, body, 1).map((line) => `  ${line}`), '}']));
}

const all = (call: Call): number[] => call.layer.inputs.map((_, i) => i);

function emitClip(call: Call, code: LayerCode): void {
  const bound = (i: number): number | undefined => (call.has(i) ? call.numbers(i)?.[0] : undefined);
  emitEach(call, code, [0], ([a]) => clipOf(a!, bound(1), bound(2)));
}

function emitBatchNorm(call: Call, code: LayerCode): void {
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => call.numbers(i)!) as [readonly number[], readonly number[], readonly number[], readonly number[]];
  const epsilonAttribute = call.layer.attributes.get('epsilon');
  const epsilon = epsilonAttribute?.type === 'float' ? epsilonAttribute.value : 1e-5;
  const factor = scale.map((s, c) => s / Math.sqrt(variance[c]! + epsilon));
  const [n, channels, ...rest] = call.shape(0) as [number, number, ...number[]];
  const size = rest.reduce((a, b) => a * b, 1);
  code.add(`const float *factor = ${code.weights(factor)}, *term = ${code.weights(shift.map((b, c) => b - mean[c]! * factor[c]!))};`);
  const { activation } = call.layer;
  const value = `x0[(i0 * ${channels} + i1) * ${size} + i2] * factor[i1] + term[i1]`;
  const to = `y0[(i0 * ${channels} + i1) * ${size} + i2]`;
  code.add(...nest([n, channels, size], activation === undefined ? [`${to} = ${value};`] : [`const float v = ${value};`, `${to} = ${activationOf(activation, 'v')};`]));
}

/** Exponents of Pow may be of another type than bases; constants of any type become floats, computed ones are not read. */
function onlyFloats(call: Call): Support {
  const odd = call.layer.inputs.find((name, i) => call.has(i) && call.numbers(i) === undefined && call.context.shapes.values.get(name)?.dtype !== 'f32');
  return odd === undefined ? OK : refuse(`it reads ${call.context.shapes.values.get(odd)?.dtype ?? 'an unknown type'}, and only f32 is computed`, 'convert it outside of the model');
}

export const ELEMENTWISE: readonly OperatorRow[] = [
  sharedLoops(loops([...CURVES.keys()], (call, _, code) => emitEach(call, code, [0], ([a]) => CURVES.get(call.layer.operator)!(a!, call.layer)))),
  sharedLoops(loops([...PAIRS.keys()], (call, _, code) => emitEach(call, code, all(call), (values) => values.reduce((a, b) => (a === '' ? b : PAIRS.get(call.layer.operator)!(a, b)))), onlyFloats)),
  sharedLoops(loops(['Clip'], (call, _, code) => emitClip(call, code), (call) => ([1, 2].every((i) => !call.has(i) || call.numbers(i)?.length === 1) ? OK
    : refuse('the bounds of Clip are not constant', 'make them constants of one element')))),
  loops(['BatchNormalization'], (call, _, code) => emitBatchNorm(call, code), (call) => ([1, 2, 3, 4].every((i) => call.numbers(i) !== undefined) ? OK
    : refuse('its statistics are computed', 'use a model for inference'))),
];

