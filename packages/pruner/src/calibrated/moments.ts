import { FretworkError } from '@fretwork/format';
import { dot } from './dot.js';

/** Second moments and mean of column vectors of `size`. */
export interface Moments {
  readonly size: number;
  /** `[size · size]`, symmetric: the sum of x·xᵀ. */
  readonly gram: Float64Array;
  /** `[size]`: the sum of x. */
  readonly sum: Float64Array;
  readonly count: number;
}

export interface MomentSum {
  readonly add: (column: Float32Array) => void;
  readonly finish: () => Moments;
}

/** Columns gathered before they are multiplied. */
const PANEL = 64;

/** Adds up moments; with `gram` false the mean alone. Throws `capture.value`, `capture.empty`. */
export function momentSum(size: number, layer: string, withGram = true): MomentSum {
  const gram = new Float64Array(withGram ? size * size : 0);
  const sum = new Float64Array(size);
  const panel = new Float64Array(withGram ? size * PANEL : 0);
  let [filled, count] = [0, 0];
  const flush = (): void => {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) gram[i * size + j] = gram[i * size + j]! + dot(panel, i * PANEL, panel, j * PANEL, filled);
    }
    filled = 0;
  };
  return {
    add: (column) => {
      for (let i = 0; i < size; i++) {
        const value = column[i]!;
        if (!Number.isFinite(value)) throw new FretworkError('capture.value', 'an input of the layer is not finite', { layer, actual: String(value) });
        sum[i] = sum[i]! + value;
        if (withGram) panel[i * PANEL + filled] = value;
      }
      count++;
      if (withGram && ++filled === PANEL) flush();
    },
    finish: () => {
      if (count === 0) throw new FretworkError('capture.empty', 'no inputs were captured for a layer', { layer, hint: 'captureInputs must give at least one batch with each layer it was asked for' });
      if (withGram && filled > 0) flush();
      const lines = withGram ? size : 0;
      for (let i = 0; i < lines; i++) for (let j = 0; j < i; j++) gram[j * size + i] = gram[i * size + j]!;
      return { size, gram, sum, count };
    },
  };
}
