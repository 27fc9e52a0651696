/**
 * How a convolution becomes one shifted matrix product over a flat map (performance.md, section 7). Each channel is laid
 * out in a plane with the padding in it, its rows `pitch` cells apart; then a kernel tap is a constant distance, and
 * output cell (y, x) stands at y·pitch + x. With a stride, a channel is cut into one plane per phase (the cells that are
 * a multiple of the stride apart), and each of them is a problem of stride 1.
 */
import type { Triple, Window } from '../operators/window.js';
import type { Layout } from './layout.js';

/** The part of a channel that one phase plane holds. */
export interface Phase {
  /** First padded cell of the phase per dimension: 0 … stride - 1. */
  readonly from: Triple;
  /** Cells along each dimension that lie in the input, where the first lies in the plane and in the input. */
  readonly cells: Triple;
  readonly planeAt: Triple;
  readonly inputAt: Triple;
}

/** All in cells of four bytes. */
export interface Planes {
  /** Distance from row to row, from slice to slice, and from phase plane to phase plane. */
  readonly pitch: number;
  readonly slice: number;
  readonly plane: number;
  readonly phases: readonly Phase[];
  /** Distance of each kernel tap from the start of its channel, for the first output. */
  readonly taps: readonly number[];
  /** Vectors of four cells from the first output to the last. */
  readonly vectors: number;
  /** Distance from output plane to output plane, where outputs have planes of their own. */
  readonly outPlane: number;
  /** The input is used where it lies. */
  readonly direct: boolean;
}

/** An odd number of 64-byte lines: power-of-two distances put all channels into the same few cache sets. */
export const oddLines = (cells: number): number => (Math.ceil(cells / 16) | 1) * 16;

/** `layout`: how the input lies. */
export function planesOf(w: Window, layout: Layout): Planes {
  return isDirect(w, layout) ? directPlanes(w, layout) : stagedPlanes(w);
}

/** Is the padding there already, and no stride between outputs? Planes out of line with vectors cost less than a copy. */
const isDirect = (w: Window, { margin, pitch }: Layout): boolean =>
  w.strides.every((n) => n === 1) && w.begins[0] === 0 && w.ends[0] === 0
  && [w.begins[1], w.begins[2], w.ends[1], w.ends[2]].every((n) => n <= margin) && w.outputs[2] <= pitch;

const vectorsOf = ([D, H, W]: Triple, slice: number, pitch: number): number => Math.ceil(((D - 1) * slice + (H - 1) * pitch + W) / 4);

function directPlanes(w: Window, { pitch, first, plane }: Layout): Planes {
  const slice = pitch * w.inputs[1];
  const taps: number[] = [];
  for (let z = 0; z < w.kernel[0]; z++) {
    for (let y = 0; y < w.kernel[1]; y++) {
      for (let x = 0; x < w.kernel[2]; x++) {
        taps.push(first + z * w.dilations[0] * slice + (y * w.dilations[1] - w.begins[1]) * pitch + x * w.dilations[2] - w.begins[2]);
      }
    }
  }
  const vectors = vectorsOf(w.outputs, slice, pitch);
  return { pitch, slice, plane, phases: [], taps, vectors, outPlane: oddLines(4 * vectors), direct: true };
}

function stagedPlanes(w: Window): Planes {
  const [D, H, W] = w.outputs;
  const reach = (d: 0 | 1 | 2): number => Math.floor((w.kernel[d] - 1) * w.dilations[d] / w.strides[d]);
  // Without a stride the cells right of a row and left of the next one are the same zeros.
  const shared = w.inputs[2] + Math.max(w.begins[2], w.ends[2]);
  const pitch = w.strides[2] === 1 && shared >= W ? shared : W + reach(2);
  const rows = H + reach(1);
  const slice = pitch * rows;
  const kept = new Map<string, number>();
  const phases: Phase[] = [];
  const places: { phase: number; shift: number }[] = [];
  for (let z = 0; z < w.kernel[0]; z++) {
    for (let y = 0; y < w.kernel[1]; y++) {
      for (let x = 0; x < w.kernel[2]; x++) {
        const at: Triple = [z * w.dilations[0], y * w.dilations[1], x * w.dilations[2]];
        const from = at.map((n, d) => n % w.strides[d]!) as unknown as Triple;
        const key = from.join();
        if (!kept.has(key)) {
          kept.set(key, phases.length);
          phases.push(phaseOf(w, from, [D + reach(0), rows, pitch]));
        }
        const shift = at.map((n, d) => Math.floor(n / w.strides[d]!));
        places.push({ phase: kept.get(key)!, shift: shift[0]! * slice + shift[1]! * pitch + shift[2]! });
      }
    }
  }
  const vectors = vectorsOf(w.outputs, slice, pitch);
  const furthest = Math.max(...places.map((p) => p.shift));
  const plane = oddLines(Math.max((D + reach(0)) * slice, 4 * vectors + furthest));
  return { pitch, slice, plane, phases, taps: places.map((p) => p.phase * plane + p.shift), vectors, outPlane: oddLines(4 * vectors), direct: false };
}

/** Padded cell `from + k·stride` stands at place k of the plane and at `from + k·stride - begin` of the input. */
function phaseOf(w: Window, from: Triple, sizes: Triple): Phase {
  const ranges = from.map((f, d) => {
    const stride = w.strides[d]!;
    const begin = w.begins[d]!;
    const first = Math.max(0, Math.ceil((begin - f) / stride));
    const end = Math.min(sizes[d]!, Math.ceil((begin + w.inputs[d]! - f) / stride));
    return { cells: Math.max(0, end - first), planeAt: first, inputAt: f + first * stride - begin };
  });
  const each = (of: (range: typeof ranges[0]) => number): Triple => ranges.map(of) as unknown as Triple;
  return { from, cells: each((r) => r.cells), planeAt: each((r) => r.planeAt), inputAt: each((r) => r.inputAt) };
}
