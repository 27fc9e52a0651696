/**
 * GRU, LSTM and RNN. The input half of all steps is one product, done before the first step; the recurrent half of a step
 * is added to it in place, gates stacked: one matrix, one activation vector.
 */
import { biasesOf, plainRecurrence, recurrentOf, recurrentParts, type Call, type Recurrent } from '@fretwork/compiler';
import { attribute, type SparseMatrix } from '@fretwork/format';
import { familyOf } from '../family.js';
import type { LayerCode, Range } from '../emit/layer-code.js';
import { vectorLines } from '../product/vector-program.js';
import { readTuning, writeTuning, type ProductSize } from '../product/tuning.js';
import { decideProduct, productLines, sizeOfStack, wayOf, widthOf, type ProductDecision, type Stack } from './products.js';
import { partsOfSplits, type Decision, type OperatorRow } from './row.js';

const gatesOf = (call: Call, input: number, from: number, to: number, vectors: number): Stack =>
  ({ tensor: call.name(input), from, to, matrices: (call.matrices(input) as readonly SparseMatrix[]).slice(from, to), vectors, family: familyOf(call) });

/** The input half of all steps, and a step's recurrent half. */
const waysOf = (r: Recurrent): readonly ('stream' | 'vector')[] => [wayOf({ vectors: r.steps * r.batch }), 'vector'];

function decide(call: Call): Decision {
  const r = recurrentOf(call);
  const each = Array.from({ length: r.directions }, (_, d) => d);
  const tuned = readTuning(call.tuning, waysOf(r));
  // What is chosen for the first direction holds for both.
  const inputs: ProductDecision[] = [];
  for (const d of each) inputs.push(decideProduct(gatesOf(call, 1, d * r.gates, (d + 1) * r.gates, r.steps * r.batch), call.threads, tuned?.[0] ?? inputs[0]?.chosen));
  const parts = recurrentParts(r, call.layer.operator);
  const states: ProductDecision[] = [];
  for (const d of each) for (const [from, to] of parts) states.push(decideProduct(gatesOf(call, 2, d * r.gates + from, d * r.gates + to, 1), call.threads, tuned?.[1] ?? states[0]?.chosen));
  const rows = r.gates * r.hidden;
  const splits = [...inputs, ...states].flatMap((one) => one.splits!);
  // Sums of all steps, two states, one vector for gate n, and what the product asks for.
  const own = r.steps * r.batch * rows + 2 * r.batch * r.hidden + r.hidden;
  return {
    kernel: states[0]!.kernel,
    reason: `${r.steps * r.batch} input vectors before the first step (${inputs[0]!.reason}); each step: ${states[0]!.reason}`,
    schedules: [...inputs, ...states].flatMap(({ schedules }) => schedules!),
    splits, parts: partsOfSplits(splits, call.threads),
    scratchBytes: 4 * own + (inputs[0]!.scratchBytes ?? 0),
    tuning: writeTuning([inputs[0]!.chosen, states[0]!.chosen]),
  };
}

function products(call: Call): readonly ProductSize[] {
  const r = recurrentOf(call);
  return [sizeOfStack(gatesOf(call, 1, 0, r.gates, r.steps * r.batch)), sizeOfStack(gatesOf(call, 2, 0, r.gates, 1))];
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
    const place = r.directions + d * parts.length + part;
    return vectorLines(code, gatesOf(call, 2, d * gates + first, d * gates + last, 1).matrices, decision.schedules![place]!, decision.splits![place]!, to, from);
  };
  const cells = (line: (range: Range) => string): string[] => code.shared(hidden, (range) => [line(range)]);
  const start = (to: string, input: number): string => (call.has(input) ? `memcpy(${to}, ${code.input(input)} + ${d * batch * hidden}, ${batch * hidden} * sizeof(float));` : `memset(${to}, 0, ${batch * hidden} * sizeof(float));`);
  const cell: Readonly<Record<string, () => string[]>> = {
    RNN: () => [...product(0, 'g', 'h'), ...code.wait(), ...cells(({ at, count }) => `${code.kernel('rnn_cell')}(${at('h', 1)}, ${at('g', 1)}, ${count});`)],
    LSTM: () => [
      ...product(0, 'g', 'h'), ...code.wait(),
      ...cells(({ at, count }) => `${code.kernel('lstm_cell')}(${at('h', 1)}, ${at(`cell + b * ${hidden}`, 1)}, ${at('g', 1)}, ${hidden}, ${count});`),
    ],
    GRU: () => (r.resetLast
      ? [
        ...code.alone([`memcpy(late, ${code.weights(biases.late)}, ${hidden} * sizeof(float));`]), ...product(0, 'g', 'h'), ...code.wait(), ...product(1, 'late', 'h'), ...code.wait(),
        ...cells(({ at, count }) => `${code.kernel('gru_cell_late')}(${[...['h', 'g', `g + ${hidden}`, `g + ${2 * hidden}`, 'late'].map((base) => at(base, 1)), count].join(', ')});`),
      ]
      : [
        ...product(0, 'g', 'h'), ...code.wait(), ...cells(({ at, count }) => `${code.kernel('gru_reset')}(${at('late', 1)}, ${at('h', 1)}, ${at(`g + ${hidden}`, 1)}, ${count});`), ...code.wait(),
        ...product(1, `g + ${2 * hidden}`, 'late'), ...code.wait(), ...cells(({ at, count }) => `${code.kernel('gru_cell')}(${[...['h', 'g', `g + ${2 * hidden}`].map((base) => at(base, 1)), count].join(', ')});`),
      ]),
  };
  return [
    `float *sums = s, *state = s + ${total};`,
    ...(operator === 'LSTM' ? [`float *cell = state + ${batch * hidden};`, ...code.alone([start('cell', 6)])] : []),
    ...(operator === 'GRU' ? [`float *late = state + ${2 * batch * hidden};`] : []),
    ...code.alone([start('state', 5)]),
    ...productLines(code, gatesOf(call, 1, d * gates, (d + 1) * gates, steps * batch), decision.schedules![d]!, decision.splits![d]!, widthOf(decision, waysOf(r)), biases.input, 'sums', code.input(0), `s + ${total + 2 * batch * hidden + hidden}`),
    ...code.wait(),
    `for (int k = 0; k < ${steps}; k++) {`,
    `  const int t = ${backwards ? `${steps - 1} - k` : 'k'};`,
    `  for (int b = 0; b < ${batch}; b++) {`,
    `    float *g = sums + (t * ${batch} + b) * ${rows}, *h = state + b * ${hidden};`,
    ...cell[operator]!().map((line) => `    ${line}`),
    ...code.wait().map((line) => `    ${line}`),
    ...(call.hasOutput(0) ? code.alone([`memcpy(y0 + ((t * ${r.directions} + ${d}) * ${batch} + b) * ${hidden}, h, ${hidden} * sizeof(float));`]).map((line) => `    ${line}`) : []),
    '  }',
    '}',
    ...(call.hasOutput(1) ? code.alone([`memcpy(y1 + ${d * batch * hidden}, state, ${batch * hidden} * sizeof(float));`]) : []),
    ...(call.hasOutput(2) ? code.alone([`memcpy(y2 + ${d * batch * hidden}, cell, ${batch * hidden} * sizeof(float));`]) : []),
    ...(r.directions > 1 ? code.wait() : []),
  ];
}

export const RECURRENT: readonly OperatorRow[] = [{ operators: ['GRU', 'LSTM', 'RNN'], supports: plainRecurrence, products, decide, emit }];
