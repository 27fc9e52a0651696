import type { ConvolutionQuery, LayerKind, LayerQuery, WeightedQuery } from '../contract.js';

const SQUARE: Readonly<Record<string, LayerKind>> = { '1x1': '1x1', '3x3': '3x3', '5x5': '5x5', '7x7': '7x7' };

const isDepthwise = ({ groups, inputs }: ConvolutionQuery): boolean => groups > 1 && groups === inputs;

/** The kind that reports put it under. */
export function kindOf(query: LayerQuery): LayerKind {
  if (query.layer !== 'convolution') return query.layer;
  return isDepthwise(query) ? 'depthwise' : SQUARE[query.kernel.join('x')] ?? 'other convolution';
}

/** Matrices of a layer as its weights are seen: how many times `rows` x `columns`. */
export interface WeightSize {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** Columns of one input channel. */
  readonly kernel: number;
}

export const GATES: Readonly<Record<'gru' | 'lstm' | 'rnn', number>> = { gru: 3, lstm: 4, rnn: 1 };

/** One matrix; of recurrent layers those of the inputs, then those of the state. */
export function weightSizes(query: WeightedQuery): readonly WeightSize[] {
  switch (query.layer) {
    case 'convolution': {
      const kernel = query.kernel[0] * query.kernel[1];
      return [{ count: 1, rows: query.outputs, columns: (query.inputs / query.groups) * kernel, kernel }];
    }
    case 'full': return [{ count: 1, rows: query.outputs, columns: query.inputs, kernel: 1 }];
    case 'recurrent': {
      const count = query.directions * GATES[query.cell];
      return [{ count, rows: query.hidden, columns: query.inputs, kernel: 1 }, { count, rows: query.hidden, columns: query.hidden, kernel: 1 }];
    }
  }
}

/** Share of the weights that is kept. */
export const keptShare = ({ density, scheme }: WeightedQuery): number => density ?? (scheme.kind === 'dense' ? 1 : 1 / scheme.rate);
