import { dense, encode, type MatrixView, type Scheme, type Tensor } from '@fretwork/format';
import { project, supports } from '@fretwork/pruner';
import type { Refusal } from '../contract.js';
import { uniform, type Random } from '../layers/random.js';

/** Weights that are projected at once: more rows than these hold repeat them, since no block reaches from one into the next. */
const PROJECTED = 2 ** 16;

/** Whole rows only: of these the rows are all different. */
const WHOLE: readonly Scheme['kind'][] = ['filter', 'channel', 'dense'];

/**
 * A weight tensor of `shape` with random values, pruned by `scheme` as the pruner would prune it, and stored as the format would
 * store it. Large matrices repeat the mask of their first rows.
 */
export function drawWeight(shape: readonly number[], view: MatrixView, scheme: Scheme, draw: Random): Tensor | Refusal {
  const { count, rows, columns, kernel } = view;
  const values = uniform(draw, count * rows * columns, Math.sqrt(3 / columns));
  // A weight that is zero by chance would be cut.
  for (let i = 0; i < values.length; i++) if (values[i] === 0) values[i] = 1e-3;
  const whole = dense('f32', shape, values);
  if (scheme.kind === 'dense') return whole;
  const fits = supports(scheme, { rows, columns, kernel });
  if (!fits.ok) return fits;
  const slab = slabRows(scheme, rows, columns);
  for (let m = 0; m < count; m++) {
    const at = m * rows * columns;
    const { mask } = project({ rows: slab, columns, kernel, values: values.subarray(at, at + slab * columns) }, scheme);
    for (let i = 0; i < rows * columns; i++) if (mask.keep[i % (slab * columns)] === 0) values[at + i] = 0;
  }
  return encode(whole, view, { scheme }).tensor;
}

/** Rows to project: whole blocks, and enough of them. */
function slabRows(scheme: Scheme, rows: number, columns: number): number {
  if (WHOLE.includes(scheme.kind)) return rows;
  const block = scheme.kind === 'bcr' ? scheme.blockRows : scheme.kind === 'block-punched' ? scheme.blockFilters : 16;
  const wanted = Math.ceil(PROJECTED / columns / block) * block;
  return wanted >= rows ? rows : wanted;
}
