/** What the recurrent layers share: directions, time steps, sequence lengths, layouts, states. */
import { FretworkError } from '@fretwork/format';
import { setClamp } from '../activation.js';
import { flag, int } from '../attributes.js';
import type { Curve } from '../curves.js';
import { numbersOf } from '../elements.js';
import type { Given, Shape, Value, Node, Binding, Step } from '../row.js';
import { requireShape, shapeOf } from '../shapes.js';
import { curvesOf, directionsOf, isBackwards } from './named-curves.js';
import { hiddenOf, projectionsOf, type CellShape, type Projections } from './projection.js';

/** Places in the memory, as indices of float32, for one sequence of a batch at one time step. */
export interface Cursor {
  /** `[gates, hidden]`: the input half of every gate, biases included. */
  input: number;
  /** `[gates, hidden]`: where the recurrent half goes. */
  recurrent: number;
  /** `[hidden]`: room for one vector. */
  spare: number;
  /** `[hidden]` each: the states, which the step replaces. */
  hidden: number;
  cell: number;
}

export interface CellDirection {
  readonly floats: Float32Array;
  readonly kernels: Binding['kernels'];
  readonly size: number;
  readonly projections: Projections;
  readonly curves: readonly Curve[];
  /** Index of the peepholes of the direction at work, `[3, hidden]`; zeros where there are none. */
  readonly peepholes: number;
}

export interface Cell extends CellShape {
  readonly defaults: readonly string[];
  /** Inputs of the operator that hold the initial states. */
  readonly initial: readonly number[];
  readonly step: (direction: CellDirection) => (at: Cursor) => void;
}

/** Floats of scratch: input halves of all steps, the recurrent half, a spare vector, the states, peepholes, and x where it is copied. */
export function scratchFloats(node: Node, gates: number, hidden: number): number {
  const [steps, batch, inputs] = node.inputs[0]!.shape as [number, number, number];
  return steps * batch * gates * hidden + (gates + 1) * hidden + (2 * batch + 3) * hidden + steps * batch * inputs + 64;
}

/**
 * With D directions, G gates and hidden size H: x `[steps, batch, I]`, W `[D, G·H, I]`, R `[D, G·H, H]`, biases `[D, 2·G·H]`, lengths
 * `[batch]`, states `[D, batch, H]` and peepholes `[D, 3·H]`; with layout 1 batch comes first in x and the states.
 */
export function sequenceShapes(given: Given, { gates, initial }: Cell): readonly Shape[] {
  const x = shapeOf(given, 0, 3);
  const hidden = shapeOf(given, 2, 3)[2]!;
  const directions = directionsOf(given.layer);
  const batchFirst = flag(given.layer, 'layout');
  const [steps, batch] = batchFirst ? [x[1]!, x[0]!] : [x[0]!, x[1]!];
  const state = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  const expected = [
    undefined, [directions, gates * hidden, x[2]!], [directions, gates * hidden, hidden], [directions, 2 * gates * hidden], [batch], state, state, [directions, 3 * hidden],
  ];
  expected.forEach((shape, i) => { if (shape !== undefined) requireShape(i < 3 ? shapeOf(given, i) : given.inputs[i]?.shape, shape); });
  requireShape([int(given.layer, 'hidden_size', hidden)], [hidden]);
  return [batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden], ...initial.map(() => state)];
}

export function recurrent(b: Binding, cell: Cell): Step {
  const { node, floats } = b;
  const x = node.inputs[0]!;
  if (x.dtype !== 'f32') throw new FretworkError('run.unsupported', `recurrent layers of ${x.dtype} cannot be run`, { layer: node.layer.name, hint: 'convert the model to float32' });
  const batchFirst = flag(node.layer, 'layout');
  const [steps, batch] = batchFirst ? [x.shape[1]!, x.shape[0]!] : [x.shape[0]!, x.shape[1]!];
  const inputs = x.shape[2]!;
  const hidden = hiddenOf(node);
  const directions = directionsOf(node.layer);
  const curves = curvesOf(node.layer, cell.defaults, directions);
  const projections = projectionsOf(b, cell, hidden);
  const width = cell.gates * hidden;
  const parts = b.scratch / 4;
  const at: Cursor = { input: 0, recurrent: parts + steps * batch * width, spare: 0, hidden: 0, cell: 0 };
  at.spare = at.recurrent + width;
  const h = at.spare + hidden;
  const c = at.spare + hidden + batch * hidden;
  const peepholes = c + batch * hidden;
  const copied = b.packed.length === 0;
  const source = copied ? peepholes + 3 * hidden : b.address(x) / 4;
  const X = b.view(x) as Float32Array;
  const lengths = lengthsOf(b, steps, batch);
  const [Y, ...lasts] = node.outputs.map((value) => (value === undefined ? undefined : b.view(value) as Float32Array));
  const initial = cell.initial.map((i) => (node.inputs[i] === undefined ? undefined : b.view(node.inputs[i]) as Float32Array));
  const peep = node.inputs[7] === undefined ? undefined : b.view(node.inputs[7]) as Float32Array;
  const cells = Array.from({ length: directions }, (_, d) => {
    const load = (): void => { for (let i = 0; i < 3 * hidden; i++) floats[peepholes + i] = peep === undefined ? 0 : peep[d * 3 * hidden + i]!; };
    return { load, step: cell.step({ floats, kernels: b.kernels, size: hidden, projections: projections[d]!, curves: curves[d]!, peepholes }), backwards: isBackwards(node.layer, d) };
  });
  const state = (d: number, n: number): number => (batchFirst ? n * directions + d : d * batch + n) * hidden;
  return () => {
    lengths.read();
    setClamp(floats, -Infinity, Infinity);
    if (copied) floats.set(X, source);
    Y?.fill(0);
    for (let d = 0; d < directions; d++) {
      const { load, step, backwards } = cells[d]!;
      load();
      projections[d]!.input(4 * source, 4 * parts, steps * batch, 4 * inputs, 4 * width);
      for (let n = 0; n < batch; n++) {
        const own = state(d, n);
        at.hidden = h + n * hidden;
        at.cell = c + n * hidden;
        for (let i = 0; i < hidden; i++) {
          floats[at.hidden + i] = initial[0] === undefined ? 0 : initial[0][own + i]!;
          floats[at.cell + i] = initial[1] === undefined ? 0 : initial[1][own + i]!;
        }
        const length = lengths.data[n]!;
        for (let t = 0; t < length; t++) {
          const place = backwards ? length - 1 - t : t;
          at.input = parts + (batchFirst ? n * steps + place : place * batch + n) * width;
          step(at);
          if (Y === undefined) continue;
          const to = (batchFirst ? (n * steps + place) * directions + d : (place * directions + d) * batch + n) * hidden;
          for (let i = 0; i < hidden; i++) Y[to + i] = floats[at.hidden + i]!;
        }
        for (let s = 0; s < lasts.length; s++) {
          const last = lasts[s];
          if (last !== undefined) for (let i = 0; i < hidden; i++) last[own + i] = floats[(s === 0 ? at.hidden : at.cell) + i]!;
        }
      }
    }
  };
}

/** Steps of each sequence. `read` throws `run.shape` where they do not fit. */
function lengthsOf(b: Binding, steps: number, batch: number): { readonly data: ArrayLike<number>; readonly read: Step } {
  const given: Value | undefined = b.node.inputs[4];
  if (given === undefined) return { data: new Int32Array(batch).fill(steps), read: () => undefined };
  const view = numbersOf(b, given);
  const read = (): void => {
    view.load?.();
    for (let n = 0; n < batch; n++) {
      if (!(view.data[n]! >= 0 && view.data[n]! <= steps)) {
        throw new FretworkError('run.shape', 'the inputs do not fit', { layer: b.node.layer.name, expected: `${batch} lengths of 0 to ${steps}`, actual: String(view.data[n]) });
      }
    }
  };
  return { data: view.data, read };
}
