/**
 * GRU, LSTM and RNN. The input half of all steps is one product, done before the first step; a step is one kernel: the
 * recurrent products of all gates of four units, and the cell.
 */
import { biasesOf, packWeights, plainRecurrence, planSchedule, recurrentOf, Call, type Gene, type PlannedSchedule, type Recurrent, type TuningSpace } from '@fretwork/compiler';
import { attribute, FretworkError, type SparseMatrix, type Tuning } from '@fretwork/format';
import { buffer, integer, integers, type LayerLaunches } from '../emit/layer-launches.js';
import type { DeviceFamily } from '../device-family.js';
import { CELLS, productsOf, recurrentKernel } from '../kernels/recurrent.js';
import { ROWS } from '../kernels/manifest.js';
import { NO_ACTIVATION, storedBytes } from '../kernels/prelude.js';
import { inConstantMemory, productSpace } from '../product/choose.js';
import { laySegments, layWaves, type Program } from '../product/lay-program.js';
import { emitCopy } from './moving.js';
import { decideStack, emitStack, MANY_VECTORS, requestOf, vectorSchedule, type Stack } from './products.js';
import type { Decision, OperatorRow, Setting } from './row.js';

/**
 * How steps are launched: all by one work-group, or each by as many as there are, whose items have units of their own; or each by a work-group
 * for every four units, whose items share columns, for GPUs: on an H200 units of their own keep next to nothing of it busy.
 */
export const STEPS: readonly ['one-launch', 'one-each', 'columns-each'] = ['one-launch', 'one-each', 'columns-each'];

const stepsFor = (family: DeviceFamily): readonly string[] => STEPS.filter((steps) => family !== 'processor' || steps !== 'columns-each');

/** Weights of a step up to which one work-group of a processor does all. */
const ONE_GROUP_WEIGHTS = 1 << 17;

/** Items of the work-group that does all steps. */
const STEP_ITEMS = 64;

/** Items that share the columns of four units, from so many columns on or below. */
const columnItems = (columns: number): number => (columns >= 128 ? 64 : 32);

/** Pieces of scratch memory, in order. Piece 0 is for turned inputs, empty where there are few. */
const [TURNED, SUMS, STATES, CELL, SPARE] = [0, 1, 2, 3, 4];

const cellOf = (call: Call, { resetLast }: Recurrent): string => (call.layer.operator === 'GRU' && resetLast ? 'gru_late' : call.layer.operator.toLowerCase());

const stack = (call: Call, input: number, d: number, gates: number, vectors: number): Stack =>
  ({ tensor: call.name(input), from: d * gates, to: (d + 1) * gates, matrices: (call.matrices(input) as readonly SparseMatrix[]).slice(d * gates, (d + 1) * gates), vectors });

const isSteps = (word: string): boolean => STEPS.some((steps) => steps === word);
const wordsOf = (tuning: Tuning | undefined): readonly string[] => tuning?.permute?.split(' ').filter((word) => word !== '') ?? [];

/** The call with what is tuned of its input product alone. */
function inputCall(call: Call): Call {
  const { permute: _, ...tuning } = call.tuning ?? {};
  const words = wordsOf(call.tuning).filter((word) => !isSteps(word));
  return new Call({ ...call.layer, tuning: { ...tuning, ...(words.length === 0 ? {} : { permute: words.join(' ') }) } }, call.context);
}

/** What may be tuned: how steps are launched, and the input product where it is one of many vectors. */
export function recurrentSpace(call: Call, setting: Setting): TuningSpace | undefined {
  const r = recurrentOf(call);
  const vectors = r.steps * r.batch;
  const steps: Gene | undefined = r.steps < 2 ? undefined : { name: 'steps', values: stepsFor(setting.family) };
  if (vectors < MANY_VECTORS) return steps === undefined ? undefined : { genes: [steps], fallback: { steps: usualSteps(setting.family) }, tuning: ({ steps: how }) => ({ permute: String(how) }) };
  const product = productSpace(requestOf(stack(call, 1, 0, r.gates, vectors), inputCall(call), setting));
  if (steps === undefined) return product;
  return {
    ...product, genes: [...product.genes, steps], fallback: { ...product.fallback, steps: usualSteps(setting.family) },
    tuning: ({ steps: how, ...choice }) => {
      const tuning = product.tuning(choice);
      return { ...tuning, permute: `${how} ${tuning.permute}` };
    },
  };
}

const HOW: Readonly<Record<(typeof STEPS)[number], string>> = { 'one-launch': 'one work-group does all steps', 'one-each': 'a launch per step', 'columns-each': 'a launch per step, items share columns' };

const usualSteps = (family: DeviceFamily, nnz = 0): (typeof STEPS)[number] => (family !== 'processor' ? 'columns-each' : nnz <= ONE_GROUP_WEIGHTS ? 'one-launch' : 'one-each');

function decide(call: Call, setting: Setting): Decision {
  const r = recurrentOf(call);
  const each = Array.from({ length: r.directions }, (_, d) => d);
  const inputs = each.map((d) => decideStack(stack(call, 1, d, r.gates, r.steps * r.batch), inputCall(call), setting));
  const states = each.map((d) => vectorSchedule(stack(call, 2, d, r.gates, 1), r.hidden));
  const [first] = inputs;
  const bytes = storedBytes(setting.type);
  const units = r.batch * r.hidden;
  const asked = STEPS.find((word) => wordsOf(call.tuning).includes(word));
  const steps = asked ?? usualSteps(setting.family, states[0]!.summary.nnz);
  return {
    kernel: cellOf(call, r),
    reason: `${r.steps * r.batch} input vectors before the first step (${first!.reason}); ${HOW[steps]}${asked === undefined ? '' : ', as tuned'}`,
    schedules: [...inputs.flatMap(({ schedules }) => schedules!), ...states],
    scratch: [first!.scratch?.[0] ?? 4, bytes * r.steps * units * r.gates, bytes * 2 * units, bytes * units, bytes * 2 * units],
    tuning: { ...(first!.tuning?.kernel === undefined ? { kernel: first!.kernel } : { kernel: first!.tuning.kernel, tile: first!.tuning.tile! }), permute: [steps, ...wordsOf(first!.tuning)].join(' ') },
  };
}

function emit(call: Call, decision: Decision, to: LayerLaunches): void {
  const r = recurrentOf(call);
  for (let d = 0; d < r.directions; d++) emitDirection(call, r, d, decision, to);
}

function emitDirection(call: Call, r: Recurrent, d: number, decision: Decision, to: LayerLaunches): void {
  const { gates, steps, batch, hidden } = r;
  const units = batch * hidden;
  const biases = biasesOf(call, r, d);
  const { kernel, tile } = decision.tuning!;
  const words = wordsOf(decision.tuning);
  const input = { kernel: kernel!, schedules: [decision.schedules![d]!], ...(tile === undefined ? {} : { tuning: { kernel: kernel!, tile, permute: words.filter((word) => !isSteps(word)).join(' ') } }) };
  emitStack(stack(call, 1, d, gates, steps * batch), input, biases.input, { x: to.input(0), y: to.scratch(SUMS), turned: () => to.scratch(TURNED) }, NO_ACTIVATION, to);

  const name = cellOf(call, r);
  const planned = decision.schedules![r.directions + d]!;
  const columns = words.includes('columns-each');
  const { program, weights } = layStates(stack(call, 2, d, gates, 1), planned, hidden, columns);
  const constant = inConstantMemory(planned.summary.nnz, to.plan.type);
  const step = to.text(`${name}_${columns ? 'columns' : constant ? 'c' : 'b'}`, recurrentKernel(name, { constant, columns }));
  start(call, to, 5, STATES, d, units);
  if (name === 'lstm') start(call, to, 6, CELL, d, units);
  const backwards = attribute(call.layer, 'direction', 'string', 'forward') === 'reverse' || d === 1;
  const sequence = call.hasOutput(0);
  const [w, p, late] = [to.buffers.numbers(weights), to.buffers.integers(program), to.buffers.numbers(biases.late)];
  const y = sequence ? to.output(0) : to.scratch(STATES);
  const run = (from: number, end: number, phases: number, alone: boolean): void => to.launch({
    kernel: step, global: [alone ? 1 : Math.ceil(hidden / ROWS) * batch, 1, 1],
    group: columns ? { axis: 1, most: 1, across: columnItems(planned.summary.loads / Math.max(1, planned.summary.groups)) } : { axis: 0, most: STEP_ITEMS, ...(alone ? { alone } : {}) },
    args: [
      buffer(to.scratch(SUMS)), buffer(to.scratch(STATES)), buffer(w), buffer(p), buffer(late), buffer(to.scratch(CELL)), buffer(to.scratch(SPARE)), buffer(y), ...(columns ? [['l', 16 * productsOf(name)] as const] : []),
      ...integers([hidden, batch, gates, from, end, steps, backwards ? 1 : 0, phases, sequence ? 1 : 0, d * units, r.directions * units]),
    ],
  });
  const phases = CELLS[name]!.phases.length;
  if (words.includes('one-launch')) run(0, steps, 2 ** phases - 1, true);
  else for (let k = 0; k < steps; k++) for (let phase = 0; phase < phases; phase++) run(k, k + 1, 2 ** phase, false);
  for (const [output, piece, offset] of [[1, STATES, (steps % 2) * units], [2, CELL, 0]] as const) {
    if (call.hasOutput(output)) emitCopy({ sizes: [units], to: { offset: d * units, strides: [1] }, from: { offset, strides: [1] } }, to.output(output), to.scratch(piece), to);
  }
}

/** What a state begins with: input `i`, or zeros. */
function start(call: Call, to: LayerLaunches, i: number, piece: number, d: number, units: number): void {
  if (call.has(i)) emitCopy({ sizes: [units], to: { offset: 0, strides: [1] }, from: { offset: d * units, strides: [1] } }, to.scratch(piece), to.input(i), to);
  else to.flat(to.support('fill'), units, [buffer(to.scratch(piece)), integer(units), ['f', 0]]);
}

/** The recurrent matrices of one direction: group u of a gate is its units 4 u and on. */
function layStates({ matrices }: Stack, planned: PlannedSchedule, hidden: number, columns: boolean): Program {
  const schedule = planSchedule(matrices, planned.options);
  const perGate = Math.ceil(hidden / ROWS);
  schedule.groups.forEach(({ start: first }, i) => {
    if (schedule.order[first] !== Math.floor(i / perGate) * hidden + (i % perGate) * ROWS) throw new FretworkError('opencl.plan', 'the groups of a recurrent schedule are not its units in order', { tensor: planned.tensor, hint: 'plan the model again' });
  });
  return (columns ? layWaves : laySegments)(schedule, ROWS, packWeights(matrices, schedule) as Float32Array, { column: (column) => column, bias: () => 0 });
}

export const RECURRENT: readonly OperatorRow[] = [{ operators: ['GRU', 'LSTM', 'RNN'], supports: plainRecurrence, decide, emit }];
