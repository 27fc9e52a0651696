import { layRuns, programBytes } from '../pack/lay-runs.js';
import { planMapRuns } from '../pack/plan-map-runs.js';
import { oddLines } from '../plan/planes.js';
import { setClamp } from './activation.js';
import { int, ints } from './attributes.js';
import { TILE } from './convolution.js';
import { onNumbers, type Numbers } from './elements.js';
import { addProduct } from './plain-product.js';
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
  const spatial = inputs[0]!.shape.slice(2);
  const kernel = inputs[1]!.shape.slice(2);
  const rank = spatial.length;
  if (rank !== kernel.length) misfit(`${kernel.length} spatial dimensions`, spatial);
  const { first, last, ...s } = settingsOf(layer, kernel);
  const extra = listOf(layer, 'output_padding', rank, 0, 0);
  const autoPad = autoPadOf(layer);
  const asked = ints(layer, 'output_shape')?.slice(-rank);
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
  const x = shapeOf(given, 0, 3, Infinity);
  const w = shapeOf(given, 1, 3, Infinity);
  const groups = int(given.layer, 'group', 1);
  requireShape([x[1]!], [groups * quotient(w[0]!, groups)]);
  const filters = groups * w[1]!;
  requireShape(given.inputs[2]?.shape, [filters]);
  return [[x[0]!, filters, ...windowsBack(given).inputs.slice(5 - x.length)]];
}

function sizesOf(node: Node): Sizes {
  const x = node.inputs[0]!;
  const w = node.inputs[1]!;
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
  if (packed.length === 0 || x.dtype !== 'f32') return { ...PLAIN, why: 'no float32 constants' };
  const plane = planeOf(sizeOf(x.shape.slice(2)));
  return {
    scratchBytes: 4 * plane * (x.shape[1]! + packed[0]!.rows) + 256,
    programBytes: packed.reduce((sum, m) => sum + programBytes(m.runs), 0),
    kernel: 'stream', why: 'cells by kernels, sums by loops', clamps: false,
  };
};

function prepare(b: Binding): Step {
  const s = sizesOf(b.node);
  const { map, positions } = s;
  const filters = s.groups * s.perGroup;
  const [x, w, bias] = b.node.inputs;
  const packed = b.packed.length > 0 && x!.dtype === 'f32';
  return onNumbers(b, ([X, M, B]: readonly (Numbers | undefined)[], [Y]) => {
    const { multiply, product, plane } = packed ? packedProduct(b, s) : plainProduct(X!, M!, s);
    return () => {
      for (let n = 0; n < s.batch; n++) {
        for (let g = 0; g < s.groups; g++) {
          const first = multiply(n, g);
          for (let f = 0; f < s.perGroup; f++) {
            const filter = g * s.perGroup + f;
            const start = (n * filters + filter) * positions;
            Y.fill(B === undefined ? 0 : B[filter]!, start, start + positions);
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
    };
  // Packed weights are not looked at as they are in the model.
  }, packed ? [undefined, undefined, bias] : [x, w, bias]);
}

interface Product {
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
  const from = b.address(b.node.inputs[0]!);
  const width = s.channels / s.groups;
  const vectors = Math.ceil(s.cells / 4);
  const multiply = (n: number, g: number): number => {
    if (g === 0) b.kernels.copy1(from + 4 * n * s.channels * s.cells, b.scratch, s.channels, 1, s.cells, 0, 0, 4 * s.cells, 4 * plane);
    setClamp(b.floats, -Infinity, Infinity);
    b.kernels.map(programs[g]!.bounds[0]!, programs[g]!.bounds[1]!, b.scratch + 4 * g * width * plane, product, vectors, TILE);
    return product / 4;
  };
  return { multiply, product: b.floats, plane };
}

function plainProduct(X: Numbers, M: Numbers, s: Sizes): Product {
  const rows = s.perGroup * s.taps;
  const inner = s.channels / s.groups;
  const product = new Float64Array(rows * s.cells);
  const multiply = (n: number, g: number): number => {
    const first = g * inner;
    product.fill(0);
    addProduct(M, first * rows, 1, rows, X, (n * s.channels + first) * s.cells, s.cells, 1, product, 0, s.cells, rows, inner, s.cells);
    return 0;
  };
  return { multiply, product, plane: s.cells };
}

export const TRANSPOSED_CONVOLUTION: readonly OperatorRow[] = [
  { operator: 'ConvTranspose', shapes, macs: ({ inputs: [x, w] }) => [sizeOf(x!.shape) * sizeOf(w!.shape.slice(1))], supports: knownWindow, inMemory: [0], pack, work, prepare },
];
