import { attribute } from '@fretwork/format';
import { layRuns, programBytes } from '../pack/lay-runs.js';
import { matricesOf } from '../pack/matrices.js';
import { planMapRuns } from '../pack/plan-map-runs.js';
import { oddLines } from '../plan/planes.js';
import { TILE } from './convolution.js';
import { setClamp } from './activation.js';
import { readable, synced, writable } from './elements.js';
import { PLAIN, sizeOf, type Binding, type Node, type OperatorRow, type PackSubject, type Step, type Work } from './row.js';
import { knownWindow, triple, windowMap, type Triple } from './window.js';

/**
 * A transposed convolution is a product that gives, for every input cell, the kernel it adds (Cout/g·taps rows), and the
 * adding. The product runs on the kernels, one matrix per group; the windows are those of the convolution that leads back.
 */
interface Shape {
  readonly batch: number;
  readonly channels: number;
  readonly groups: number;
  readonly perGroup: number;
  readonly cells: number;
  readonly positions: number;
  readonly taps: number;
  /** `[taps, input cells]` → output cell, or -1. */
  readonly map: Int32Array;
}

function shapeOf({ layer, inputs, outputs }: Node): Shape {
  const [x, w, y] = [inputs[0]!, inputs[1]!, outputs[0]!];
  const [spatial, result, kernel] = [x.shape.slice(2), y.shape.slice(2), w.shape.slice(2)];
  const rank = spatial.length;
  const strides = triple(attribute(layer, 'strides', 'ints', new Array<number>(rank).fill(1)));
  const dilations = triple(attribute(layer, 'dilations', 'ints', new Array<number>(rank).fill(1)));
  const pads = attribute(layer, 'pads', 'ints', new Array<number>(2 * rank).fill(0));
  const extra = attribute(layer, 'output_padding', 'ints', new Array<number>(rank).fill(0));
  const autoPad = attribute(layer, 'auto_pad', 'string', 'NOTSET');
  const asked = layer.attributes.has('output_shape') || autoPad.startsWith('SAME');
  const begins = triple(spatial.map((size, d) => {
    const at = d + 3 - rank;
    const full = strides[at]! * (size - 1) + extra[d]! + (kernel[d]! - 1) * dilations[at]! + 1;
    if (!asked) return autoPad === 'VALID' ? 0 : pads[d]!;
    const total = Math.max(0, full - result[d]!);
    return autoPad === 'SAME_UPPER' ? Math.floor(total / 2) : total - Math.floor(total / 2);
  }), 0);
  const none: Triple = [0, 0, 0];
  const map = windowMap({ inputs: triple(result), outputs: triple(spatial), kernel: triple(kernel), strides, dilations, begins, ends: none });
  return {
    batch: x.shape[0]!, channels: x.shape[1]!, groups: attribute(layer, 'group', 'int', 1), perGroup: w.shape[1]!,
    cells: sizeOf(spatial), positions: sizeOf(result), taps: sizeOf(kernel), map,
  };
}

function pack(subject: PackSubject): ReturnType<NonNullable<OperatorRow['pack']>> {
  const weight = subject.tensor(1);
  const [matrix] = matricesOf(subject.layer, 1, weight) ?? [];
  if (matrix === undefined || (subject.has(2) && subject.floats(2) === undefined)) return [];
  const groups = attribute(subject.layer, 'group', 'int', 1);
  const width = matrix.columns / groups;
  const bias = new Float32Array(matrix.rows);
  return Array.from({ length: groups }, (_, g) => ({ plan: planMapRuns(matrix, { columns: [g * width, (g + 1) * width] }), bias }));
}

/** Cells of one plane of staged input or product. */
const planeOf = (cells: number): number => oddLines(Math.ceil(cells / 4) * 4);

const work: NonNullable<OperatorRow['work']> = (node, packed): Work => {
  const x = node.inputs[0]!;
  if (packed.length === 0 || x.dtype !== 'f32') return { ...PLAIN, why: 'its weights are no float32 constants' };
  const plane = planeOf(sizeOf(x.shape.slice(2)));
  return {
    scratchBytes: 4 * plane * (x.shape[1]! + packed[0]!.rows) + 256,
    programBytes: packed.reduce((sum, m) => sum + programBytes(m.runs), 0),
    kernel: 'stream', why: 'each input cell by the kernels, added up by plain loops', clamps: false,
  };
};

function prepare(b: Binding): Step {
  const [x, y] = [b.node.inputs[0]!, b.node.outputs[0]!];
  if (b.packed.length === 0 || x.dtype !== 'f32') return plain(b);
  const s = shapeOf(b.node);
  const plane = planeOf(s.cells);
  const product = b.scratch + 4 * plane * s.channels;
  let base = b.program;
  const programs = b.packed.map((matrix) => {
    const program = layRuns(matrix.runs, b.buffer, {
      base, columnOffset: (c) => 4 * c * plane, rowOffset: (r) => 4 * r * plane, biasAddress: (r) => matrix.bias + 4 * r,
    });
    base = program.top;
    return program;
  });
  const bias = b.node.inputs[2] === undefined ? undefined : b.view(b.node.inputs[2]) as Float32Array;
  const Y = b.view(y) as Float32Array;
  const [from, width, vectors] = [b.address(x), s.channels / s.groups, Math.ceil(s.cells / 4)];
  const { map } = s;
  return () => {
    for (let n = 0; n < s.batch; n++) {
      b.kernels.copy1(from + 4 * n * s.channels * s.cells, b.scratch, s.channels, 1, s.cells, 0, 0, 4 * s.cells, 4 * plane);
      setClamp(b.floats, -Infinity, Infinity);
      for (let g = 0; g < s.groups; g++) {
        b.kernels.map(programs[g]!.start, programs[g]!.end, b.scratch + 4 * g * width * plane, product, vectors, TILE);
        for (let f = 0; f < s.perGroup; f++) {
          const filter = g * s.perGroup + f;
          const to = (n * s.groups * s.perGroup + filter) * s.positions;
          Y.fill(bias === undefined ? 0 : bias[filter]!, to, to + s.positions);
          for (let k = 0; k < s.taps; k++) {
            const source = product / 4 + (f * s.taps + k) * plane;
            for (let i = 0; i < s.cells; i++) {
              const cell = map[k * s.cells + i]!;
              if (cell >= 0) Y[to + cell]! += b.floats[source + i]!;
            }
          }
        }
      }
    }
  };
}

function plain(b: Binding): Step {
  const s = shapeOf(b.node);
  const [from, weights, to] = [readable(b, b.node.inputs[0]!), readable(b, b.node.inputs[1]!), writable(b, b.node.outputs[0]!)];
  const bias = b.node.inputs[2] === undefined ? undefined : readable(b, b.node.inputs[2]);
  const [X, M, Y] = [from.data, weights.data, to.data];
  const width = s.channels / s.groups;
  return synced([from, weights, ...(bias === undefined ? [] : [bias])], () => {
    for (let n = 0; n < s.batch; n++) {
      for (let filter = 0; filter < s.groups * s.perGroup; filter++) {
        const [g, f] = [Math.floor(filter / s.perGroup), filter % s.perGroup];
        const start = (n * s.groups * s.perGroup + filter) * s.positions;
        Y.fill(bias === undefined ? 0 : bias.data[filter]!, start, start + s.positions);
        for (let c = g * width; c < (g + 1) * width; c++) {
          for (let k = 0; k < s.taps; k++) {
            const weight = M[(c * s.perGroup + f) * s.taps + k]!;
            for (let i = 0; i < s.cells; i++) {
              const cell = s.map[k * s.cells + i]!;
              if (cell >= 0) Y[start + cell]! += weight * X[(n * s.channels + c) * s.cells + i]!;
            }
          }
        }
      }
    }
  }, [to]);
}

export const TRANSPOSED_CONVOLUTION: readonly OperatorRow[] = [
  { operator: 'ConvTranspose', supports: knownWindow, inMemory: [0], pack, work, prepare },
];
