import { FretworkError, type Scheme } from '@fretwork/format';
import type { Mask, Matrix, ProjectOptions, Projection, Support } from '../contract.js';
import { checkMatrix, checkPatterns, checkScheme } from './check.js';
import { patternsFor, rowOf } from './schemes.js';

/** Whether `scheme` fits a matrix of this shape. Throws `scheme.*` where the scheme makes no sense at all. */
export function supports(scheme: Scheme, shape: Pick<Matrix, 'rows' | 'columns' | 'kernel'>): Support {
  checkScheme(scheme);
  const fits = rowOf(scheme).supports;
  return fits === undefined || shape.rows * shape.columns === 0 ? { ok: true } : fits(shape, scheme);
}

/**
 * The mask of structure `scheme` for `matrix`, and what it keeps. Pure: same input, same mask. Among groups of equal
 * energy the one with the lower index stays. Throws as the contract says; a matrix without weights has an empty mask.
 */
export function project(matrix: Matrix, scheme: Scheme, options: ProjectOptions = {}): Projection {
  checkMatrix(matrix);
  const fits = supports(scheme, matrix);
  if (!fits.ok) {
    throw new FretworkError('projection.unsupported', `${scheme.kind} does not fit this matrix: ${fits.reason}`, {
      actual: `${matrix.rows} x ${matrix.columns}, kernel ${matrix.kernel}`, hint: fits.hint,
    });
  }
  const { project: keepOf } = rowOf(scheme);
  if (matrix.values.length === 0) return projection(matrix, scheme, new Uint8Array(0));
  if (scheme.kind !== 'pattern') return projection(matrix, scheme, keepOf(matrix, scheme, options));
  const patterns = patternsFor(matrix, scheme, options);
  checkPatterns(patterns, scheme.keep, scheme.patterns, matrix.kernel);
  return { ...projection(matrix, scheme, keepOf(matrix, scheme, { ...options, patterns })), patterns };
}

function projection(matrix: Matrix, scheme: Scheme, keep: Uint8Array): Projection {
  const { rows, columns, values } = matrix;
  let kept = 0;
  let keptEnergy = 0;
  let energy = 0;
  for (let i = 0; i < values.length; i++) {
    const square = values[i]! * values[i]!;
    energy += square;
    if (keep[i] === 0) continue;
    kept++;
    keptEnergy += square;
  }
  const mask: Mask = { rows, columns, keep };
  return {
    scheme, mask, weights: values.length, kept,
    rate: values.length === 0 ? 1 : values.length / kept,
    energy: energy === 0 ? 1 : keptEnergy / energy,
  };
}

/** A copy of `matrix` with removed weights set to 0. Throws `mask.shape` where the mask is of another size. */
export function applyMask(matrix: Matrix, mask: Mask): Matrix {
  if (mask.rows !== matrix.rows || mask.columns !== matrix.columns) {
    throw new FretworkError('mask.shape', 'mask and matrix differ in size', {
      expected: `${matrix.rows} x ${matrix.columns}`, actual: `${mask.rows} x ${mask.columns}`,
    });
  }
  return { ...matrix, values: matrix.values.map((w, i) => (mask.keep[i] === 1 ? w : 0)) };
}
