/** Recurrent operators: X `[T, N, I]`, W `[D, gates·H, I]`, R `[D, gates·H, H]`; with layout 1 X is `[N, T, I]`. */
import type { Dimension } from '../contract.js';
import { contradict, equal, quotient, UNKNOWN } from './dimension.js';
import { type InferContext, known, type OperatorShape } from './context.js';

function directionsOf(ctx: InferContext): number {
  const direction = ctx.get('direction', 'string', 'forward');
  if (direction !== 'forward' && direction !== 'reverse' && direction !== 'bidirectional') {
    contradict('shape.recurrent', 'direction has no such value', 'forward, reverse or bidirectional', direction);
  }
  return direction === 'bidirectional' ? 2 : 1;
}

const SAYS = 'sizes of the recurrent layer do not fit';

/** The sizes of a recurrent layer, each from whichever input knows it. */
export interface RecurrentSizes {
  readonly steps: Dimension;
  readonly batch: Dimension;
  readonly hidden: Dimension;
  readonly directions: number;
  readonly batchFirst: boolean;
}

function sizesOf(ctx: InferContext, gates: number): RecurrentSizes {
  const directions = directionsOf(ctx);
  const batchFirst = ctx.int('layout', 0) === 1;
  const [x, w, r] = [ctx.ranked(0, 3), ctx.ranked(1, 3), ctx.ranked(2, 3)];
  const [b, lengths, state] = [ctx.ranked(3, 2), ctx.ranked(4, 1), ctx.ranked(5, 3)];
  const code = 'shape.recurrent';
  ctx.agree(code, SAYS, [directions, w?.[0], r?.[0], b?.[0], batchFirst ? state?.[1] : state?.[0]]);
  ctx.agree(code, SAYS, [x?.[2], w?.[2]]);
  const stacked = ctx.agree(code, SAYS, [w?.[1], r?.[1]]);
  const hidden = ctx.agree(code, SAYS, [ctx.get('hidden_size', 'int', undefined), r?.[2], state?.[2], quotient(stacked, gates, code, SAYS)]);
  if (typeof hidden === 'number') {
    ctx.agree(code, SAYS, [gates * hidden, stacked]);
    ctx.agree(code, SAYS, [2 * gates * hidden, b?.[1]]);
  }
  const batch = ctx.agree(code, SAYS, [batchFirst ? x?.[0] : x?.[1], lengths?.[0], batchFirst ? state?.[0] : state?.[1]]);
  return { steps: (batchFirst ? x?.[1] : x?.[0]) ?? UNKNOWN, batch, hidden, directions, batchFirst };
}

const recurrent = (gates: number, outputs: 2 | 3): OperatorShape['infer'] => (ctx) => {
  const { steps, batch, hidden, directions, batchFirst } = sizesOf(ctx, gates);
  if (outputs === 3 && ctx.shape(6) !== undefined) {
    equal(hidden, ctx.ranked(6, 3)![2]!, 'shape.recurrent', SAYS);
  }
  const all = known(ctx.dtype(0), batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]);
  const last = known(ctx.dtype(0), batchFirst ? [batch, directions, hidden] : [directions, batch, hidden]);
  return outputs === 3 ? [all, last, last] : [all, last];
};

/** Gates per recurrent operator. */
export const GATES: ReadonlyMap<string, number> = new Map([['GRU', 3], ['LSTM', 4], ['RNN', 1]]);

export const RECURRENT: readonly OperatorShape[] = [...GATES].map(([operator, gates]) =>
  ({ operator, infer: recurrent(gates, operator === 'LSTM' ? 3 : 2) }));
