/** GRU, LSTM, RNN: X `[T, B, I]`, W `[D, G·H, I]`, R `[D, G·H, H]`, B `[D, 2·G·H]`, states `[D, B, H]`; Y `[T, D, B, H]`. */
import { attribute, type Layer } from '@fretwork/format';
import { range, type Value } from '../../graph/value.js';
import { no, YES, type BackwardCall, type GradientRow, type LayerCall, type Support } from '../row.js';
import { gruResetAfter, gruResetBefore, lstm, rnn } from './cells.js';
import type { Cell, Direction, DirectionGradients, Flow } from './direction.js';

const DEFAULTS: Readonly<Record<string, readonly string[]>> = { GRU: ['sigmoid', 'tanh'], LSTM: ['sigmoid', 'tanh', 'tanh'], RNN: ['tanh'] };

const supports = ({ layer, inputs }: LayerCall): Support => {
  const activations = attribute(layer, 'activations', 'strings', undefined);
  const usual = DEFAULTS[layer.operator]!;
  const has = (i: number): boolean => inputs[i] !== undefined;
  if (activations !== undefined && activations.some((a, i) => a.toLowerCase() !== usual[i % usual.length])) {
    return no(`${layer.operator} with activations ${activations.join(', ')} has no gradient here`, `use ${usual.join(', ')}`);
  }
  if (attribute(layer, 'layout', 'int', 0) !== 0) return no('layout 1 has no gradient here', 'put a Transpose around the layer and use layout 0');
  if (attribute(layer, 'clip', 'float', undefined) !== undefined) return no('a clipped cell has no gradient here', 'take the attribute clip away');
  if (has(4)) return no('sequence lengths have no gradient here', 'train on sequences of one length and leave the input out');
  if (layer.operator === 'LSTM' && has(7)) return no('peepholes have no gradient here', 'leave the input P out');
  if (layer.operator === 'LSTM' && attribute(layer, 'input_forget', 'int', 0) !== 0) return no('coupled gates have no gradient here', 'use input_forget 0');
  return YES;
};

/** All outputs are wanted in training, whichever the model uses. */
function forward({ graph, layer, inputs, input }: LayerCall): { outputs: readonly Value[] } {
  const [steps, batch] = input(0).shape as [number, number];
  const [directions, , hidden] = input(2).shape as [number, number, number];
  const { dtype } = graph;
  const state = { dtype, shape: [directions, batch, hidden] };
  const outputs = [{ dtype, shape: [steps, directions, batch, hidden] }, state, ...(layer.operator === 'LSTM' ? [state] : [])];
  return { outputs: graph.layer(layer.operator, inputs, outputs, Object.fromEntries(layer.attributes)) };
}

const backwards = (layer: Layer, d: number): boolean => d === 1 || attribute(layer, 'direction', 'string', 'forward') === 'reverse';

/** Entry `d` of the first axis, without that axis. */
function entry({ graph }: LayerCall, v: Value | undefined, d: number): Value | undefined {
  return v && graph.reshape(graph.slice(v, [{ axis: 0, from: d, length: 1 }]), v.shape.slice(1));
}

function directionAt(call: BackwardCall, d: number): Direction {
  const { graph, inputs, input, layer } = call;
  const [steps, batch, size] = input(0).shape as [number, number, number];
  const hidden = input(2).shape[2]!;
  const y = graph.reshape(graph.slice(call.output(0), [{ axis: 1, from: d, length: 1 }]), [steps, batch, hidden]);
  const reverse = backwards(layer, d);
  const zero = (): Value => graph.zeros([batch, hidden]);
  const first = entry(call, inputs[5], d) ?? zero();
  const start = graph.reshape(first, [1, batch, hidden]);
  const inner = steps === 1 ? [] : [graph.slice(y, [{ axis: 0, from: reverse ? 1 : 0, length: steps - 1 }])];
  const bias = entry(call, inputs[3], d);
  const half = (from: number): Value | undefined => bias && graph.slice(bias, [{ axis: 0, from, length: bias.shape[0]! / 2 }]);
  return {
    graph, steps, batch, hidden, first,
    order: reverse ? [...range(steps)].reverse() : range(steps),
    x: graph.reshape(input(0), [steps * batch, size]),
    before: graph.reshape(graph.concat(reverse ? [...inner, start] : [start, ...inner], 0), [steps * batch, hidden]),
    w: entry(call, input(1), d)!,
    r: entry(call, input(2), d)!,
    inputBias: half(0),
    recurrentBias: bias && half(bias.shape[0]! / 2),
    firstCell: entry(call, inputs[6], d) ?? zero(),
  };
}

/** Gradients of one direction, and what flows into its initial states. */
function through(call: BackwardCall, cell: Cell, d: number): DirectionGradients & { readonly start: Flow } {
  const direction = directionAt(call, d);
  const { graph, steps, batch, hidden, order } = direction;
  const back = cell(direction);
  const dy = call.gradients[0];
  const own = dy && graph.split(graph.reshape(graph.slice(dy, [{ axis: 1, from: d, length: 1 }]), [steps * batch, hidden]), 0, range(steps).map(() => batch));
  const plus = (a: Value | undefined, b: Value | undefined): Value | undefined => (a === undefined || b === undefined ? a ?? b : graph.add(a, b));
  let h = entry(call, call.gradients[1], d);
  let c = entry(call, call.gradients[2], d);
  const gates: Value[] = [];
  const flows: Value[] = [];
  for (const t of [...order].reverse()) {
    const flow: Flow = { h: plus(h, own?.[t]) ?? graph.zeros([batch, hidden]), c };
    flows[t] = flow.h;
    const result = back.step(t, flow);
    gates[t] = result.gates;
    ({ h, c } = { h: result.flow.h, c: result.flow.c });
  }
  return { ...back.finish(graph.concat(gates, 0), graph.concat(flows, 0)), start: { h: h!, c } };
}

const row = (operator: string, cell: (layer: Layer) => Cell): GradientRow => ({
  operator,
  weights: [1, 2, 3],
  supports,
  forward,
  backward: (call) => {
    const { graph, input } = call;
    const all = range(input(2).shape[0]!).map((d) => through(call, cell(call.layer), d));
    const stacked = (pick: (g: (typeof all)[number]) => Value): Value =>
      graph.concat(all.map((g) => graph.reshape(pick(g), [1, ...pick(g).shape])), 0);
    return [
      graph.reshape(all.map((g) => g.x).reduce((a, b) => graph.add(a, b)), input(0).shape),
      stacked((g) => g.w),
      stacked((g) => g.r),
      stacked((g) => graph.concat([g.inputBias, g.recurrentBias], 0)),
      undefined,
      stacked((g) => g.start.h),
      all[0]!.start.c === undefined ? undefined : stacked((g) => g.start.c!),
    ];
  },
});

export const RECURRENT: readonly GradientRow[] = [
  row('GRU', (layer) => (attribute(layer, 'linear_before_reset', 'int', 0) === 0 ? gruResetBefore : gruResetAfter)),
  row('LSTM', () => lstm),
  row('RNN', () => rnn),
];
