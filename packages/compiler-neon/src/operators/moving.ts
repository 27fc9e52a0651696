/** Layers that only move elements: loops of copies, or a table of places where indices are constant. */
import { cFloat, constantPlaces, gatheringOf, MOVES, padValue, product, refuse, scatteringOf, type Call } from '@fretwork/compiler';
import { attribute } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { loops, type OperatorRow } from './row.js';
import { copyLoops } from '../text/loops.js';

function emitMoves(call: Call, code: LayerCode): void {
  if (call.layer.operator === 'Pad') code.add(`for (int i = 0; i < ${product(call.outShape())}; i++) y0[i] = ${cFloat(padValue(call))};`);
  for (const { input, output, sizes, to, from } of MOVES[call.layer.operator]!.moves(call)) {
    code.add(...copyLoops(sizes, { pointer: `y${output}`, ...to }, { pointer: code.input(input), ...from }));
  }
}

function emitGather(call: Call, code: LayerCode): void {
  const { outer, size, inner, indices } = gatheringOf(call);
  if (indices.length === 1) {
    code.add(...copyLoops([outer, inner], { pointer: 'y0', strides: [inner, 1] }, { pointer: code.input(0), offset: indices[0]! * inner, strides: [size * inner, 1] }));
    return;
  }
  code.add(`const int32_t *index = ${code.program(indices)};`);
  code.add(...places(outer, indices.length, inner, `(i0 * ${indices.length} + i1) * ${inner}`, `(i0 * ${size} + index[i1]) * ${inner}`, code.input(0)));
}

/** Loops that copy `inner` elements from place to place. */
function places(outer: number, count: number, inner: number, to: string, from: string, source: string): string[] {
  const head = [`for (int i0 = 0; i0 < ${outer}; i0++)`, `  for (int i1 = 0; i1 < ${count}; i1++)`];
  return inner === 1 ? [...head, `    y0[${to.replace(' * 1', '')}] = ${source}[${from.replace(/ \* 1$/, '')}];`]
    : [...head, `    memcpy(y0 + ${to}, ${source} + ${from}, ${inner} * sizeof(float));`];
}

/** Input 0, with rows of input 2 written over it where the constant input 1 says. */
function emitScatter(call: Call, code: LayerCode): void {
  const { inner, rows } = scatteringOf(call);
  code.add(`memcpy(y0, ${code.input(0)}, ${product(call.shape(0))} * sizeof(float));`, `const int32_t *row = ${code.program(rows)};`);
  code.add(`for (int i = 0; i < ${rows.length}; i++) ${inner === 1 ? `y0[row[i]] = ${code.input(2)}[i];` : `memcpy(y0 + row[i], ${code.input(2)} + i * ${inner}, ${inner} * sizeof(float));`}`);
}

const view = (call: Call, code: LayerCode): void => { code.add(`memcpy(y0, ${code.input(0)}, ${product(call.outShape())} * sizeof(float));`); };

export const MOVING: readonly OperatorRow[] = [
  loops(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Dropout'], (call, _, code) => {
    view(call, code);
    code.activate();
  }),
  ...Object.entries(MOVES).map(([operator, { supports }]) => loops([operator], (call, _, code) => emitMoves(call, code), supports)),
  loops(['Gather'], (call, _, code) => emitGather(call, code), constantPlaces),
  loops(['ScatterND'], (call, _, code) => emitScatter(call, code), (call) => (attribute(call.layer, 'reduction', 'string', 'none') === 'none' ? constantPlaces(call)
    : refuse('ScatterND with a reduction is not compiled', 'use reduction none'))),
];
