/** Convolutions by the panel kernels, to which pruned weights are zeros: tap by tap over maps with channels last, or by Winograd's F(4x4, 3x3). */
import { product, type Call, type Convolution } from '@fretwork/compiler';
import { decodeMatrix } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { PANEL } from '../kernels/panel.js';
import { boundsOf } from '../product/emit-stream.js';
import { fitsPanels, layPanels, panelCost, panelKernels } from '../product/panel-program.js';
import { panelRuns } from '../product/panel-runs.js';
import { isForWinogradPanels, planWinogradPanels, winogradPanelWeights } from '../winograd/plan-panels.js';
import { PRODUCTS } from '../winograd/transforms.js';
import type { Decision } from './row.js';

/** A way of doing a convolution by panels: how layers' `tuning` names it, what it costs, how it is decided and written. */
export interface PanelWay {
  readonly name: 'panels' | 'winograd-panels';
  readonly fits: (conv: Convolution) => boolean;
  /** Instructions, about. */
  readonly cost: (conv: Convolution) => number;
  readonly decide: (conv: Convolution, call: Call, why: string) => Decision;
  /** Lines for one image; `more` is added to it. Without the activation, where bounds are not all there is to it. */
  readonly lines: (conv: Convolution, call: Call, code: LayerCode, from: string, to: string, more: string | undefined) => string[];
}

/** Panels are whole: more threads than there are get nothing. */
const partsOfPanels = (conv: Convolution, threads: number): number => (conv.filters / PANEL >= threads ? threads : 1);

const decisionOf = (name: PanelWay['name'], conv: Convolution, call: Call, positions: number, floats: number, reason: string): Decision => ({
  kernel: panelKernels(conv.filters / PANEL, positions)[0]!, reason, scratchBytes: 4 * floats, parts: partsOfPanels(conv, call.threads), tuning: { kernel: name },
});

/** Filters or channels shared out in whole fours or panels, as C expressions in numbers of them. */
const inUnits = (code: LayerCode, size: number, unit: number, lines: (first: string, count: string) => readonly string[]): string[] =>
  (code.parts === 1 ? [...lines('0', String(size))] : code.shared(size / unit, ({ from, to }) => lines(`${unit} * ${from}`, `${unit} * (${to} - ${from})`)));

const on = (base: string, first: string, step = 1): string => (first === '0' ? base : `${base} + ${first}${step === 1 ? '' : ` * ${step}`}`);

const biasesOf = ({ filters, bias }: Convolution, code: LayerCode): string => code.weights(Float32Array.from({ length: filters }, (_, f) => bias?.[f] ?? 0));

const TAPS: PanelWay = {
  name: 'panels',
  fits: (conv) => conv.groups === 1 && fitsPanels(conv.filters, conv.channels) && panelRuns(conv).length > 0,
  cost: (conv) => {
    const { window: w, channels, filters, batch } = conv;
    const positions = product(w.output);
    return batch * (panelRuns(conv).reduce((sum, { count }) => sum + 20 + panelCost(filters / PANEL, channels, count), 0) + 1.5 * channels * product(w.input) + 2 * filters * positions + positions * (filters / 2));
  },
  decide: (conv, call, why) => {
    const runs = panelRuns(conv);
    const { window: w, channels, filters } = conv;
    return decisionOf('panels', conv, call, runs.reduce((most, { count }) => Math.max(most, count), 0), channels * product(w.input) + filters * product(w.output),
      `whole weights tap by tap, filters in the lanes, channels last, ${why}; ${runs.length} runs of outputs, none of them over padding`);
  },
  lines: (conv, call, code, from, to, more) => {
    const { window: w, channels, filters, matrix } = conv;
    const [size, positions, taps] = [product(w.input), product(w.output), product(w.kernel)];
    const runs = panelRuns(conv);
    const values = decodeMatrix(matrix) as Float32Array;
    const weights = new Float32Array(filters * channels * taps);
    for (let tap = 0; tap < taps; tap++) weights.set(layPanels(filters, channels, (f, c) => values[(f * channels + c) * taps + tap]!), tap * filters * channels);
    for (const { count } of runs) for (const kernel of panelKernels(filters / PANEL, count)) code.kernel(kernel);
    const biases = biasesOf(conv, code);
    return [
      `float *last = s, *sums = last + ${channels * size};`,
      `static const int runs[][4] = {${runs.map(({ tap, from: x, to: y, count }) => `{${tap}, ${x}, ${y}, ${count}}`).join(', ')}};`,
      ...inUnits(code, channels, 4, (first, count) => [`${code.kernel('channels_last')}(${on('last', first)}, ${on(from, first, size)}, ${count}, ${size}, ${channels});`]),
      ...code.wait(),
      ...inUnits(code, filters, PANEL, (first, count) => [
        `for (int i = 0; i < ${positions}; i++) memcpy(${on(`sums + i * ${filters}`, first)}, ${on(biases, first)}, (size_t)(${count}) * sizeof(float));`,
        `for (int r = 0; r < ${runs.length}; r++)`,
        `  ${code.kernel('panels')}(${on(`sums + runs[r][2] * ${filters}`, first)}, last + runs[r][1] * ${channels}, ${on(`${code.weights(weights)} + runs[r][0] * ${filters * channels}`, first, channels)}, (${count}) / ${PANEL}, ${channels}, runs[r][3], ${filters}, ${channels * w.strides[1]}, 0);`,
        `${code.kernel('channels_first')}(${on(to, first, positions)}, ${on('sums', first)}, ${more === undefined ? 'NULL' : on(more, first, positions)}, ${count}, ${positions}, ${filters}, ${boundsOf(call.layer.activation)});`,
      ]),
    ];
  },
};

const WINOGRAD: PanelWay = {
  name: 'winograd-panels',
  fits: isForWinogradPanels,
  cost: (conv) => planWinogradPanels(conv).cost,
  decide: (conv, call, why) => {
    const { strips, tiles, rows } = planWinogradPanels(conv);
    return decisionOf('winograd-panels', conv, call, tiles, PRODUCTS * (conv.channels + conv.filters) * tiles + partsOfPanels(conv, call.threads) * rows,
      `Winograd F(4x4, 3x3), ${why}; ${strips.length} x ${tiles} tiles, weights transformed when this was made; channels and filters in the lanes`);
  },
  lines: (conv, call, code, from, to, more) => {
    const { window: w, channels, filters } = conv;
    const { across, down, strips, tiles, rows } = planWinogradPanels(conv);
    const [inPlane, outPlane] = [channels * tiles, filters * tiles];
    for (const kernel of panelKernels(filters / PANEL, tiles)) code.kernel(kernel);
    const [weights, biases] = [code.weights(winogradPanelWeights(conv)), biasesOf(conv, code)];
    return [
      `float *there = s, *back = there + ${PRODUCTS * inPlane}, *padded = back + ${PRODUCTS * outPlane};`,
      `static const int strips[] = {${strips.join(', ')}};`,
      `for (int i = 0; i < ${strips.length}; i++) {`,
      ...[
        ...inUnits(code, channels, 4, (first, count) => [
          `${code.kernel('winograd_panels_in')}(${on('there', first)}, ${on(from, first, product(w.input))}, ${code.parts === 1 ? 'padded' : `padded + part * ${rows}`}, ${count}, ${w.input.join(', ')}, 4 * strips[i] - ${w.begins[0]}, ${w.begins[1]}, ${down}, ${across}, ${channels}, ${inPlane});`,
        ]),
        ...code.wait(),
        ...inUnits(code, filters, PANEL, (first, count) => [
          `for (int k = 0; k < ${PRODUCTS}; k++)`,
          `  ${code.kernel('panels')}(${on(`back + k * ${outPlane}`, first)}, there + k * ${inPlane}, ${on(`${weights} + k * ${filters * channels}`, first, channels)}, (${count}) / ${PANEL}, ${channels}, ${tiles}, ${filters}, ${channels}, 1);`,
          `${code.kernel('winograd_panels_out')}(${on(to, first, product(w.output))}, ${on('back', first)}, ${on(biases, first)}, ${more === undefined ? 'NULL' : on(more, first, product(w.output))}, ${count}, ${w.output.join(', ')}, 4 * strips[i], ${down}, ${across}, ${filters}, ${outPlane}, ${boundsOf(call.layer.activation)});`,
        ]),
        ...(strips.length > 1 ? code.wait() : []),
      ].map((line) => `  ${line}`),
      '}',
    ];
  },
};

export const PANEL_WAYS: readonly PanelWay[] = [TAPS, WINOGRAD];
