/**
 * GRU, LSTM and RNN. The input half of all steps is one product, done before the first step; the recurrent half of a step
 * is added to it in place, gates stacked: one matrix, one activation vector.
 */
import { biasesOf, plainRecurrence, recurrentOf, recurrentParts, type Call, type Recurrent } from '@fretwork/compiler';
import { attribute, type SparseMatrix } from '@fretwork/format';
import { familyOf } from '../family.js';
import type { LayerCode, Range } from '../emit/layer-code.js';
import { vectorLines } from '../product/vector-program.js';
import { readTuning, writeTuning, type ProductSize, type ProductTuning } from '../product/tuning.js';
import { byteProductLines, decideByteProduct } from './byte-products.js';
import { isForBytes } from './int8.js';
import { decideProduct, productLines, sizeOfStack, wayOf, widthOf, type ProductDecision, type Stack } from './products.js';
import { partsOfSplits, type Decision, type OperatorRow } from './row.js';

const gatesOf = (call: Call, input: number, from: number, to: number, vectors: number): Stack =>
  ({ tensor: call.name(input), from, to, matrices: (call.matrices(input) as readonly SparseMatrix[]).slice(from, to), vectors, family: familyOf(call) });

/** What is done on floats of the input half of all steps and of a step's recurrent half, and how. */
const waysOf = (call: Call, r: Recurrent): readonly ('stream' | 'vector')[] =>
  [...(isOnBytes(call, 1) ? [] : [wayOf({ vectors: r.steps * r.batch })]), ...(isOnBytes(call, 2) ? [] : ['vector' as const])];

const isOnBytes = (call: Call, input: number): boolean => isForBytes(call, call.matrices(input)![0]!);

function decide(call: Call): Decision {
  const r = recurrentOf(call);
  const each = Array.from({ length: r.directions }, (_, d) => d);
  const tuned = readTuning(call.tuning, waysOf(call, r));
  // What is chosen for the first direction holds for both.
  const decided = (input: number, vectors: number, places: readonly (readonly [from: number, to: number])[], tuning: ProductTuning | undefined): (Decision & Partial<Pick<ProductDecision, 'chosen'>>)[] => {
    if (isOnBytes(call, input)) return places.map(([from, to]) => decideByteProduct(gatesOf(call, input, from, to, vectors), call.threads));
    const made: ProductDecision[] = [];
    for (const [from, to] of places) made.push(decideProduct(gatesOf(call, input, from, to, vectors), call.threads, tuning ?? made[0]?.chosen));
    return made;
  };
  const parts = recurrentParts(r, call.layer.operator);
  const inputs = decided(1, r.steps * r.batch, each.map((d) => [d * r.gates, (d + 1) * r.gates]), tuned?.[0]);
  const states = decided(2, 1, each.flatMap((d) => parts.map(([from, to]) => [d * r.gates + from, d * r.gates + to] as const)), tuned?.at(-1));
  const splits = [...inputs, ...states].flatMap((one) => one.splits!);
  const chosen = [inputs[0]!, states[0]!].flatMap(({ chosen: one }) => (one === undefined ? [] : [one]));
  // The product of the input is done with its memory before the first step begins.
  const scratch = [...inputs, ...states].reduce((most, { scratchBytes = 0 }) => Math.max(most, scratchBytes), 0);
  return {
    kernel: states[0]!.kernel,
    reason: `${r.steps * r.batch} input vectors before the first step (${inputs[0]!.reason}); each step: ${states[0]!.reason}`,
    schedules: [...inputs, ...states].flatMap(({ schedules }) => schedules!),
    splits, parts: partsOfSplits(splits, call.threads),
    scratchBytes: 4 * ownWords(r) + scratch,
    ...(chosen.length === 0 ? {} : { tuning: writeTuning(chosen) }),
  };
}

/** Sums of all steps, two states, one vector for gate n. */
const ownWords = (r: Recurrent): number => r.steps * r.batch * r.gates * r.hidden + 2 * r.batch * r.hidden + r.hidden;

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
  const scratch = `s + ${ownWords(r)}`;
  const input = gatesOf(call, 1, d * gates, (d + 1) * gates, steps * batch);
  const backwards = attribute(call.layer, 'direction', 'string', 'forward') === 'reverse' || d === 1;
  const product = (part: number, to: string, from: string): string[] => {
    const [first, last] = parts[part]!;
    const place = r.directions + d * parts.length + part;
    const stack = gatesOf(call, 2, d * gates + first, d * gates + last, 1);
    const [planned, split] = [decision.schedules![place]!, decision.splits![place]!];
    return isOnBytes(call, 2) ? byteProductLines(code, stack, planned, split, undefined, to, from, scratch) : vectorLines(code, stack.matrices, planned, split, to, from);
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
    ...(isOnBytes(call, 1)
      ? byteProductLines(code, input, decision.schedules![d]!, decision.splits![d]!, biases.input, 'sums', code.input(0), scratch)
      : productLines(code, input, decision.schedules![d]!, decision.splits![d]!, widthOf(decision, waysOf(call, r)), biases.input, 'sums', code.input(0), scratch)),
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
