import { layRuns, programBytes, type Places } from '../pack/lay-runs.js';
import { planMapRuns } from '../pack/plan-map-runs.js';
import { planPieces } from '../pack/plan-pieces.js';
import { isAxpy } from '../pack/run-cost.js';
import type { Layout } from '../plan/layout.js';
import { oddLines, planesOf, type Planes } from '../plan/planes.js';
import { clampOf, setClamp, setResidual } from './activation.js';
import { int } from './attributes.js';
import { plainConvolution } from './plain-convolution.js';
import { PLAIN, sizeOf, type Binding, type Given, type Node, type OperatorRow, type PackedMatrix, type PackSubject, type PlaneUse, type Shape, type Step, type Work } from './row.js';
import { quotient, requireShape, shapeOf } from './shapes.js';
import { sharedMap } from './shared-work.js';
import { adding, framing, placing, stagedCells, staging } from './staging.js';
import { knownWindow, windowOf, type Window } from './window.js';

/**
 * Channels whose activations are used together, so that they stay in a near cache (performance.md, section 7). Runs of sparse
 * weights get shorter by it, and of the sparsest so short that it does not pay.
 */
const CHANNELS = { dense: 64, sparse: 256, density: 0.15 };
/** Vectors of pixels that all runs go over before the next ones. */
export const TILE: number = 96;
/** Where weights are sparse, runs are short and many: the longer they go on, the less their beginnings cost. */
const SPARSE = { density: 0.5, tile: 192 };

type Packed = Pick<PackedMatrix, 'runs' | 'rows' | 'columns' | 'nnz'>;

const groupsOf = (node: { readonly layer: PackSubject['layer'] }): number => int(node.layer, 'group', 1);

const convolutionWindow = ({ layer, inputs }: Given): Window => windowOf(layer, inputs[0]!.shape.slice(2), inputs[1]!.shape.slice(2));

/** x `[N, C, …]`, weight `[filters, C/groups, …]`. */
function shapes(given: Given): readonly Shape[] {
  const x = shapeOf(given, 0, 3, Infinity);
  const w = shapeOf(given, 1, 3, Infinity);
  const groups = groupsOf(given);
  const filters = w[0]!;
  requireShape([groups * quotient(filters, groups), x[1]!], [filters, groups * w[1]!]);
  requireShape(given.inputs[2]?.shape, [filters]);
  return [[x[0]!, filters, ...convolutionWindow(given).outputs.slice(5 - x.length)]];
}

function pack(subject: PackSubject): ReturnType<NonNullable<OperatorRow['pack']>> {
  const weight = subject.tensor(1);
  const [matrix] = subject.matrices(1);
  const bias = subject.has(2) ? subject.floats(2) : new Float32Array(matrix?.rows ?? 0);
  if (matrix === undefined || weight === undefined || bias === undefined) return [];
  const kernel = sizeOf(weight.shape.slice(2));
  const channels = weight.shape[1]!;
  const together = matrix.payload.length >= SPARSE.density * matrix.rows * matrix.columns ? CHANNELS.dense : CHANNELS.sparse;
  const chunked = channels >= 2 * together && matrix.payload.length >= CHANNELS.density * matrix.rows * matrix.columns;
  const plan = planMapRuns(matrix, {
    groupRows: matrix.rows / groupsOf(subject),
    chunk: chunked ? together * kernel : undefined,
    vectors: subject.cells === undefined ? undefined : Math.min(SPARSE.tile, Math.ceil(subject.cells / 4)),
  });
  return [{ plan, bias }];
}

/** Bytes of planes that every thread has for itself: half of a second cache. What another core has copied costs more to read than to copy once more. */
const OWN = 2 ** 19;

/** How a convolution is carried out; plain and printable. */
interface Way {
  readonly planes: Planes;
  /** Are outputs written where they are to lie, or to planes in the scratch and then copied? */
  readonly inPlace: boolean;
  /** What adds the residual: the kernels, or a walk over the outputs behind them. */
  readonly residual: 'none' | 'kernels' | 'walk';
  readonly tile: number;
  /** Bytes of planes that the input is copied to, and how often: once, or once for each thread. */
  readonly staged: number;
  readonly copies: number;
  readonly scratchBytes: number;
}

const same = (a: Layout, b: Layout): boolean => a.pitch === b.pitch && a.first === b.first && a.plane === b.plane;

function wayOf(node: Node, matrix: Packed, layout: Binding['layout'], threads: number): Way {
  const x = node.inputs[0]!;
  const y = node.outputs[0]!;
  const w = convolutionWindow(node);
  const planes = planesOf(w, layout(x));
  const to = layout(y);
  const [D, H] = w.outputs;
  const inPlace = to.pitch === planes.pitch && to.first + 4 * planes.vectors <= to.plane && (D === 1 || planes.slice === H * to.pitch);
  const residual = node.residual === undefined ? 'none' : inPlace && same(layout(node.residual), to) ? 'kernels' : 'walk';
  const staged = planes.direct ? 0 : 4 * stagedCells(planes, x.shape[1]!);
  const copies = staged > OWN ? 1 : threads;
  return {
    planes, inPlace, residual, staged, copies,
    tile: matrix.nnz < SPARSE.density * matrix.rows * matrix.columns ? SPARSE.tile : TILE,
    scratchBytes: copies * staged + (inPlace ? 0 : 4 * oddLines(matrix.rows * planes.outPlane)),
  };
}

const runnable = (node: Node, packed: readonly Packed[]): boolean => packed.length > 0 && node.inputs[0]!.dtype === 'f32' && node.outputs[0] !== undefined;

const work: NonNullable<OperatorRow['work']> = (node, packed, layout, threads): Work => {
  const [matrix] = packed;
  if (matrix === undefined || !runnable(node, packed)) return { ...PLAIN, why: 'no float32 constants' };
  const way = wayOf(node, matrix, layout, threads);
  const vectors = Math.min(way.tile, way.planes.vectors);
  let axpy = 0;
  for (let i = 0; i < matrix.runs.count; i++) if (isAxpy(matrix.runs, i, vectors)) axpy++;
  const streams = matrix.runs.count - axpy;
  return {
    scratchBytes: way.scratchBytes,
    programBytes: programBytes(matrix.runs),
    kernel: [...(streams > 0 ? [`stream (${streams} runs)`] : []), ...(axpy > 0 ? [`axpy (${axpy} runs)`] : [])].join(' + '),
    why: explain(way),
    clamps: true,
  };
};

function explain({ planes, inPlace, residual }: Way): string {
  const from = planes.direct ? 'on the input as it lies' : `on ${planes.phases.length} padded planes per channel`;
  const to = inPlace ? '' : ', outputs copied to their place';
  const added = residual === 'none' ? '' : residual === 'kernels' ? ', residual by the kernels' : ', residual afterwards';
  return `${from}, rows ${planes.pitch} apart, ${planes.vectors} vectors of pixels${to}${added}`;
}

/** Whatever fits: a stride needs planes of its own in any case, other paddings than a margin can have too. */
function planeUse(node: Node, packed: readonly PackedMatrix[]): PlaneUse | undefined {
  const { activation, inputs } = node;
  if (!runnable(node, packed) || inputs[0]!.shape.length !== 4 || (activation !== undefined && activation.kind !== 'relu' && activation.kind !== 'clip')) return undefined;
  const w = convolutionWindow(node);
  const reads = [0];
  if (w.strides.some((n) => n !== 1)) return { reads, margin: 0, sameSize: false };
  const margin = Math.max(w.begins[1], w.begins[2], w.ends[1], w.ends[2]);
  return { reads, margin, sameSize: w.outputs[1] === w.inputs[1] && w.outputs[2] === w.inputs[2] };
}

function prepare(b: Binding): Step {
  const [matrix] = b.packed;
  const x = b.node.inputs[0]!;
  const y = b.node.outputs[0]!;
  const window = convolutionWindow(b.node);
  if (matrix === undefined || x.dtype !== 'f32') return plainConvolution(b, window, groupsOf(b.node));
  const way = wayOf(b.node, matrix, b.layout, b.threads);
  const { planes, inPlace, staged } = way;
  const from = b.layout(x);
  const to = b.layout(y);
  const batch = x.shape[0]!;
  const channels = x.shape[1]!;
  const filters = matrix.rows;
  const groupRows = filters / groupsOf(b.node);
  const taps = planes.taps.length;
  const perGroup = matrix.columns / taps;
  const stride = planes.direct ? planes.plane : planes.phases.length * planes.plane;
  const pieces = planPieces(matrix.runs, { rows: filters, vectors: planes.vectors, cells: groupRows < filters ? 0 : channels * sizeOf(x.shape.slice(2)), tile: way.tile, threads: b.threads });
  const places: Places = {
    base: b.program,
    columnOffsets: Uint32Array.from({ length: matrix.columns }, (_, column) => 4 * (Math.floor(column / taps) * stride + planes.taps[column % taps]!)),
    groupOffset: (row) => 4 * Math.floor(row / groupRows) * perGroup * stride,
    rowOffset: (row) => 4 * row * (inPlace ? to.plane : planes.outPlane),
    biasAddress: (row) => matrix.bias + 4 * row,
    axpy: (run) => isAxpy(matrix.runs, run, Math.min(pieces.tile, planes.vectors)),
    residual: way.residual === 'kernels',
  };
  const program = layRuns(matrix, b.buffer, places, pieces.by === 'rows' ? pieces.parts : undefined);
  const copies = pieces.by === 'rows' ? way.copies : 1;
  const map = sharedMap(b, program, pieces, planes.vectors, copies === 1 ? 0 : staged);
  if (sizeOf(y.shape) === 0) return () => undefined;
  const [low, high] = clampOf(b.node.activation);
  const [firstLow, firstHigh] = way.residual === 'walk' ? clampOf(undefined) : [low, high];
  const input = b.address(x);
  const output = b.address(y);
  const image = 4 * channels * from.plane;
  const result = 4 * filters * to.plane;
  const scratch = b.scratch + way.copies * staged;
  const stage = planes.direct ? undefined : staging(b, window, planes, channels, from, copies);
  const place = inPlace ? undefined : placing(b, window, planes, filters, to, scratch);
  const frame = framing(b, window, filters, to);
  const residual = b.node.residual === undefined ? 0 : b.address(b.node.residual);
  const other = b.node.residual === undefined ? to : b.layout(b.node.residual);
  const add = way.residual === 'walk' ? adding(b, window, filters, to, other) : undefined;
  const words = new Int32Array(b.buffer);
  const source = planes.direct ? input : b.scratch;
  const target = inPlace ? output + 4 * to.first : scratch;
  return () => {
    for (let n = 0; n < batch; n++) {
      if (stage !== undefined) stage(input + n * image);
      setClamp(b.floats, firstLow, firstHigh);
      setResidual(words, residual - output);
      map(stage === undefined ? source + n * image : source, place === undefined ? target + n * result : target);
      if (place !== undefined) place(output + n * result);
      if (add !== undefined) {
        setClamp(b.floats, low, high);
        add(residual + 4 * n * filters * other.plane, output + n * result);
      }
      if (frame !== undefined) frame(output + n * result);
    }
  };
}

export const CONVOLUTION: readonly OperatorRow[] = [
  {
    operator: 'Conv', shapes, macs: ({ inputs }, output) => [sizeOf(output) * sizeOf(inputs[1]!.shape.slice(1))],
    supports: knownWindow, inMemory: [0], fuses: true, adds: runnable, planes: planeUse, pack, work, prepare,
  },
];
