/** Moves images into planes and out of them, on the machine's copying kernels. */
import type { Layout } from '../plan/layout.js';
import { oddLines, type Planes } from '../plan/planes.js';
import type { Binding } from './row.js';
import { sharedCopy } from './shared-work.js';
import type { Window } from './window.js';

/** Cells of all staged planes of one image, with room behind the last for taps of the last row. */
export const stagedCells = (planes: Planes, channels: number): number => oddLines(channels * planes.phases.length * planes.plane + 64);

/** Lays one image of `layout` out in planes at `b.scratch`, once, or in so many `copies` behind one another: one for each thread. */
export function staging(b: Binding, w: Window, planes: Planes, channels: number, layout: Layout, copies: number): (image: number) => void {
  const [, H] = w.inputs;
  const [sd, sh, sw] = w.strides;
  const all = stagedCells(planes, channels);
  const apart = copies === 1 ? 0 : 4 * all;
  const copy = sharedCopy(b, sw === 2 ? 'copy2' : 'copy1', apart);
  const frame = sharedCopy(b, 'frame', apart);
  const step = 4 * planes.phases.length * planes.plane;
  const pitch = 4 * layout.pitch;
  return (image) => {
    for (let p = 0; p < planes.phases.length; p++) {
      const { cells, planeAt, inputAt } = planes.phases[p]!;
      const base = b.scratch + 4 * p * planes.plane;
      const target = 4 * (planeAt[0] * planes.slice + planeAt[1] * planes.pitch + planeAt[2]);
      // Rows that touch one another are one long row.
      const whole = sh === 1 && sw === 1 && cells[2] === layout.pitch && planes.pitch === layout.pitch;
      const rows = whole ? 1 : cells[1];
      const width = whole ? cells[1] * cells[2] : cells[2];
      const empty = cells.includes(0);
      // Planes with several slices, and those that hold nothing of the input, are zeroed whole: they keep one row of no width, at their end.
      const kept = !empty && cells[0] === 1;
      frame(4 * planes.plane, base, channels, kept ? rows : 1, kept ? width : 0, kept ? target : 4 * planes.plane, 4 * planes.pitch, 0, step);
      if (empty) continue;
      for (let z = 0; z < cells[0]; z++) {
        const source = image + 4 * (layout.first + ((inputAt[0] + z * sd) * H + inputAt[1]) * layout.pitch + inputAt[2]);
        const to = base + target + 4 * z * planes.slice;
        // Of wider steps no kernel copies rows: columns are copied, one float wide.
        const together = sw > 2 ? 1 : width;
        for (let x = 0; x < width; x += together) copy(source + 4 * x * sw, to + 4 * x, channels, rows, together, sh * pitch, 4 * planes.pitch, 4 * layout.plane, step);
      }
    }
    // Taps of the last row reach behind the last plane.
    for (let end = b.scratch / 4 + all, k = 0; k < copies; k++, end += all) b.floats.fill(0, end - 64, end);
  };
}

/** Takes the outputs at `result` out of their planes, to an image of `layout`. */
export function placing(b: Binding, w: Window, planes: Planes, filters: number, layout: Layout, result: number): (output: number) => void {
  const [D, H, W] = w.outputs;
  const whole = planes.pitch === W && layout.pitch === W;
  const [rows, width] = whole ? [1, H * W] : [H, W];
  const copy1 = sharedCopy(b, 'copy1');
  return (output) => {
    for (let z = 0; z < D; z++) {
      copy1(result + 4 * z * planes.slice, output + 4 * (layout.first + z * H * layout.pitch), filters, rows, width, 4 * planes.pitch, 4 * layout.pitch, 4 * planes.outPlane, 4 * layout.plane);
    }
  };
}

/** Zeroes the margin of an image of `layout`, if there is one. */
export function framing(b: Binding, w: Window, filters: number, layout: Layout): ((output: number) => void) | undefined {
  if (layout.margin === 0) return undefined;
  const [, H, W] = w.outputs;
  const frame = sharedCopy(b, 'frame');
  const size = layout.first + (H + layout.margin) * layout.pitch;
  return (output) => { frame(4 * size, output, filters, H, W, 4 * layout.first, 4 * layout.pitch, 0, 4 * layout.plane); };
}

/** Adds the image at `from` to the one at `to`, both of their layouts, and clamps the sums. */
export function adding(b: Binding, w: Window, filters: number, layout: Layout, other: Layout): (from: number, to: number) => void {
  const [D, H, W] = w.outputs;
  const add = sharedCopy(b, 'add');
  return (from, to) => {
    for (let z = 0; z < D; z++) {
      add(from + 4 * (other.first + z * H * other.pitch), to + 4 * (layout.first + z * H * layout.pitch), filters, H, W, 4 * other.pitch, 4 * layout.pitch, 4 * other.plane, 4 * layout.plane);
    }
  };
}
