import { broadcastStrides, joined, OK, product, refuse, rowMajor, type Call } from '@fretwork/compiler';
import { bounds, buffer, integer, integers, type LayerLaunches } from '../emit/layer-launches.js';
import { eachKernel } from '../kernels/support.js';
import { CURVES, numberOf, PAIRS } from './expressions.js';
import { plain, type OperatorRow } from './row.js';

/** An operand: a buffer, and its strides along the axes of the output. */
interface Operand {
  readonly buffer: number;
  readonly strides: readonly number[];
}

/** One item per element of the output: `value` of the operands' elements. */
function emitEach(call: Call, to: LayerLaunches, operands: readonly Operand[], value: (names: readonly string[]) => string): void {
  const shape = call.outShape();
  const walks = [{ pointer: '', strides: rowMajor(shape) }, ...operands.map(({ strides }) => ({ pointer: '', strides }))];
  const { sizes, walks: [, ...own] } = joined(shape, walks);
  const rank = Math.max(1, sizes.length);
  const name = to.text(`each_${call.layer.operator.toLowerCase()}`, eachKernel(rank, operands.length, value(operands.map((_, k) => `a${k}`)), to.activation.word));
  const count = product(shape);
  to.flat(name, count, [
    buffer(to.output()), integer(count), ...integers(sizes.slice(1)),
    ...operands.flatMap((operand, k) => [buffer(operand.buffer), ...integers(sizes.length === 0 ? [0] : own[k]!.strides)]), ...bounds(to.activation),
  ]);
}

const operand = (call: Call, to: LayerLaunches, i: number): Operand => ({ buffer: to.input(i), strides: broadcastStrides(call.shape(i), call.outShape()) });

const given = (call: Call): number[] => call.layer.inputs.flatMap((name, i) => (name === '' ? [] : [i]));

function emitClip(call: Call, to: LayerLaunches): void {
  const [low, high] = [1, 2].map((i) => (call.has(i) ? call.numbers(i)?.[0] : undefined));
  const raised = (x: string): string => (low === undefined || low === -Infinity ? x : `most1(${x}, ${numberOf(low)})`);
  emitEach(call, to, [operand(call, to, 0)], ([a]) => (high === undefined || high === Infinity ? raised(a!) : `least1(${raised(a!)}, ${numberOf(high)})`));
}

function emitBatchNorm(call: Call, to: LayerLaunches): void {
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => call.numbers(i)!) as [readonly number[], readonly number[], readonly number[], readonly number[]];
  const attribute = call.layer.attributes.get('epsilon');
  const epsilon = attribute?.type === 'float' ? attribute.value : 1e-5;
  const factor = scale.map((s, c) => s / Math.sqrt(variance[c]! + epsilon));
  const strides = call.outShape().map((_, d) => (d === 1 ? 1 : 0));
  emitEach(call, to, [
    operand(call, to, 0), { buffer: to.buffers.numbers(factor), strides }, { buffer: to.buffers.numbers(shift.map((b, c) => b - mean[c]! * factor[c]!)), strides },
  ], ([x, f, t]) => `MAD(${x}, ${f}, ${t})`);
}

export const ELEMENTWISE: readonly OperatorRow[] = [
  plain('each', [...CURVES.keys()], (call, _, to) => emitEach(call, to, [operand(call, to, 0)], ([a]) => CURVES.get(call.layer.operator)!(a!, call.layer))),
  plain('each', [...PAIRS.keys()], (call, _, to) => emitEach(call, to, given(call).map((i) => operand(call, to, i)), (names) => names.reduce((a, b) => PAIRS.get(call.layer.operator)!(a, b)))),
  plain('each', ['Clip'], (call, _, to) => emitClip(call, to), (call) => ([1, 2].every((i) => !call.has(i) || call.numbers(i)?.length === 1) ? OK
    : refuse('the bounds of Clip are not constant', 'make them constants of one element'))),
  plain('each', ['BatchNormalization'], (call, _, to) => emitBatchNorm(call, to), (call) => ([1, 2, 3, 4].every((i) => call.numbers(i) !== undefined) ? OK
    : refuse('its statistics are computed', 'use a model for inference'))),
];
