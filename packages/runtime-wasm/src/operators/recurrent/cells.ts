/** GRU, LSTM and RNN: the formulas of the ONNX operators, in the order of their gates. */
import type { Layer } from '@fretwork/format';
import { flag } from '../attributes.js';
import { sigmoid, tanh } from '../curves.js';
import { kernelsOf, productBytes } from '../product.js';
import { PLAIN, sizeOf, type OperatorRow } from '../row.js';
import { knownCell } from './named-curves.js';
import { hiddenOf, packRecurrent } from './projection.js';
import { recurrent, scratchFloats, sequenceShapes, type Cell } from './sequence.js';

type CellOf = (layer: Layer) => Cell;

/**
 * Gates z, r, h. z = f(·), r = f(·), n = g(x·Whᵀ + (r ∘ H)·Rhᵀ + Rbh + Wbh), or with linear_before_reset
 * n = g(x·Whᵀ + Wbh + r ∘ (H·Rhᵀ + Rbh)); H' = (1 - z) ∘ n + z ∘ H.
 */
const gru: CellOf = (layer) => {
  const resetLast = flag(layer, 'linear_before_reset');
  return {
    gates: 3, late: resetLast ? 0 : 1, ownBias: resetLast, defaults: ['Sigmoid', 'Tanh'], initial: [5],
    step: ({ floats, kernels, size, projections, curves: [f, g] }) => {
      const usual = f === sigmoid && g === tanh && kernels.gru !== undefined;
      return (at) => {
        projections.early(4 * at.hidden, 4 * at.recurrent, 1, 0, 0);
        if (usual && resetLast) return kernels.gru!(4 * at.input, 4 * at.recurrent, 4 * at.hidden, size);
        const z = at.recurrent;
        const r = z + size;
        const last = r + size;
        const n = at.input + 2 * size;
        if (usual) kernels.gruEarly!(4 * at.input, 4 * z, 4 * at.hidden, 4 * at.spare, size);
        else for (let i = 0; i < 2 * size; i++) floats[z + i] = f!(floats[at.input + i]! + floats[z + i]!);
        if (!resetLast) {
          if (!usual) for (let i = 0; i < size; i++) floats[at.spare + i] = floats[r + i]! * floats[at.hidden + i]!;
          projections.late!(4 * at.spare, 4 * last, 1, 0, 0);
        }
        if (usual) return kernels.gruLate!(4 * n, 4 * last, 4 * z, 4 * at.hidden, size);
        for (let i = 0; i < size; i++) {
          const own = g!(floats[n + i]! + (resetLast ? floats[r + i]! : 1) * floats[last + i]!);
          floats[at.hidden + i] = (1 - floats[z + i]!) * own + floats[z + i]! * floats[at.hidden + i]!;
        }
      };
    },
  };
};

/**
 * Gates i, o, f, c; peepholes i, o, f. i = f(· + Pi ∘ C), f = f(· + Pf ∘ C) or 1 - i with input_forget, c = g(·),
 * C' = f ∘ C + i ∘ c, o = f(· + Po ∘ C'), H' = o ∘ h(C').
 */
const lstm: CellOf = (layer) => {
  const coupled = flag(layer, 'input_forget');
  return {
    gates: 4, late: 0, ownBias: false, defaults: ['Sigmoid', 'Tanh', 'Tanh'], initial: [5, 6],
    step: ({ floats, kernels, size, projections, curves: [f, g, h], peepholes: p }) => {
      const usual = f === sigmoid && g === tanh && h === tanh && !coupled && kernels.lstm !== undefined;
      return (at) => {
        projections.early(4 * at.hidden, 4 * at.recurrent, 1, 0, 0);
        const { input: x, recurrent: r, hidden, cell } = at;
        if (usual) return kernels.lstm!(4 * x, 4 * r, 4 * cell, 4 * hidden, 4 * p, size);
        for (let k = 0; k < size; k++) {
          const old = floats[cell + k]!;
          const i = f!(floats[x + k]! + floats[r + k]! + floats[p + k]! * old);
          const forget = coupled ? 1 - i : f!(floats[x + 2 * size + k]! + floats[r + 2 * size + k]! + floats[p + 2 * size + k]! * old);
          const next = forget * old + i * g!(floats[x + 3 * size + k]! + floats[r + 3 * size + k]!);
          const o = f!(floats[x + size + k]! + floats[r + size + k]! + floats[p + size + k]! * next);
          floats[cell + k] = next;
          floats[hidden + k] = o * h!(next);
        }
      };
    },
  };
};

/** H' = f(x·Wᵀ + H·Rᵀ + Wb + Rb) */
const rnn: CellOf = () => ({
  gates: 1, late: 0, ownBias: false, defaults: ['Tanh'], initial: [5],
  step: ({ floats, kernels, size, projections, curves: [f] }) => (at) => {
    projections.early(4 * at.hidden, 4 * at.recurrent, 1, 0, 0);
    if (f === tanh && kernels.rnn !== undefined) return kernels.rnn(4 * at.input, 4 * at.recurrent, 4 * at.hidden, size);
    for (let i = 0; i < size; i++) floats[at.hidden + i] = f!(floats[at.input + i]! + floats[at.recurrent + i]!);
  },
});

const row = (operator: string, cellOf: CellOf): OperatorRow => ({
  operator,
  shapes: (given) => sequenceShapes(given, cellOf(given.layer)),
  macs: ({ inputs: [x, w, r] }) => [w, r].map((weight) => sizeOf(x!.shape.slice(0, 2)) * sizeOf(weight!.shape)),
  inMemory: [0],
  supports: (layer) => knownCell(layer, cellOf(layer).defaults.length),
  pack: (subject) => packRecurrent(subject, cellOf(subject.layer)),
  work: (node, packed) => ({
    ...PLAIN,
    scratchBytes: 4 * scratchFloats(node, cellOf(node.layer).gates, hiddenOf(node)),
    programBytes: productBytes(packed),
    ...(packed.length === 0 ? { why: 'no float32 constants' } : { kernel: kernelsOf(packed), why: 'inputs of all steps first' }),
  }),
  prepare: (b) => recurrent(b, cellOf(b.node.layer)),
});

export const RECURRENT: readonly OperatorRow[] = [row('GRU', gru), row('LSTM', lstm), row('RNN', rnn)];
