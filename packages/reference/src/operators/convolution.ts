/** Convolution as the product of the weight matrix and gathered input columns. */
import { attribute, elementCount, type DenseTensor, type Layer } from '@fretwork/format';
import type { OperatorCall, OperatorRow } from '../contract.js';
import { Fault } from '../fault.js';
import { addDense } from '../product/dense.js';
import { addTiled } from '../product/tiles.js';
import { weightOf } from '../product/weight.js';
import { floatsOf, fromNumbers, type Numbers } from '../tensor/elements.js';
import { knownAutoPad, perDimension, spatialOf, windowMap, windowOf } from './window.js';
import { allowed } from '../tensor/limit.js';

/** Numbers that a panel of gathered columns may hold: what stays in a cache. */
const PANEL = 1 << 16;

/** x `[N, Cin, ...]`, W `[Cout, Cin/g, ...kernel]`, B `[Cout]` → `[N, Cout, ...]`. */
function conv(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const weight = weightOf(call, 1);
  const { batch, channels, spatial } = spatialOf(x.shape);
  const [filters, perGroup, ...kernel] = weight.shape as [number, number, ...number[]];
  const groups = groupsOf(call.layer, channels, perGroup, filters);
  checkKernel(call.layer, kernel, spatial.length);
  const window = windowOf(call.layer, spatial, kernel);
  const map = windowMap(window);
  const [positions, taps, inputs] = [elementCount(window.outputs), elementCount(kernel), elementCount(spatial)];
  const columns = perGroup * taps;
  // Row r of the matrix reads the columns of its own group of input channels.
  const start = (row: number): number => Math.floor(row / (filters / groups)) * columns;
  const width = Math.min(positions, Math.max(32, Math.floor(PANEL / Math.max(1, groups * columns))));
  const values = floatsOf(x);
  const bias = biasOf(call, filters);
  const out = new Float64Array(allowed(batch * filters * positions));
  for (let n = 0; n < batch; n++) {
    for (let first = 0; first < positions; first += width) {
      const panel = Math.min(width, positions - first);
      const source = gather(values, n * channels * inputs, channels, inputs, map, positions, first, panel);
      const target = new Float64Array(filters * panel);
      if (weight.kind === 'dense') addDense(weight.numbers, filters, columns, source, target, panel, start);
      else addTiled(weight, 0, source, target, panel, { source: (row, column) => start(row) + column, target: (row) => row });
      for (let f = 0; f < filters; f++) {
        const to = (n * filters + f) * positions + first;
        for (let p = 0; p < panel; p++) out[to + p] = target[f * panel + p]! + bias[f]!;
      }
    }
  }
  return [fromNumbers(x.dtype, [batch, filters, ...window.outputs], out)];
}

/** Row (channel, tap) of the result: the inputs that this tap meets at `panel` output positions from `first` on; 0 in the padding. */
function gather(
  values: Numbers, offset: number, channels: number, inputs: number, map: Int32Array, positions: number, first: number, panel: number,
): Float64Array {
  const taps = positions === 0 ? 0 : map.length / positions;
  const rows = new Float64Array(channels * taps * panel);
  let at = 0;
  for (let c = 0; c < channels; c++) {
    const plane = offset + c * inputs;
    for (let k = 0; k < taps; k++) {
      const from = k * positions + first;
      for (let p = 0; p < panel; p++, at++) {
        const cell = map[from + p]!;
        if (cell >= 0) rows[at] = values[plane + cell]!;
      }
    }
  }
  return rows;
}

/** Bias `[filters]` of input 2, zeros where it is left out. Throws `run.shape`. */
export function biasOf(call: OperatorCall, filters: number): Numbers {
  const bias = call.optional(2);
  if (bias === undefined) return new Float64Array(filters);
  if (bias.data.length !== filters) throw new Fault('run.shape', 'the bias does not fit the filters', { expected: `[${filters}]`, actual: `[${bias.shape.join(', ')}]` });
  return floatsOf(bias);
}

function groupsOf(layer: Layer, channels: number, perGroup: number, filters: number): number {
  const groups = attribute(layer, 'group', 'int', 1);
  if (!(groups > 0) || channels !== perGroup * groups || filters % groups !== 0) {
    throw new Fault('run.shape', 'groups, input channels and filters do not fit', {
      expected: `${groups} groups of ${perGroup} channels, filters in ${groups} equal parts`, actual: `${channels} channels, ${filters} filters`,
    });
  }
  return groups;
}

/** `kernel_shape` may repeat what the weight says; throws `run.shape` where it says something else. */
export function checkKernel(layer: Layer, kernel: readonly number[], rank: number): void {
  const said = perDimension(layer, 'kernel_shape', rank, 0);
  if (kernel.length !== rank || (layer.attributes.has('kernel_shape') && said.some((size, d) => size !== kernel[d]))) {
    throw new Fault('run.shape', 'the kernel does not fit', { expected: `[${said.join(', ')}]`, actual: `[${kernel.join(', ')}]` });
  }
}

export const CONVOLUTION: readonly OperatorRow[] = [{ operator: 'Conv', supports: knownAutoPad, run: conv }];
