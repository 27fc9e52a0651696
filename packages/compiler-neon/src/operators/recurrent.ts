/**
 * GRU, LSTM and RNN. The input half of all steps is one product, done before the first step; the recurrent half of a step
 * is added to it in place, gates stacked: one matrix, one activation vector.
 */
import { biasesOf, plainRecurrence, recurrentOf, recurrentParts, type Call, type Recurrent } from '@fretwork/compiler';
import { attribute, type SparseMatrix } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { vectorLines } from '../product/vector-program.js';
import { decideProduct, productLines, widthOf, type Stack } from './products.js';
import type { Decision, OperatorRow } from './row.js';

const gatesOf = (call: Call, input: number, from: number, to: number, vectors: number): Stack =>
  ({ tensor: call.name(input), from, to, matrices: (call.matrices(input) as readonly SparseMatrix[]).slice(from, to), vectors });

function decide(call: Call): Decision {
  const r = recurrentOf(call);
  const each = Array.from({ length: r.directions }, (_, d) => d);
  const inputs = each.map((d) => decideProduct(gatesOf(call, 1, d * r.gates, (d + 1) * r.gates, r.steps * r.batch), call));
  const parts = recurrentParts(r, call.layer.operator);
  const states = each.flatMap((d) => parts.map(([from, to]) => decideProduct(gatesOf(call, 2, d * r.gates + from, d * r.gates + to, 1), call)));
  const rows = r.gates * r.hidden;
  // Sums of all steps, two states, one vector for gate n, and what the product asks for.
  const own = r.steps * r.batch * rows + 2 * r.batch * r.hidden + r.hidden;
  return {
    kernel: states[0]!.kernel,
    reason: `${r.steps * r.batch} input vectors before the first step (${inputs[0]!.reason}); each step: ${states[0]!.reason}`,
    schedules: [...inputs, ...states].flatMap(({ schedules }) => schedules!),
    scratchBytes: 4 * own + (inputs[0]!.scratchBytes ?? 0),
    ...(inputs[0]!.tuning === undefined ? {} : { tuning: { tile: [0, Math.max(...inputs.map((one) => widthOf(one)!)) * 4] } }),
  };
}

function emit(call: Call, decision: Decision, code: LayerCode): void {
  const r = recurrentOf(call);
  for (let d = 0; d < r.directions; d++) code.block(directionLines(call, r, d, decision, code));
}

function directionLines(call: Call, r: Recurrent, d: number, decision: Decision, code: LayerCode): string[] {
  const { operator } = call.layer;
  const { gates, steps, batch, hidden } = r;
  const rows = gates * hidden;
  const parts = recurrentParts(r, operator);
  const biases = biasesOf(call, r, d);
  const total = steps * batch * rows;
  const backwards = attribute(call.layer, 'direction', 'string', 'forward') === 'reverse' || d === 1;
  const product = (part: number, to: string, from: string): string[] => {
    const [first, last] = parts[part]!;
    return vectorLines(code, gatesOf(call, 2, d * gates + first, d * gates + last, 1).matrices, decision.schedules![r.directions + d * parts.length + part]!, to, from);
  };
  const start = (to: string, input: number): string => (call.has(input) ? `memcpy(${to}, ${code.input(input)} + ${d * batch * hidden}, ${batch * hidden} * sizeof(float));` : `memset(${to}, 0, ${batch * hidden} * sizeof(float));`);
  const cell: Readonly<Record<string, () => string[]>> = {
    RNN: () => [...product(0, 'g', 'h'), `${code.kernel('rnn_cell')}(h, g, ${hidden});`],
    LSTM: () => [...product(0, 'g', 'h'), `${code.kernel('lstm_cell')}(h, cell + b * ${hidden}, g, ${hidden});`],
    GRU: () => (r.resetLast
      ? [
        ...product(0, 'g', 'h'), `memcpy(late, ${code.weights(biases.late)}, ${hidden} * sizeof(float));`, ...product(1, 'late', 'h'),
        `${code.kernel('gru_cell_late')}(h, g, g + ${hidden}, g + ${2 * hidden}, late, ${hidden});`,
      ]
      : [
        ...product(0, 'g', 'h'), `${code.kernel('gru_reset')}(late, h, g + ${hidden}, ${hidden});`, ...product(1, `g + ${2 * hidden}`, 'late'),
        `${code.kernel('gru_cell')}(h, g, g + ${2 * hidden}, ${hidden});`,
      ]),
  };
  return [
    `float *sums = s, *state = s + ${total};`,
    ...(operator === 'LSTM' ? [`float *cell = state + ${batch * hidden};`, start('cell', 6)] : []),
    ...(operator === 'GRU' ? [`float *late = state + ${2 * batch * hidden};`] : []),
    start('state', 5),
    ...productLines(code, gatesOf(call, 1, d * gates, (d + 1) * gates, steps * batch), decision.schedules![d]!, widthOf(decision), biases.input, 'sums', code.input(0), `s + ${total + 2 * batch * hidden + hidden}`),
    `for (int k = 0; k < ${steps}; k++) {`,
    `  const int t = ${backwards ? `${steps - 1} - k` : 'k'};`,
    `  for (int b = 0; b < ${batch}; b++) {`,
    `    float *g = sums + (t * ${batch} + b) * ${rows}, *h = state + b * ${hidden};`,
    ...cell[operator]!().map((line) => `    ${line}`),
    ...(call.hasOutput(0) ? [`    memcpy(y0 + ((t * ${r.directions} + ${d}) * ${batch} + b) * ${hidden}, h, ${hidden} * sizeof(float));`] : []),
    '  }',
    '}',
    ...(call.hasOutput(1) ? [`memcpy(y1 + ${d * batch * hidden}, state, ${batch * hidden} * sizeof(float));`] : []),
    ...(call.hasOutput(2) ? [`memcpy(y2 + ${d * batch * hidden}, cell, ${batch * hidden} * sizeof(float));`] : []),
  ];
}

export const RECURRENT: readonly OperatorRow[] = [{ operators: ['GRU', 'LSTM', 'RNN'], supports: plainRecurrence, decide, emit }];
