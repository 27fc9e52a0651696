import { layRuns, programBytes } from '../pack/lay-runs.js';
import { planMapRuns } from '../pack/plan-map-runs.js';
import { oddLines } from '../plan/planes.js';
import { setClamp } from './activation.js';
import { int, ints } from './attributes.js';
import { TILE } from './convolution.js';
import { readable, synced, writable, type Numbers, type NumberView } from './elements.js';
import { PLAIN, sizeOf, type Binding, type Given, type Node, type OperatorRow, type PackSubject, type Shape, type Step, type Work } from './row.js';
import { misfit, quotient, requireShape, shapeOf } from './shapes.js';
import { autoPadOf, each, knownWindow, listOf, none, settingsOf, triple, windowMap, type Window } from './window.js';

/**
 * A transposed convolution is a product that gives, for every input cell, the kernel it adds (Cout/g·taps rows), and the
 * adding. The product runs on the kernels, one matrix per group; the windows are those of the convolution that leads back.
 */
interface Sizes {
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

/** The windows that lead back: from the result, whose sizes are `inputs`, to x, whose sizes are `outputs`. */
function windowsBack({ layer, inputs }: Given): Window {
  const [spatial, kernel] = [inputs[0]!.shape.slice(2), inputs[1]!.shape.slice(2)];
  const rank = spatial.length;
  if (rank !== kernel.length) misfit(`${kernel.length} spatial dimensions`, spatial);
  const { first, last, ...s } = settingsOf(layer, kernel);
  const [extra, autoPad, asked] = [listOf(layer, 'output_padding', rank, 0, 0), autoPadOf(layer), ints(layer, 'output_shape')?.slice(-rank)];
  const x = triple(spatial);
  const full = each((d) => s.strides[d] * (x[d] - 1) + triple(extra, 0)[d] + (s.kernel[d] - 1) * s.dilations[d] + 1);
  const open = asked === undefined && !autoPad.startsWith('SAME');
  const padded = each((d) => (autoPad === 'NOTSET' ? full[d] - first[d] - last[d] : full[d]));
  const inputsBack = asked === undefined ? open ? padded : each((d) => x[d] * s.strides[d]) : triple(asked);
  if (inputsBack.some((size) => size < 0)) misfit('sizes of 0 or more', inputsBack);
  const begins = each((d) => {
    if (open) return autoPad === 'NOTSET' ? first[d] : 0;
    const total = Math.max(0, full[d] - inputsBack[d]);
    return autoPad === 'SAME_UPPER' ? Math.floor(total / 2) : total - Math.floor(total / 2);
  });
  return { ...s, inputs: inputsBack, outputs: x, begins, ends: none };
}

/** x `[N, C, …]`, weight `[C, filters/groups, …]`. */
function shapes(given: Given): readonly Shape[] {
  const [x, w, groups] = [shapeOf(given, 0, 3, Infinity), shapeOf(given, 1, 3, Infinity), int(given.layer, 'group', 1)];
  requireShape([x[1]!], [groups * quotient(w[0]!, groups)]);
  const filters = groups * w[1]!;
  requireShape(given.inputs[2]?.shape, [filters]);
  return [[x[0]!, filters, ...windowsBack(given).inputs.slice(5 - x.length)]];
}

function sizesOf(node: Node): Sizes {
  const [x, w] = [node.inputs[0]!, node.inputs[1]!];
  const window = windowsBack(node);
  return {
    batch: x.shape[0]!, channels: x.shape[1]!, groups: int(node.layer, 'group', 1), perGroup: w.shape[1]!,
    cells: sizeOf(window.outputs), positions: sizeOf(window.inputs), taps: sizeOf(window.kernel), map: windowMap(window),
  };
}

function pack(subject: PackSubject): ReturnType<NonNullable<OperatorRow['pack']>> {
  const [matrix] = subject.matrices(1);
  if (matrix === undefined || (subject.has(2) && subject.floats(2) === undefined)) return [];
  const groups = int(subject.layer, 'group', 1);
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
  const s = sizesOf(b.node);
  const [bias, to, { map }] = [b.node.inputs[2] === undefined ? undefined : readable(b, b.node.inputs[2]), writable(b, b.node.outputs[0]!), s];
  const [Y, filters] = [to.data, s.groups * s.perGroup];
  const { reads, multiply, product, plane } = b.packed.length === 0 || b.node.inputs[0]!.dtype !== 'f32' ? plainProduct(b, s) : packedProduct(b, s);
  return synced([...reads, bias], () => {
    for (let n = 0; n < s.batch; n++) {
      for (let g = 0; g < s.groups; g++) {
        const first = multiply(n, g);
        for (let f = 0; f < s.perGroup; f++) {
          const filter = g * s.perGroup + f;
          const start = (n * filters + filter) * s.positions;
          Y.fill(bias === undefined ? 0 : bias.data[filter]!, start, start + s.positions);
          for (let k = 0; k < s.taps; k++) {
            const source = first + (f * s.taps + k) * plane;
            for (let i = 0; i < s.cells; i++) {
              const cell = map[k * s.cells + i]!;
              if (cell >= 0) Y[start + cell]! += product[source + i]!;
            }
          }
        }
      }
    }
  }, [to]);
}

interface Product {
  readonly reads: readonly NumberView[];
  /** Image n, group g: writes `[filters/groups · taps]` planes to `product`, from the index on that it returns. */
  readonly multiply: (n: number, g: number) => number;
  readonly product: Numbers;
  readonly plane: number;
}

function packedProduct(b: Binding, s: Sizes): Product {
  const plane = planeOf(s.cells);
  const product = b.scratch + 4 * plane * s.channels;
  let base = b.program;
  const programs = b.packed.map((matrix) => {
    const program = layRuns(matrix, b.buffer, {
      base, columnOffsets: Uint32Array.from({ length: matrix.columns }, (_, c) => 4 * c * plane), rowOffset: (r) => 4 * r * plane, biasAddress: (r) => matrix.bias + 4 * r,
    });
    base = program.top;
    return program;
  });
  const [from, width, vectors] = [b.address(b.node.inputs[0]!), s.channels / s.groups, Math.ceil(s.cells / 4)];
  const multiply = (n: number, g: number): number => {
    if (g === 0) b.kernels.copy1(from + 4 * n * s.channels * s.cells, b.scratch, s.channels, 1, s.cells, 0, 0, 4 * s.cells, 4 * plane);
    setClamp(b.floats, -Infinity, Infinity);
    b.kernels.map(programs[g]!.start, programs[g]!.end, b.scratch + 4 * g * width * plane, product, vectors, TILE);
    return product / 4;
  };
  return { reads: [], multiply, product: b.floats, plane };
}

function plainProduct(b: Binding, s: Sizes): Product {
  const [from, weights] = [readable(b, b.node.inputs[0]!), readable(b, b.node.inputs[1]!)];
  const [X, M, width, rows] = [from.data, weights.data, s.channels / s.groups, s.perGroup * s.taps];
  const product = new Float64Array(rows * s.cells);
  const multiply = (n: number, g: number): number => {
    product.fill(0);
    for (let c = g * width; c < (g + 1) * width; c++) {
      for (let r = 0; r < rows; r++) {
        const weight = M[c * rows + r]!;
        for (let i = 0; i < s.cells; i++) product[r * s.cells + i]! += weight * X[(n * s.channels + c) * s.cells + i]!;
      }
    }
    return 0;
  };
  return { reads: [from, weights], multiply, product, plane: s.cells };
}

export const TRANSPOSED_CONVOLUTION: readonly OperatorRow[] = [
  { operator: 'ConvTranspose', shapes, macs: ({ inputs: [x, w] }) => [sizeOf(x!.shape) * sizeOf(w!.shape.slice(1))], supports: knownWindow, inMemory: [0], pack, work, prepare },
];
