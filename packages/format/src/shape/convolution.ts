/** Convolution, pooling, and the normalisations that go with them; 1-D, 2-D, 3-D and more, `[N, C, …spatial]`. */
import type { Dimension } from '../contract.js';
import { contradict, type Dimensions, product, quotient, UNKNOWN } from './dimension.js';
import { type InferContext, known, type OperatorShape } from './context.js';
import { transposedSize, windowCount, windowsOf } from './window.js';

function groupsOf(ctx: InferContext): number {
  const groups = ctx.int('group', 1);
  if (groups < 1) contradict('shape.channels', 'group is too small', '1 or more', String(groups));
  return groups;
}

const perGroup = (channels: Dimension, groups: number): Dimension =>
  quotient(channels, groups, 'shape.channels', 'groups do not divide the input channels');

/** Weight `[Cout, Cin/g, …kernel]`. */
const convolution: OperatorShape['infer'] = (ctx) => {
  const groups = groupsOf(ctx);
  const x = ctx.ranked(0, 3, Infinity);
  const w = ctx.ranked(1, 3, Infinity);
  const outputs = ctx.agree('shape.channels', 'the bias has not one element per filter', [w?.[0], ctx.ranked(2, 1)?.[0]]);
  if (w !== undefined) quotient(outputs, groups, 'shape.channels', 'groups do not divide the filters');
  if (x === undefined) return [known(ctx.dtype(0), w === undefined ? undefined : [UNKNOWN, outputs, ...w.slice(2).map(() => UNKNOWN)])];
  ranksAgree(x, w);
  ctx.agree('shape.channels', 'input channels differ from the weight', [perGroup(x[1]!, groups), w?.[1]]);
  const windows = windowsOf(ctx, x.length - 2, w?.slice(2));
  return [known(ctx.dtype(0), [x[0]!, outputs, ...x.slice(2).map((size, i) => windowCount(windows, i, size, false))])];
};

/** Weight `[Cin, Cout/g, …kernel]`. */
const transposedConvolution: OperatorShape['infer'] = (ctx) => {
  const groups = groupsOf(ctx);
  const x = ctx.ranked(0, 3, Infinity);
  const w = ctx.ranked(1, 3, Infinity);
  const outputs = ctx.agree('shape.channels', 'the bias has not one element per filter',
    [w === undefined ? undefined : product(w[1]!, groups), ctx.ranked(2, 1)?.[0]]);
  if (x === undefined) return [known(ctx.dtype(0), w === undefined ? undefined : [UNKNOWN, outputs, ...w.slice(2).map(() => UNKNOWN)])];
  ranksAgree(x, w);
  perGroup(ctx.agree('shape.channels', 'input channels differ from the weight', [x[1], w?.[0]]), groups);
  const spatial = x.length - 2;
  const windows = windowsOf(ctx, spatial, w?.slice(2));
  const asked = ctx.ints('output_shape');
  const extra = ctx.ints('output_padding') ?? [];
  if (asked !== undefined && asked.length !== spatial && asked.length !== spatial + 2) {
    contradict('shape.window', 'output_shape has the wrong length', String(spatial), String(asked.length));
  }
  if (asked?.some((size) => size < 0) === true) contradict('shape.window', 'output_shape is negative', '0 or more', `[${asked.join(', ')}]`);
  if (extra.length !== 0 && extra.length !== spatial) {
    contradict('shape.window', 'output_padding has the wrong length', String(spatial), String(extra.length));
  }
  const sizes = asked?.slice(-spatial) ?? x.slice(2).map((size, i) => transposedSize(windows, i, size, extra[i] ?? 0));
  return [known(ctx.dtype(0), [x[0]!, outputs, ...sizes])];
};

function ranksAgree(x: Dimensions, w: Dimensions | undefined): void {
  if (w !== undefined && w.length !== x.length) {
    contradict('shape.rank', 'input and weight differ in their number of dimensions', String(w.length), String(x.length));
  }
}

const pooling = (outputs: 1 | 2): OperatorShape['infer'] => (ctx) => {
  const x = ctx.ranked(0, 3, Infinity);
  if (ctx.ints('kernel_shape') === undefined) contradict('attribute.missing', 'the operator needs attribute kernel_shape', 'ints', 'none');
  const windows = x === undefined ? undefined : windowsOf(ctx, x.length - 2);
  const ceil = ctx.int('ceil_mode', 0) !== 0;
  const shape = x === undefined || windows === undefined ? undefined
    : [x[0]!, x[1]!, ...x.slice(2).map((size, i) => windowCount(windows, i, size, ceil))];
  return outputs === 1 ? [known(ctx.dtype(0), shape)] : [known(ctx.dtype(0), shape), known('i64', shape)];
};

const globalPooling: OperatorShape['infer'] = (ctx) => {
  const x = ctx.ranked(0, 2, Infinity);
  return [known(ctx.dtype(0), x?.map((d, i): Dimension => (i < 2 ? d : 1)))];
};

/** Inputs from 1 on hold one element per channel. */
const perChannel: OperatorShape['infer'] = (ctx) => {
  const x = ctx.ranked(0, 1, Infinity);
  let channels: Dimension | undefined = x === undefined || x.length < 2 ? undefined : x[1];
  for (let i = 1; i < ctx.inputCount; i++) {
    channels = ctx.agree('shape.channels', `input ${i} has not one element per channel`, [channels, ctx.ranked(i, 1)?.[0]]);
  }
  const shape = x?.map((d, i) => (i === 1 ? channels ?? d : d));
  const statistics = channels === undefined ? undefined : [channels];
  return [known(ctx.dtype(0), shape), known(ctx.dtype(3), statistics), known(ctx.dtype(4), statistics)];
};

export const CONVOLUTION: readonly OperatorShape[] = [
  { operator: 'Conv', infer: convolution },
  { operator: 'ConvTranspose', infer: transposedConvolution },
  { operator: 'AveragePool', infer: pooling(1) },
  { operator: 'LpPool', infer: pooling(1) },
  { operator: 'MaxPool', infer: pooling(2) },
  { operator: 'GlobalAveragePool', infer: globalPooling },
  { operator: 'GlobalLpPool', infer: globalPooling },
  { operator: 'GlobalMaxPool', infer: globalPooling },
  { operator: 'BatchNormalization', infer: perChannel },
  { operator: 'InstanceNormalization', infer: perChannel },
];
