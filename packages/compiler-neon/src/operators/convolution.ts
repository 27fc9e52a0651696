import { constantWeights, convolutionOf, product, RESIDUAL, stagingOf, type Call, type Convolution, type KernelVariant } from '@fretwork/compiler';
import type { Tuning } from '@fretwork/format';
import { familyOf } from '../family.js';
import type { LayerCode } from '../emit/layer-code.js';
import { chooseStream, mainKernel } from '../product/choose-stream.js';
import { clampOf, streamLines } from '../product/emit-stream.js';
import { readTuning, writeTuning, type ProductSize } from '../product/tuning.js';
import { decideDepthwise, depthwiseFor, emitDepthwise } from './depthwise.js';
import { isForWinograd, planWinograd } from '../winograd/plan-winograd.js';
import { decideByteConvolution, emitByteConvolution, isDecidedForBytes, isForBytes } from './int8.js';
import { PANEL_WAYS, type PanelWay } from './panels.js';
import { winogradDecision, winogradLines } from './winograd.js';
import { partsOfSplits, type Decision, type OperatorRow } from './row.js';

/** What is open about it, of the way that is chosen without tuning. */
export function sizesOfConvolution(conv: Convolution, call: Call): readonly ProductSize[] {
  const { window, matrix, channels, filters, groups } = conv;
  const { tuning } = decideConvolution(conv, call);
  if (panelWayIn(tuning) !== undefined) return [];
  if (tuning!.kernel === 'winograd') return [{ columns: channels, positions: planWinograd(conv, 1).positions, groupRows: filters }];
  return [{ columns: matrix.columns, positions: Math.max(4, product(window.output)), groupRows: filters / groups }];
}

const panelWayIn = (tuning: Tuning | undefined): PanelWay | undefined => PANEL_WAYS.find(({ name }) => name === tuning?.kernel);

/** Instructions per float of planes of rows of so many that a copy takes: every other cell is read in vectors, and rows may be short. */
const copyCost = (stride: number, columns: number): number =>
  (stride === 1 ? 1.3 : stride === 2 ? (15 + 6 * Math.floor(columns / 4) + 5 * (columns % 4)) / columns : 5);

export function decideConvolution(conv: Convolution, call: Call): Decision {
  const positions = product(conv.window.output);
  const family = familyOf(call);
  const least = family.lanes;
  const staging = stagingOf(conv, least);
  const choice = chooseStream([conv.matrix], {
    positions: Math.max(least, positions) / family.scale, scale: family.scale, groupRows: conv.filters / conv.groups, threads: call.threads, tuning: readTuning(call.tuning, ['stream'])?.[0],
  });
  const tuned = call.tuning?.kernel;
  if (family.type === 'f32' && tuned !== 'stream') {
    const direct = conv.batch * (choice.cost + (staging.direct ? 0 : staging.floats * copyCost(conv.window.strides[1]!, conv.window.output[1]!)));
    const plan = isForWinograd(conv) && panelWayIn(call.tuning) === undefined ? planWinograd(conv, call.threads, readTuning(call.tuning, ['winograd'])?.[0]) : undefined;
    const ways = tuned === 'winograd' ? [] : PANEL_WAYS.filter((way) => (panelWayIn(call.tuning) ?? way) === way && way.fits(conv)).map((way) => ({ way, cost: way.cost(conv) }));
    const best = ways.reduce<(typeof ways)[number] | undefined>((a, b) => (a === undefined || b.cost < a.cost ? b : a), undefined);
    if (best !== undefined && (best.way === panelWayIn(call.tuning) || best.cost < Math.min(direct, plan?.cost ?? Infinity))) {
      return best.way.decide(conv, call, best.way === panelWayIn(call.tuning) ? 'as tuned' : `about ${Math.round(best.cost)} instructions, ${Math.round(direct)} the direct way`);
    }
    if (plan !== undefined && (tuned === 'winograd' || plan.cost < direct)) return winogradDecision(conv, plan, call, direct);
  }
  const { options, summary, vectors, split } = choice;
  const spare = positions < least ? least * conv.filters : 0;
  const how = staging.direct ? 'reads its input where it lies' : `reads planes of rows, ${conv.window.kernel[1]} per channel, one for each kernel column`;
  return {
    kernel: mainKernel(summary, vectors, family),
    reason: `${how}; ${choice.reason}; ${summary.loadsSaved} of ${summary.loadsPerRow} loads saved`,
    schedules: [{ tensor: call.name(1), from: 0, to: 1, options, summary }],
    scratchBytes: 4 * (staging.floats + spare),
    splits: [split], parts: partsOfSplits([split], call.threads),
    tuning: writeTuning([choice.tuning]),
  };
}

export function emitConvolution(conv: Convolution, call: Call, decision: Decision, code: LayerCode, x: string): void {
  const { window: w, batch, channels, filters, groups, bias } = conv;
  const { lanes, bytes } = code.family;
  const staging = stagingOf(conv, lanes);
  const positions = product(w.output);
  const pitch = Math.max(lanes, positions);
  const taps = product(w.kernel);
  const perGroup = channels / groups;
  const [kw, filtersPerGroup] = [w.kernel[1], filters / groups];
  const spare = positions < lanes && panelWayIn(decision.tuning) === undefined ? `s + ${staging.floats}` : undefined;
  const size = product(w.input);
  const lines: string[] = [];
  const from = batch === 1 ? x : `${x} + n * ${channels * size}`;
  const to = batch === 1 ? 'y0' : `y0 + n * ${filters * positions}`;
  const residual = call.has(RESIDUAL) ? code.input(RESIDUAL) : undefined;
  const more = residual === undefined || batch === 1 ? residual : `${residual} + n * ${filters * positions}`;
  const panels = panelWayIn(decision.tuning);
  const isWhole = panels !== undefined || decision.tuning!.kernel === 'winograd';
  // What neither of these kernels adds is added in a pass of its own, and so is the activation.
  const isLate = more !== undefined && (spare !== undefined || decision.tuning!.kernel === 'winograd');
  const activation = isLate ? undefined : call.layer.activation;
  if (panels !== undefined) lines.push(...panels.lines(conv, call, code, from, to, more));
  else if (isWhole) lines.push(...winogradLines(conv, call, decision, code, from, to, activation));
  else if (!staging.direct) {
    lines.push(...code.shared(channels, ({ at, count }) => [
      `${code.kernel(w.strides[1] === 2 ? 'stage_pairs' : 'stage')}(${at('s', staging.channel)}, ${at(from, size)}, ${code.program(staging.rows)}, ${staging.rows.length}, ${count}, ${w.input.join(', ')}, ${kw}, ${w.dilations[1]}, ${w.begins[1]}, ${w.strides[1]}, ${w.output[1]});`,
    ]), ...code.wait());
  }
  if (!isWhole) lines.push(...streamLines(code, [conv.matrix], decision.schedules![0]!, {
    from: staging.direct ? from : 's', to: spare ?? to, positions: pitch, vectors: readTuning(decision.tuning, ['stream'])![0]!.tile! / 4, activation, more: isLate ? undefined : more, split: decision.splits![0]!,
    places: {
      row: (row) => bytes * pitch * row,
      column: (column, row) => {
        const [channel, tap] = [Math.floor(column / taps) + Math.floor(row / filtersPerGroup) * perGroup, column % taps];
        return bytes * (channel * staging.channel + staging.tap(Math.floor(tap / kw), tap % kw));
      },
      bias: (row) => bias?.[row] ?? 0,
    },
  }));
  if (spare !== undefined) lines.push(...code.wait(), ...code.alone([`for (int i = 0; i < ${filters * positions}; i++) (${to})[i] = (${spare})[i / ${positions} * ${lanes} + i % ${positions}];`]));
  if (isLate) lines.push(...code.wait(), ...code.shared(filters * positions, (range) => [`for (int i = ${range.from}; i < ${range.to}; i++) (${to})[i] += (${more})[i];`]));
  if (batch === 1) code.add(...lines);
  else code.add(`for (int n = 0; n < ${batch}; n++) {`, ...[...lines, ...(staging.direct && !isWhole ? [] : code.wait())].map((line) => `  ${line}`), '}');
  if (isLate || clampOf(call.layer.activation) === undefined) code.activate();
}

/** Can a convolution add another value while it stores what it makes? */
export const takesResiduals = (call: Call): boolean => depthwiseOf(call) === undefined && !isForBytes(call, convolutionOf(call).matrix);

/** There are no depthwise kernels for halves. */
const depthwiseOf = (call: Call): KernelVariant | undefined => (familyOf(call).type === 'f32' ? depthwiseFor(convolutionOf(call)) : undefined);

export const CONVOLUTION: readonly OperatorRow[] = [{
  operators: ['Conv'],
  supports: constantWeights,
  products: (call) => (depthwiseOf(call) === undefined ? sizesOfConvolution(convolutionOf(call), call) : []),
  decide: (call) => {
    const conv = convolutionOf(call);
    const depthwise = depthwiseOf(call);
    if (depthwise !== undefined) return decideDepthwise(conv, depthwise, call);
    return (isForBytes(call, conv.matrix) ? decideByteConvolution : decideConvolution)(conv, call);
  },
  emit: (call, decision, code) => {
    const emit = isDecidedForBytes(decision) ? emitByteConvolution : depthwiseOf(call) === undefined ? emitConvolution : emitDepthwise;
    emit(convolutionOf(call), call, decision, code, code.input(0));
  },
}];
