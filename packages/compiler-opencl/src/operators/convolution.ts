import { constantWeights, convolutionOf, product, RESIDUAL, stagingOf, type Call, type Convolution } from '@fretwork/compiler';
import { buffer, integers, type LayerLaunches } from '../emit/layer-launches.js';
import { MOST_CELLS } from '../kernels/manifest.js';
import { storedBytes } from '../kernels/prelude.js';
import { CELL_BITS } from '../kernels/waves.js';
import { chooseProduct, type ProductRequest } from '../product/choose.js';
import { emitProduct, plannedRow } from '../product/emit-product.js';
import { decideDepthwise, emitDepthwise, isDepthwise } from './depthwise.js';
import type { Decision, OperatorRow, Setting } from './row.js';

/** Items of a work-group that fills planes. */
const STAGE_ITEMS = 64;

/** Planes for a convolution of any stride; a kernel of one cell reads its input where it lies. */
const planesOf = (conv: Convolution): ReturnType<typeof stagingOf> => stagingOf(conv, 1);

/** Texels hold four elements: rows of planes, or whole maps, must be made of whole ones. */
function fitsTexels(conv: Convolution): boolean {
  const { direct, channel } = planesOf(conv);
  return direct ? channel % 4 === 0 : conv.window.output[1] % 4 === 0;
}

/** Elements of an input up to which their places and the cell of a kernel are one word. */
const IMPLICIT_ELEMENTS = 2 ** (31 - CELL_BITS);

/** `spread`: there are zeros between the cells of the input. */
export function requestFor(conv: Convolution, call: Call, { type, path, family, units }: Setting, spread = false): ProductRequest {
  const cells = product(conv.window.kernel);
  return {
    matrices: [conv.matrix], positions: product(conv.window.output), groupRows: conv.filters / conv.groups, cells, type,
    path: path === 'image' && fitsTexels(conv) ? 'image' : 'buffer', family, units, tuning: call.tuning, layer: call.layer.name,
    implicit: !spread && !planesOf(conv).direct && cells <= MOST_CELLS && conv.channels * product(conv.window.input) <= IMPLICIT_ELEMENTS,
  };
}

export function decideConvolution(conv: Convolution, call: Call, setting: Setting, spread = false): Decision {
  const planes = planesOf(conv);
  const request = requestFor(conv, call, setting, spread);
  const { row, options, summary, tuning, reason } = chooseProduct(request);
  const how = planes.direct ? 'reads its input where it lies' : row.implicit ? 'reads its input where it lies, zeros beyond its edges' : `reads planes of rows, ${conv.window.kernel[1]} per channel, one for each kernel column`;
  const texels = setting.path === 'image' && request.path === 'buffer' ? '; its rows are no whole texels, so it reads a buffer' : '';
  return {
    kernel: tuning.kernel!, reason: `${how}; ${reason}${texels}`, tuning,
    schedules: [{ tensor: call.name(1), from: 0, to: 1, options, summary }],
    scratch: planes.direct || row.implicit ? [] : [storedBytes(setting.type) * (conv.batch * conv.channels * planes.channel + (row.path === 'image' ? 4 : 0))],
  };
}

/** `spread`: cells of the input are this far apart, zeros between them; of a transposed convolution. */
export function emitConvolution(conv: Convolution, call: Call, decision: Decision, to: LayerLaunches, spread: readonly [number, number] = [1, 1], input: readonly [number, number] = conv.window.input): void {
  const { window: w, batch, channels, filters, groups } = conv;
  const residual = call.has(RESIDUAL) ? to.input(RESIDUAL) : undefined;
  const planes = planesOf(conv);
  const { implicit, whole } = plannedRow(decision.kernel);
  const [positions, taps] = [product(w.output), product(w.kernel)];
  const [perGroup, filtersPerGroup] = [channels / groups, filters / groups];
  const given = to.input(0);
  const channelStep = implicit ? product(w.input) : planes.channel;
  const inPlace = planes.direct || implicit;
  if (!inPlace) stage(conv, planes.rows, planes.channel, decision, to, given, spread, input);
  const placeOf = (tap: number): number => {
    const [ky, kx] = [Math.floor(tap / w.kernel[1]), tap % w.kernel[1]];
    return implicit ? ky * w.dilations[0] * w.input[1] + kx * w.dilations[1] : planes.tap(ky, kx);
  };
  const firstChannel = (row: number): number => Math.floor(row / filtersPerGroup) * perGroup;
  const column = (c: number, row: number): number => (Math.floor(c / taps) + firstChannel(row)) * channelStep + placeOf(c % taps);
  emitProduct(to, [conv.matrix], decision.schedules![0]!, decision.tuning!, {
    x: inPlace ? given : to.scratch(0), xBytes: to.bytes(Math.ceil(batch * channels * channelStep / 4) * 4), y: to.output(), positions, batch, batchStep: channels * channelStep, outStep: filters * positions, rowStep: positions, pixelStep: 1,
    ...(residual === undefined ? {} : { residual }), channels: perGroup, channelStep, cells: Array.from({ length: taps }, (_, tap) => placeOf(tap)), activation: to.activation,
    places: { column: implicit && !whole ? (c, row) => column(c, row) * MOST_CELLS + c % taps : column, bias: (row) => conv.bias?.[row] ?? 0 },
    ...(implicit ? { window: w } : {}),
  });
}

/** Fills the planes: row by row, or on processors, as whose the order of tiles before groups is chosen, map by map where that can be. */
function stage({ window: w, batch, channels }: Convolution, rows: readonly number[], channelStep: number, { tuning }: Decision, to: LayerLaunches, given: number, spread: readonly [number, number], input: readonly [number, number]): void {
  const pitch = w.output[1];
  const before = rows.findIndex((row) => row >= 0);
  const seen = rows.filter((row) => row >= 0);
  const neighbours = seen.every((row, k) => row === seen[0]! + k && rows[before + k] === row);
  if (tuning?.permute?.includes('tile-group') === true && seen.length > 0 && neighbours && w.strides[1] === 1 && spread.every((step) => step === 1) && input[1] === pitch) {
    to.launch({
      kernel: to.support('stage_maps'), global: [batch * channels, w.kernel[1], 1], group: { axis: 0, most: STAGE_ITEMS },
      args: [buffer(to.scratch(0)), buffer(given), ...integers([batch * channels, before, seen.length, rows.length, seen[0]!, pitch, channelStep, input[0], w.dilations[1], w.begins[1]])],
    });
    return;
  }
  to.launch({
    kernel: to.support('stage'), global: [rows.length, w.kernel[1], batch * channels], group: { axis: 0, most: STAGE_ITEMS },
    args: [
      buffer(to.scratch(0)), buffer(given), buffer(to.buffers.integers(rows)),
      ...integers([rows.length, pitch, channelStep, ...input, ...spread, w.dilations[1], w.begins[1], w.strides[1]]),
    ],
  });
}

export const CONVOLUTION: readonly OperatorRow[] = [{
  operators: ['Conv'],
  supports: constantWeights,
  decide: (call, setting) => (isDepthwise(convolutionOf(call)) ? decideDepthwise(convolutionOf(call), setting) : decideConvolution(convolutionOf(call), call, setting)),
  emit: (call, decision, to) => (isDepthwise(convolutionOf(call)) ? emitDepthwise : emitConvolution)(convolutionOf(call), call, decision, to),
}];
