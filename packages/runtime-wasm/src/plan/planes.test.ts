import { random } from '@fretwork/conformance';
import { describe, expect, it } from 'vitest';
import { windowMap, type Triple, type Window } from '../operators/window.js';
import { compactLayout, planeLayout, type Layout } from './layout.js';
import { planesOf } from './planes.js';

/** The planes of one channel with every cell that is in the input holding its number, the others -1. */
function laidOut(w: Window, layout: Layout): { cells: Int32Array; planes: ReturnType<typeof planesOf> } {
  const planes = planesOf(w, layout);
  if (planes.direct) {
    const lying = new Int32Array(Math.max(layout.plane, layout.first + w.inputs[0] * planes.slice) + 64).fill(-1);
    const [D, H, W] = w.inputs;
    for (let i = 0; i < D * H * W; i++) lying[layout.first + Math.floor(i / (H * W)) * planes.slice + Math.floor(i / W) % H * layout.pitch + i % W] = i;
    return { cells: lying, planes };
  }
  const cells = new Int32Array(planes.phases.length * planes.plane + 64).fill(-1);
  planes.phases.forEach((phase, p) => {
    for (let z = 0; z < phase.cells[0]; z++) {
      for (let y = 0; y < phase.cells[1]; y++) {
        for (let x = 0; x < phase.cells[2]; x++) {
          const to = p * planes.plane + (phase.planeAt[0] + z) * planes.slice + (phase.planeAt[1] + y) * planes.pitch + phase.planeAt[2] + x;
          const [i, j, k] = [phase.inputAt[0] + z * w.strides[0], phase.inputAt[1] + y * w.strides[1], phase.inputAt[2] + x * w.strides[2]];
          cells[to] = (i * w.inputs[1] + j) * w.inputs[2] + k;
        }
      }
    }
  });
  return { cells, planes };
}

describe('planesOf', () => {
  it('puts the cell of every tap of every output where the kernels look for it (4,000 random windows)', () => {
    let checked = 0;
    let direct = 0;
    for (let seed = 0; seed < 4000; seed++) {
      const draw = random(seed);
      const each = (make: () => number): Triple => (draw.next() < 0.7 ? [1, make(), make()] : [make(), make(), make()]);
      const flat = (t: Triple, inputs: Triple): Triple => [inputs[0] === 1 ? 1 : t[0], t[1], t[2]];
      const inputs = each(() => draw.integer(1, 12));
      const kernel = flat(each(() => draw.integer(1, 4)), inputs);
      const strides = draw.next() < 0.4 ? [1, 1, 1] as const : each(() => draw.integer(1, 4));
      const dilations = each(() => draw.integer(1, 3));
      const pads = (): Triple => flat([draw.integer(0, 3), draw.integer(0, 3), draw.integer(0, 3)], inputs).map((n, d) => (d === 0 && inputs[0] === 1 ? 0 : n)) as unknown as Triple;
      const [begins, ends] = [pads(), pads()];
      const outputs = inputs.map((n, d) => Math.floor((n + begins[d]! + ends[d]! - (kernel[d]! - 1) * dilations[d]! - 1) / strides[d]!) + 1) as unknown as Triple;
      if (outputs.some((n) => n < 1)) continue;
      const window: Window = { inputs, outputs, kernel, strides, dilations, begins, ends };
      const shape = [1, 1, ...inputs.slice(inputs[0] === 1 ? 1 : 0)];
      const layout = inputs[0] === 1 && draw.next() < 0.7 ? planeLayout(shape, draw.integer(0, 3)) : compactLayout(shape);
      const { cells, planes } = laidOut(window, layout);
      if (planes.direct) direct++;
      const map = windowMap(window);
      const positions = outputs[0] * outputs[1] * outputs[2];
      for (let i = 0; i < map.length; i++) {
        const [k, p] = [Math.floor(i / positions), i % positions];
        const [z, y, x] = [Math.floor(p / (outputs[1] * outputs[2])), Math.floor(p / outputs[2]) % outputs[1], p % outputs[2]];
        const at = z * planes.slice + y * planes.pitch + x;
        if (cells[planes.taps[k]! + at] !== map[i]) expect.fail(`seed ${seed}: tap ${k} of output ${z}, ${y}, ${x}`);
        if (at >= 4 * planes.vectors) expect.fail(`seed ${seed}: output ${at} is beyond ${planes.vectors} vectors`);
        checked++;
      }
      // As many cells as slack behind a compact value may be read beyond it.
      const room = planes.direct ? Math.max(layout.plane, layout.first + inputs[0] * planes.slice) + 3 : planes.phases.length * planes.plane;
      for (const tap of planes.taps) {
        expect(tap).toBeGreaterThanOrEqual(0);
        expect(tap + 4 * planes.vectors).toBeLessThanOrEqual(room);
      }
    }
    expect(checked).toBeGreaterThan(800_000);
    expect(direct).toBeGreaterThan(150);
  });
});
