import type { LayerQuery } from '../contract.js';
import { keptShare, weightSizes } from './kind.js';

/** Bytes that one run of a layer touches. Indices of sparse weights are left out: they are some per cent. */
export interface TouchedBytes {
  readonly weights: number;
  /** Activations. */
  readonly reads: number;
  readonly writes: number;
}

const FLOAT = 4;

export function touchedBytes(query: LayerQuery): TouchedBytes {
  if (query.layer === 'glue') return { weights: 0, reads: FLOAT * query.reads, writes: FLOAT * query.writes };
  const weights = FLOAT * keptShare(query) * weightSizes(query).reduce((sum, { count, rows, columns }) => sum + count * rows * columns, 0);
  switch (query.layer) {
    case 'convolution': {
      const { inputs, outputs, size: [height, width], stride, batch, residual } = query;
      const cells = FLOAT * batch * height * width;
      return { weights, reads: cells * (inputs * stride[0] * stride[1] + (residual ? outputs : 0)), writes: cells * outputs };
    }
    case 'full': return { weights, reads: FLOAT * query.vectors * query.inputs, writes: FLOAT * query.vectors * query.outputs };
    case 'recurrent': {
      const vectors = FLOAT * query.steps * query.batch;
      return { weights, reads: vectors * query.inputs, writes: vectors * query.hidden * query.directions };
    }
  }
}

/**
 * Bytes that a run of a network touches: all weights, and the activations of its largest layer, since activations share memory.
 * What a layer finds besides itself is this without its own weights.
 */
export function touchedByRun(queries: readonly LayerQuery[]): number {
  const each = queries.map(touchedBytes);
  return each.reduce((sum, { weights }) => sum + weights, 0) + each.reduce((most, { reads, writes }) => Math.max(most, reads + writes), 0);
}
