/** GRU, LSTM and RNN: the formulas of the ONNX operators, in the order of their gates. */
import { attribute } from '@fretwork/format';
import type { OperatorRow } from '../../contract.js';
import { knownCell } from './activations.js';
import { recur, type Cell, type Direction, type Step } from './sequence.js';

/** Entry (b, h) of a gate before its activation: input part + recurrent part + both biases. */
type Entry = (i: number) => number;

/** Entry i of `gate`, its parts given; `gates` biases of the input come before those of the recurrent part. */
const summed = (d: Direction, gates: number, gate: number, x: Float64Array, h: Float64Array): Entry => {
  const fromInput = d.input[gate]!(x);
  const fromState = d.recurrent[gate]!(h);
  return (i) => fromInput[i]! + fromState[i]! + d.bias(gate, i % d.hidden) + d.bias(gates + gate, i % d.hidden);
};

const filled = (d: Direction, entry: Entry): Float64Array => Float64Array.from({ length: d.batch * d.hidden }, (_, i) => entry(i));

/**
 * Gates z, r, h. z = f(·), r = f(·), n = g(x·Whᵀ + (r ∘ H)·Rhᵀ + Rbh + Wbh), or with linear_before_reset
 * n = g(x·Whᵀ + r ∘ (H·Rhᵀ + Rbh) + Wbh); H' = (1 - z) ∘ n + z ∘ H.
 */
const GRU: Cell = {
  gates: 3,
  defaults: ['Sigmoid', 'Tanh'],
  initial: [5],
  step: (d, call): Step => {
    const resetLast = attribute(call.layer, 'linear_before_reset', 'int', 0) !== 0;
    const [f, g] = d.activations as [(x: number) => number, (x: number) => number];
    return (x, [h]) => {
      const [zAt, rAt] = [summed(d, 3, 0, x, h!), summed(d, 3, 1, x, h!)];
      const z = filled(d, (i) => f(zAt(i)));
      const r = filled(d, (i) => f(rAt(i)));
      const fromInput = d.input[2]!(x);
      const fromState = d.recurrent[2]!(resetLast ? h! : filled(d, (i) => r[i]! * h![i]!));
      const n = filled(d, (i) => {
        const [own, recurrent] = [d.bias(2, i % d.hidden), fromState[i]! + d.bias(5, i % d.hidden)];
        return g(fromInput[i]! + (resetLast ? r[i]! * recurrent : recurrent) + own);
      });
      return [filled(d, (i) => (1 - z[i]!) * n[i]! + z[i]! * h![i]!)];
    };
  },
};

/**
 * Gates i, o, f, c; peepholes i, o, f. i = f(· + Pi ∘ C), f = f(· + Pf ∘ C) or 1 - i with input_forget, c = g(·),
 * C' = f ∘ C + i ∘ c, o = f(· + Po ∘ C'), H' = o ∘ h(C').
 */
const LSTM: Cell = {
  gates: 4,
  defaults: ['Sigmoid', 'Tanh', 'Tanh'],
  initial: [5, 6],
  peepholes: 7,
  step: (d, call): Step => {
    const coupled = attribute(call.layer, 'input_forget', 'int', 0) !== 0;
    const [f, g, h] = d.activations as [(x: number) => number, (x: number) => number, (x: number) => number];
    return (x, [hidden, cell]) => {
      const [iAt, oAt, fAt, cAt] = [0, 1, 2, 3].map((gate) => summed(d, 4, gate, x, hidden!)) as [Entry, Entry, Entry, Entry];
      const peep = (gate: number, i: number, c: Float64Array): number => d.peephole(gate, i % d.hidden) * c[i]!;
      const input = filled(d, (i) => f(iAt(i) + peep(0, i, cell!)));
      const forget = filled(d, (i) => (coupled ? 1 - input[i]! : f(fAt(i) + peep(2, i, cell!))));
      const next = filled(d, (i) => forget[i]! * cell![i]! + input[i]! * g(cAt(i)));
      const output = filled(d, (i) => f(oAt(i) + peep(1, i, next)));
      return [filled(d, (i) => output[i]! * h(next[i]!)), next];
    };
  },
};

/** H' = f(x·Wᵀ + H·Rᵀ + Wb + Rb) */
const RNN: Cell = {
  gates: 1,
  defaults: ['Tanh'],
  initial: [5],
  step: (d): Step => (x, [h]) => {
    const at = summed(d, 1, 0, x, h!);
    return [filled(d, (i) => d.activations[0]!(at(i)))];
  },
};

const row = (operator: string, cell: Cell): OperatorRow => ({
  operator,
  supports: (layer) => knownCell(layer, cell.defaults.length),
  run: (call) => recur(call, cell),
});

export const RECURRENT: readonly OperatorRow[] = [row('GRU', GRU), row('LSTM', LSTM), row('RNN', RNN)];
