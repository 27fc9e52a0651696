import { attribute } from '@fretwork/format';
import { choosePanel, MAP_COST } from '../pack/choose-panel.js';
import { isAxpy, layRuns, programBytes } from '../pack/lay-runs.js';
import { matricesOf } from '../pack/matrices.js';
import { oddLines, planesOf, type Planes } from '../plan/planes.js';
import { clampOf, setClamp } from './activation.js';
import { readable, synced, writable } from './elements.js';
import { PLAIN, sizeOf, type Binding, type Node, type OperatorRow, type PackSubject, type Step, type Work } from './row.js';
import { knownWindow, windowMap, windowOf, type Window } from './window.js';

/** Channels whose activations are used together, so that they stay in the first cache (performance.md, section 7). */
const CHANNELS_TOGETHER = 64;
/** Vectors of pixels that all runs go over before the next ones: a multiple of every stream kernel's width. */
export const TILE: number = 48;
/** Runs shorter than this, on maps larger than this many vectors, go to axpy: the loop over columns is too short to be worth its exit. */
const AXPY = { columns: 5, vectors: 96 };

const groupsOf = (node: { readonly layer: PackSubject['layer'] }): number => attribute(node.layer, 'group', 'int', 1);

const convolutionWindow = ({ layer, inputs, outputs }: Node): Window =>
  windowOf(layer, inputs[0]!.shape.slice(2), outputs[0]!.shape.slice(2), inputs[1]!.shape.slice(2));

function pack(subject: PackSubject): ReturnType<NonNullable<OperatorRow['pack']>> {
  const weight = subject.tensor(1);
  const [matrix] = matricesOf(subject.layer, 1, weight) ?? [];
  const bias = subject.has(2) ? subject.floats(2) : new Float32Array(matrix?.rows ?? 0);
  if (matrix === undefined || weight === undefined || bias === undefined) return [];
  const kernel = sizeOf(weight.shape.slice(2));
  const channels = weight.shape[1]!;
  const plan = choosePanel(matrix, MAP_COST, {
    groupRows: matrix.rows / groupsOf(subject),
    ...(channels >= 2 * CHANNELS_TOGETHER ? { chunk: CHANNELS_TOGETHER * kernel } : {}),
  });
  return [{ plan, bias }];
}

const axpyBelow = (vectors: number): number => (vectors >= AXPY.vectors ? AXPY.columns : 0);

const work: NonNullable<OperatorRow['work']> = (node, packed): Work => {
  const [matrix] = packed;
  const x = node.inputs[0]!;
  if (matrix === undefined || x.dtype !== 'f32' || node.outputs[0] === undefined) return { ...PLAIN, why: 'its weights are no float32 constants' };
  const planes = planesOf(convolutionWindow(node));
  const axpy = matrix.runs.filter((run) => isAxpy(run, axpyBelow(planes.vectors))).length;
  const streams = matrix.runs.length - axpy;
  const kernels = [...(streams > 0 ? [`stream (${streams} runs)`] : []), ...(axpy > 0 ? [`axpy (${axpy} runs)`] : [])];
  return {
    scratchBytes: planes.direct ? 0 : 4 * (stagedCells(planes, x.shape[1]!) + oddLines(matrix.rows * planes.outPlane)),
    programBytes: programBytes(matrix.runs),
    kernel: kernels.join(' + '),
    why: `${planes.direct ? 'on the input as it lies' : `on ${planes.phases.length} padded planes per channel, rows ${planes.pitch} apart`}, ${planes.vectors} vectors of pixels`,
    clamps: true,
  };
};

/** Cells of all planes of one image, with room behind the last for taps of the last row. */
const stagedCells = (planes: Planes, channels: number): number => oddLines(channels * planes.phases.length * planes.plane + 64);

function prepare(b: Binding): Step {
  const [matrix] = b.packed;
  const [x, y] = [b.node.inputs[0]!, b.node.outputs[0]!];
  if (matrix === undefined || x.dtype !== 'f32') return plain(b);
  const window = convolutionWindow(b.node);
  const planes = planesOf(window);
  const [batch, channels, filters] = [x.shape[0]!, x.shape[1]!, matrix.rows];
  const [groupRows, taps] = [filters / groupsOf(b.node), planes.taps.length];
  const perGroup = matrix.columns / taps;
  const stride = planes.direct ? planes.plane : planes.phases.length * planes.plane;
  const program = layRuns(matrix.runs, b.buffer, {
    base: b.program,
    columnOffset: (column, row) => 4 * ((Math.floor(row / groupRows) * perGroup + Math.floor(column / taps)) * stride + planes.taps[column % taps]!),
    rowOffset: (row) => 4 * row * planes.outPlane,
    biasAddress: (row) => matrix.bias + 4 * row,
    axpyBelow: axpyBelow(planes.vectors),
  });
  const [low, high] = clampOf(b.node.activation);
  const image = 4 * channels * sizeOf(window.inputs);
  const output = 4 * filters * sizeOf(window.outputs);
  const [from, to] = [b.address(x), b.address(y)];
  const { map } = b.kernels;
  if (sizeOf(y.shape) === 0) return () => undefined;
  if (planes.direct) {
    return () => {
      setClamp(b.floats, low, high);
      for (let n = 0; n < batch; n++) map(program.start, program.end, from + n * image, to + n * output, planes.vectors, TILE);
    };
  }
  const cells = stagedCells(planes, channels);
  const result = b.scratch + 4 * cells;
  const stage = staging(b, window, planes, channels);
  const compact = compacting(b, window, planes, filters, result);
  return () => {
    for (let n = 0; n < batch; n++) {
      stage(from + n * image);
      setClamp(b.floats, low, high);
      map(program.start, program.end, b.scratch, result, planes.vectors, TILE);
      compact(to + n * output);
    }
  };
}

/** Lays one image out in planes at `b.scratch`. */
function staging(b: Binding, w: Window, planes: Planes, channels: number): (image: number) => void {
  const [first, end] = [b.scratch / 4, b.scratch / 4 + stagedCells(planes, channels)];
  const [, H, W] = w.inputs;
  const [sd, sh, sw] = w.strides;
  const plane = 4 * sizeOf(w.inputs);
  const step = 4 * planes.phases.length * planes.plane;
  return (image) => {
    b.floats.fill(0, first, end);
    for (let p = 0; p < planes.phases.length; p++) {
      const { cells, planeAt, inputAt } = planes.phases[p]!;
      if (cells[1] === 0 || cells[2] === 0) continue;
      // Rows that touch one another are one long row.
      const whole = cells[2] === W && planes.pitch === W && sh === 1 && sw === 1;
      for (let z = 0; z < cells[0]; z++) {
        const source = image + 4 * (((inputAt[0] + z * sd) * H + inputAt[1]) * W + inputAt[2]);
        const target = b.scratch + 4 * (p * planes.plane + (planeAt[0] + z) * planes.slice + planeAt[1] * planes.pitch + planeAt[2]);
        const rows = whole ? 1 : cells[1];
        const width = whole ? cells[1] * W : cells[2];
        if (sw === 1) b.kernels.copy1(source, target, channels, rows, width, 4 * sh * W, 4 * planes.pitch, plane, step);
        else if (sw === 2) b.kernels.copy2(source, target, channels, rows, width, 4 * sh * W, 4 * planes.pitch, plane, step);
        else copyStrided(b.floats, source / 4, target / 4, channels, rows, width, sh * W, planes.pitch, plane / 4, step / 4, sw);
      }
    }
  };
}

/** `copy1` for steps that no kernel has; distances in floats. */
function copyStrided(
  floats: Float32Array, from: number, to: number, planes: number, rows: number, width: number,
  fromPitch: number, toPitch: number, fromPlane: number, toPlane: number, step: number,
): void {
  for (let p = 0; p < planes; p++) {
    for (let r = 0; r < rows; r++) {
      const source = from + p * fromPlane + r * fromPitch;
      const target = to + p * toPlane + r * toPitch;
      for (let x = 0; x < width; x++) floats[target + x] = floats[source + x * step]!;
    }
  }
}

/** Takes the outputs at `result` out of their planes. */
function compacting(b: Binding, w: Window, planes: Planes, filters: number, result: number): (output: number) => void {
  const [D, H, W] = w.outputs;
  const [rows, width] = planes.pitch === W ? [1, H * W] as const : [H, W] as const;
  return (output) => {
    for (let z = 0; z < D; z++) {
      b.kernels.copy1(result + 4 * z * planes.slice, output + 4 * z * H * W, filters, rows, width, 4 * planes.pitch, 4 * W, 4 * planes.outPlane, 4 * D * H * W);
    }
  };
}

/** Weights that are computed, or of another type: loops over windows. */
function plain(b: Binding): Step {
  const [x, w, y] = [b.node.inputs[0]!, b.node.inputs[1]!, b.node.outputs[0]!];
  const window = convolutionWindow(b.node);
  const map = windowMap(window);
  const [batch, channels, filters, perGroup] = [x.shape[0]!, x.shape[1]!, w.shape[0]!, w.shape[1]!];
  const groupRows = filters / groupsOf(b.node);
  const [cells, positions, taps] = [sizeOf(window.inputs), sizeOf(window.outputs), sizeOf(window.kernel)];
  const [from, weights, to] = [readable(b, x), readable(b, w), writable(b, y)];
  const bias = b.node.inputs[2] === undefined ? undefined : readable(b, b.node.inputs[2]);
  const [X, M, Y, B] = [from.data, weights.data, to.data, bias?.data];
  return synced([from, weights, ...(bias === undefined ? [] : [bias])], () => {
    for (let n = 0; n < batch; n++) {
      for (let f = 0; f < filters; f++) {
        const group = Math.floor(f / groupRows);
        for (let p = 0; p < positions; p++) {
          let sum = B === undefined ? 0 : B[f]!;
          for (let c = 0; c < perGroup; c++) {
            const plane = (n * channels + group * perGroup + c) * cells;
            for (let k = 0; k < taps; k++) {
              const cell = map[k * positions + p]!;
              if (cell >= 0) sum += M[(f * perGroup + c) * taps + k]! * X[plane + cell]!;
            }
          }
          Y[(n * filters + f) * positions + p] = sum;
        }
      }
    }
  }, [to]);
}

export const CONVOLUTION: readonly OperatorRow[] = [
  { operator: 'Conv', supports: knownWindow, inMemory: [0], fuses: true, pack, work, prepare },
];
