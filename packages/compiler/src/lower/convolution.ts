import { attribute, type SparseMatrix } from '@fretwork/format';
import type { Support } from '../backend.js';
import type { Call } from './call.js';
import { OK, refuse } from './support.js';
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

/**
 * Rows of one remainder by the stride lie together, so that rows of outputs read rows of planes one behind the other.
 * `least`: fewer positions are read from planes in any case, which end that much later than they have to.
 */
export function stagingOf({ window: w, channels }: Convolution, least = 4): Staging {
  const positions = w.output[0] * w.output[1];
  const plain = w.kernel.every((size) => size === 1) && w.strides.every((step) => step === 1) && [...w.begins, ...w.ends].every((cells) => cells === 0);
  if (plain && positions >= least) return { direct: true, rows: [], channel: positions, floats: 0, tap: () => 0 };
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
  return { direct: false, rows, channel: kw * plane, floats: channels * kw * plane + least, tap };
}

/** What `call`, a Conv, computes. */
export function convolutionOf(call: Call): Convolution {
  const [batch, channels, ...spatial] = call.shape(0) as [number, number, ...number[]];
  const weight = call.shape(1);
  return {
    window: windowOf(call.layer, spatial, weight.slice(2), call.outShape().slice(2)), batch, channels, filters: weight[0]!,
    groups: attribute(call.layer, 'group', 'int', 1), matrix: call.matrices(1)![0]!, bias: call.has(2) ? call.numbers(2) : undefined,
  };
}

/** What both kinds of convolution ask for. */
export function constantWeights(call: Call): Support {
  if (call.shape(0).length > 4) return refuse('convolutions over three position axes are not compiled', 'the two of images and the one of sequences are');
  if (call.matrices(1) === undefined) return refuse('its weight is no float32 constant', 'code has its weights built in: make the weight a constant');
  return call.has(2) && call.numbers(2) === undefined ? refuse('its bias is computed', 'make it a constant') : OK;
}
