/** Layers that only move elements: copies between strides, or by tables of places where indices are constant. */
import { constantPlaces, gatheringOf, joined, MOVES, padValue, product, refuse, scatteringOf, type Call, type Move } from '@fretwork/compiler';
import { attribute } from '@fretwork/format';
import { buffer, integer, integers, type LayerLaunches } from '../emit/layer-launches.js';
import { copyKernel } from '../kernels/support.js';
import { plain, type OperatorRow } from './row.js';

/** One launch for a copy between strides. */
export function emitCopy({ sizes, to: target, from: source }: Pick<Move, 'sizes' | 'to' | 'from'>, y: number, x: number, to: LayerLaunches): void {
  const count = product(sizes);
  const { sizes: own, walks } = joined(sizes, [{ pointer: '', strides: target.strides }, { pointer: '', strides: source.strides }]);
  const strides = (w: number): readonly number[] => (own.length === 0 ? [0] : walks[w]!.strides);
  to.flat(to.text('copy_strided', copyKernel(Math.max(1, own.length))), count, [
    buffer(y), buffer(x), integer(count), ...integers(own.slice(1)), integer(target.offset), ...integers(strides(0)), integer(source.offset), ...integers(strides(1)),
  ]);
}

function emitMoves(call: Call, to: LayerLaunches): void {
  if (call.layer.operator === 'Pad') {
    const count = product(call.outShape());
    to.flat(to.support('fill'), count, [buffer(to.output()), integer(count), ['f', padValue(call)]]);
  }
  for (const move of MOVES[call.layer.operator]!.moves(call)) emitCopy(move, to.output(move.output), to.input(move.input), to);
}

function emitGather(call: Call, to: LayerLaunches): void {
  const { size, inner, indices } = gatheringOf(call);
  const count = product(call.outShape());
  to.flat(to.support('gather'), count, [buffer(to.output()), buffer(to.input(0)), buffer(to.buffers.integers(indices)), ...integers([count, indices.length, inner, size])]);
}

function emitScatter(call: Call, to: LayerLaunches): void {
  const { inner, rows } = scatteringOf(call);
  to.copyAll(to.output(), to.input(0));
  to.flat(to.support('scatter'), rows.length * inner, [buffer(to.output()), buffer(to.input(2)), buffer(to.buffers.integers(rows)), ...integers([rows.length * inner, inner])]);
}

export const MOVING: readonly OperatorRow[] = [
  plain('copy', ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Dropout'], (_call, _decision, to) => to.copyAll(to.output(), to.input(0)), (call) => (call.layer.activation === undefined ? { ok: true }
    : refuse('an activation of a reshaped value is not compiled', 'compile without fusing activations'))),
  ...Object.entries(MOVES).map(([operator, { supports }]) => plain('copy_strided', [operator], (call, _, to) => emitMoves(call, to), supports)),
  plain('gather', ['Gather'], (call, _, to) => emitGather(call, to), constantPlaces),
  plain('scatter', ['ScatterND'], (call, _, to) => emitScatter(call, to), (call) => (attribute(call.layer, 'reduction', 'string', 'none') === 'none' ? constantPlaces(call)
    : refuse('ScatterND with a reduction is not compiled', 'use reduction none'))),
];
