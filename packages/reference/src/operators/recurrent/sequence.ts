/** What the recurrent layers share: directions, time steps, sequence lengths, layouts, states. */
import { attribute, type DenseTensor } from '@fretwork/format';
import type { Curve } from '../../activation.js';
import type { OperatorCall } from '../../contract.js';
import { Fault } from '../../fault.js';
import { floatsOf, fromNumbers, integersOf, type Numbers } from '../../tensor/elements.js';
import { activationsOf, directionOf, DIRECTIONS } from './activations.js';
import { projectionsOf, type Project } from './projection.js';

/** One direction of a layer, ready to be stepped through. All numbers in float64. */
export interface Direction {
  readonly batch: number;
  readonly hidden: number;
  /** Per gate: `[batch, inputs]` → `[batch, hidden]`, no bias. */
  readonly input: readonly Project[];
  /** Per gate: `[batch, hidden]` → `[batch, hidden]`, no bias. */
  readonly recurrent: readonly Project[];
  /** Entry h of the bias of gate `gate`; the input's biases come first, then the recurrent ones. */
  readonly bias: (gate: number, h: number) => number;
  /** Entry h of peephole `gate`. */
  readonly peephole: (gate: number, h: number) => number;
  /** f, g, h of the ONNX formulas, their argument clipped. */
  readonly activations: readonly Curve[];
}

/** `[batch, hidden]` each: the hidden state, and for LSTM the cell state. */
export type State = readonly Float64Array[];

/** One time step: the state after it. */
export type Step = (x: Float64Array, state: State) => State;

export interface Cell {
  readonly gates: number;
  readonly defaults: readonly string[];
  /** Inputs of the operator that hold the initial states. */
  readonly initial: readonly number[];
  /** Input that holds peepholes; left out: none. */
  readonly peepholes?: number;
  readonly step: (direction: Direction, call: OperatorCall) => Step;
}

interface Layout {
  readonly steps: number;
  readonly batch: number;
  readonly size: number;
  /** Layout 1 puts the batch first. */
  readonly batchFirst: boolean;
}

/** Outputs: Y of all steps, then the last value of each state. Throws `run.rank`, `run.shape`. */
export function recur(call: OperatorCall, cell: Cell): readonly DenseTensor[] {
  const x = call.dense(0);
  const layout = layoutOf(call, x);
  const { steps, batch, batchFirst } = layout;
  const hidden = attribute(call.layer, 'hidden_size', 'int', undefined) ?? call.tensor(2).shape[2]!;
  const name = directionOf(call.layer);
  const directions = DIRECTIONS[name]!;
  const lengths = lengthsOf(call, steps, batch);
  const values = floatsOf(x);
  const all = new Float64Array(steps * directions * batch * hidden);
  const lasts = cell.initial.map(() => new Float64Array(directions * batch * hidden));
  const placeY = (t: number, d: number, b: number): number =>
    (batchFirst ? (b * steps + t) * directions + d : (t * directions + d) * batch + b) * hidden;
  const placeState = (d: number, b: number): number => (batchFirst ? b * directions + d : d * batch + b) * hidden;
  for (let d = 0; d < directions; d++) {
    const step = cell.step(directionAt(call, cell, d, directions, batch, hidden), call);
    const backwards = name === 'reverse' || d === 1;
    let state: State = cell.initial.map((i) => initialState(call.optional(i), directions * batch * hidden, batch, hidden, (b) => placeState(d, b)));
    for (let t = 0; t < steps; t++) {
      // Each sequence of the batch walks its own steps, from its own end where it goes backwards.
      const at = (b: number): number => (backwards ? lengths[b]! - 1 - t : t);
      const next = step(inputAt(values, layout, at), state);
      state = state.map((old, s) => old.map((v, i) => (t < lengths[Math.floor(i / hidden)]! ? next[s]![i]! : v)));
      for (let b = 0; b < batch; b++) {
        if (t < lengths[b]!) all.set(state[0]!.subarray(b * hidden, (b + 1) * hidden), placeY(at(b), d, b));
      }
    }
    for (let b = 0; b < batch; b++) state.forEach((own, s) => lasts[s]!.set(own.subarray(b * hidden, (b + 1) * hidden), placeState(d, b)));
  }
  const shapeY = batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden];
  const shapeState = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  return [fromNumbers(x.dtype, shapeY, all), ...lasts.map((last) => fromNumbers(x.dtype, shapeState, last))];
}

function layoutOf(call: OperatorCall, x: DenseTensor): Layout {
  if (x.shape.length !== 3) throw new Fault('run.rank', 'sequences are [steps, batch, inputs], or [batch, steps, inputs] in layout 1', { actual: `[${x.shape.join(', ')}]` });
  const batchFirst = attribute(call.layer, 'layout', 'int', 0) !== 0;
  const [first, second, size] = x.shape as [number, number, number];
  return { batchFirst, size, steps: batchFirst ? second : first, batch: batchFirst ? first : second };
}

function lengthsOf(call: OperatorCall, steps: number, batch: number): number[] {
  const given = call.optional(4);
  const lengths = given === undefined ? new Array<number>(batch).fill(steps) : integersOf(given);
  if (lengths.length !== batch || lengths.some((n) => n < 0 || n > steps)) {
    throw new Fault('run.shape', 'sequence_lens does not fit', { expected: `${batch} lengths of 0 to ${steps}`, actual: lengths.join(', ') });
  }
  return lengths;
}

/** `[batch, inputs]` at time step `at(b)` of each sequence; zeros where it is over. */
function inputAt(values: Numbers, { steps, batch, size, batchFirst }: Layout, at: (b: number) => number): Float64Array {
  const x = new Float64Array(batch * size);
  for (let b = 0; b < batch; b++) {
    const t = at(b);
    if (t < 0 || t >= steps) continue;
    const from = (batchFirst ? b * steps + t : t * batch + b) * size;
    for (let i = 0; i < size; i++) x[b * size + i] = values[from + i]!;
  }
  return x;
}

function initialState(given: DenseTensor | undefined, length: number, batch: number, hidden: number, place: (b: number) => number): Float64Array {
  const state = new Float64Array(batch * hidden);
  if (given === undefined) return state;
  if (given.data.length !== length) throw new Fault('run.shape', 'an initial state does not fit', { expected: `${length} values`, actual: `[${given.shape.join(', ')}]` });
  const values = floatsOf(given);
  for (let b = 0; b < batch; b++) for (let h = 0; h < hidden; h++) state[b * hidden + h] = values[place(b) + h]!;
  return state;
}

function directionAt(call: OperatorCall, cell: Cell, d: number, directions: number, batch: number, hidden: number): Direction {
  const bias = lineOf(call.optional(3), directions, 2 * cell.gates * hidden, d);
  const peephole = lineOf(cell.peepholes === undefined ? undefined : call.optional(cell.peepholes), directions, 3 * hidden, d);
  const limit = attribute(call.layer, 'clip', 'float', Infinity);
  return {
    batch,
    hidden,
    input: projectionsOf(call, 1, d, cell.gates, hidden, batch),
    recurrent: projectionsOf(call, 2, d, cell.gates, hidden, batch),
    bias: (gate, h) => bias[gate * hidden + h]!,
    peephole: (gate, h) => peephole[gate * hidden + h]!,
    activations: activationsOf(call.layer, cell.defaults, directions)[d]!
      .map((curve): Curve => (x) => curve(Math.max(-limit, Math.min(limit, x)))),
  };
}

/** Line `d` of a `[directions, length]` input, zeros where it is left out. */
function lineOf(tensor: DenseTensor | undefined, directions: number, length: number, d: number): Numbers {
  if (tensor === undefined) return new Float64Array(length);
  if (tensor.data.length !== directions * length) {
    throw new Fault('run.shape', 'a bias or peephole does not fit', { expected: `[${directions}, ${length}]`, actual: `[${tensor.shape.join(', ')}]` });
  }
  return floatsOf(tensor).subarray(d * length, (d + 1) * length);
}
