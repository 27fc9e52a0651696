import { attribute, type SparseMatrix } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { chooseStream, mainKernel } from '../product/choose-stream.js';
import { clampOf, streamLines } from '../product/emit-stream.js';
import { product, type Call } from './call.js';
import { OK, refuse, type Decision, type OperatorRow } from './row.js';
import { windowOf, type Window } from './window.js';

/** A convolution of stride and padding by any means, once its input is known to lie in planes. */
export interface Convolution {
  readonly window: Window;
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly groups: number;
  readonly matrix: SparseMatrix;
  readonly bias: readonly number[] | undefined;
}

/** How the input is read. */
export interface Staging {
  /** The input itself: a kernel of one cell, no stride, no padding. */
  readonly direct: boolean;
  /** Which input row each row of a plane is; -1: zeros. */
  readonly rows: readonly number[];
  /** Floats of one channel's planes, all shifts. */
  readonly channel: number;
  readonly floats: number;
  /** Floats from the start of a channel to what tap (ky, kx) reads for the first output. */
  readonly tap: (ky: number, kx: number) => number;
}

/** Rows of one remainder by the stride lie together, so that rows of outputs read rows of planes one behind the other. */
export function stagingOf({ window: w, channels }: Convolution): Staging {
  const positions = w.output[0] * w.output[1];
  const plain = w.kernel.every((size) => size === 1) && w.strides.every((step) => step === 1) && [...w.begins, ...w.ends].every((cells) => cells === 0);
  if (plain && positions >= 4) return { direct: true, rows: [], channel: positions, floats: 0, tap: () => 0 };
  const [kh, kw] = w.kernel;
  const [stride, dilation] = [w.strides[0], w.dilations[0]];
  const phases = new Map<number, number>();
  for (let ky = 0; ky < kh; ky++) {
    const phase = (ky * dilation) % stride;
    phases.set(phase, Math.max(phases.get(phase) ?? 0, w.output[0] + Math.floor((ky * dilation) / stride)));
  }
  const starts = new Map<number, number>();
  const rows: number[] = [];
  for (const [phase, count] of phases) {
    starts.set(phase, rows.length);
    for (let k = 0; k < count; k++) {
      const y = k * stride + phase - w.begins[0];
      rows.push(y >= 0 && y < w.input[0] ? y : -1);
    }
  }
  const plane = rows.length * w.output[1];
  const tap = (ky: number, kx: number): number => kx * plane + (starts.get((ky * dilation) % stride)! + Math.floor((ky * dilation) / stride)) * w.output[1];
  // Fewer than four outputs are computed four at a time all the same: what is read behind the last plane is there.
  return { direct: false, rows, channel: kw * plane, floats: channels * kw * plane + 4, tap };
}

export function decideConvolution(conv: Convolution, call: Call): Decision {
  const positions = product(conv.window.output);
  const staging = stagingOf(conv);
  const choice = chooseStream([conv.matrix], {
    positions: Math.max(4, positions), groupRows: conv.filters / conv.groups, threads: call.threads, ...(call.tuning === undefined ? {} : { tuning: call.tuning }),
  });
  const { options, summary, vectors } = choice;
  const spare = positions < 4 ? 4 * conv.filters : 0;
  const how = staging.direct ? 'reads its input where it lies' : `reads planes of rows, ${conv.window.kernel[1]} per channel, one for each kernel column`;
  return {
    kernel: mainKernel(summary, vectors),
    reason: `${how}; ${choice.reason}; ${summary.loadsSaved} of ${summary.loadsPerRow} loads saved`,
    schedules: [{ tensor: call.name(1), from: 0, to: 1, options, summary }],
    scratchBytes: 4 * (staging.floats + spare),
    tuning: { kernel: 'stream', tile: [options.height, 4 * vectors], permute: options.reorder ?? 'by-columns' },
  };
}

export function emitConvolution(conv: Convolution, call: Call, decision: Decision, code: LayerCode, x: string): void {
  const { window: w, batch, channels, filters, groups, bias } = conv;
  const staging = stagingOf(conv);
  const positions = product(w.output);
  const pitch = Math.max(4, positions);
  const taps = product(w.kernel);
  const perGroup = channels / groups;
  const [kw, filtersPerGroup] = [w.kernel[1], filters / groups];
  const spare = positions < 4 ? `s + ${staging.floats}` : undefined;
  const size = product(w.input);
  const lines: string[] = [];
  const from = batch === 1 ? x : `${x} + n * ${channels * size}`;
  const to = batch === 1 ? 'y0' : `y0 + n * ${filters * positions}`;
  if (!staging.direct) {
    lines.push(`${code.kernel('stage')}(s, ${from}, ${code.program(staging.rows)}, ${staging.rows.length}, ${channels}, ${w.input.join(', ')}, ${kw}, ${w.dilations[1]}, ${w.begins[1]}, ${w.strides[1]}, ${w.output[1]});`);
  }
  lines.push(...streamLines(code, [conv.matrix], decision.schedules![0]!, {
    from: staging.direct ? from : 's', to: spare ?? to, positions: pitch, vectors: Math.ceil((decision.tuning!.tile![1]!) / 4), activation: call.layer.activation,
    places: {
      row: (row) => 4 * pitch * row,
      column: (column, row) => {
        const [channel, tap] = [Math.floor(column / taps) + Math.floor(row / filtersPerGroup) * perGroup, column % taps];
        return 4 * (channel * staging.channel + staging.tap(Math.floor(tap / kw), tap % kw));
      },
      bias: (row) => bias?.[row] ?? 0,
    },
  }));
  if (spare !== undefined) lines.push(`for (int i = 0; i < ${filters * positions}; i++) (${to})[i] = (${spare})[i / ${positions} * 4 + i % ${positions}];`);
  if (batch === 1) code.add(...lines);
  else code.add(`for (int n = 0; n < ${batch}; n++) {`, ...lines.map((line) => `  ${line}`), '}');
  if (clampOf(call.layer.activation) === undefined) code.activate();
}

function convolutionOf(call: Call): Convolution {
  const [batch, channels, ...spatial] = call.shape(0) as [number, number, ...number[]];
  const weight = call.shape(1);
  return {
    window: windowOf(call.layer, spatial, weight.slice(2), call.outShape().slice(2)), batch, channels, filters: weight[0]!,
    groups: attribute(call.layer, 'group', 'int', 1), matrix: call.matrices(1)![0]!, bias: call.has(2) ? call.numbers(2) : undefined,
  };
}

/** What both kinds of convolution ask for. */
export function constantWeights(call: Call): ReturnType<typeof refuse> {
  if (call.shape(0).length > 4) return refuse('convolutions over three position axes are not compiled', 'the two of images and the one of sequences are');
  if (call.matrices(1) === undefined) return refuse('its weight is no float32 constant', 'code has its weights built in: make the weight a constant');
  return call.has(2) && call.numbers(2) === undefined ? refuse('its bias is computed', 'make it a constant') : OK;
}

export const CONVOLUTION: readonly OperatorRow[] = [{
  operators: ['Conv'],
  supports: constantWeights,
  decide: (call) => decideConvolution(convolutionOf(call), call),
  emit: (call, decision, code) => emitConvolution(convolutionOf(call), call, decision, code, code.input(0)),
}];
