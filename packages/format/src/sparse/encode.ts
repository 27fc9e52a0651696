import type { DenseTensor, Encoding, MatrixView, SparseMatrix, Tensor, TensorData } from '../contract.js';
import { FretworkError } from '../error.js';
import { bcrIndex, bcrTiles, measureBcr } from './bcr.js';
import type { BlockSize } from './block.js';
import { bcrcIndex, bcrcTiles } from './bcrc.js';
import { csrIndex, csrTiles } from './csr.js';
import { fill } from './fill.js';
import type { Kept } from './kept.js';
import { patternIndex, patternTiles } from './pattern.js';
import { checkView, matrixValues } from './place.js';
import { keptMatrices, planKept, type EncodeOptions, type EncodingPlan } from './plan.js';

export interface EncodeResult {
  readonly tensor: Tensor;
  readonly plan: EncodingPlan;
}

/**
 * Stores `tensor` the smallest way: plans, then applies the plan. Where dense is smallest, the tensor itself comes
 * back. A weight that equals 0 is not stored, so -0 comes back as +0; all else, NaN too, comes back bit for bit. 0 rows or columns
 * give a valid encoding without payload.
 * Throws `encode.view` where `view` does not cover the tensor, `encode.impossible` where none of
 * `options.encodings` can hold it.
 */
export function encode(tensor: DenseTensor, view: MatrixView, options: EncodeOptions = {}): EncodeResult {
  checkView(tensor.shape, view);
  const kept = keptMatrices(tensor, view);
  const plan = planKept(tensor, view, kept, options);
  const { chosen } = plan;
  if (!chosen.ok) {
    throw new FretworkError('encode.impossible', `no encoding that was asked for can hold these weights: ${plan.reason}`, {
      hint: 'ask for csr as well, or leave the choice to encode()',
    });
  }
  const { encoding, block } = chosen;
  if (encoding === 'dense') return { tensor, plan };
  const matrices = kept.map((matrix, m) => apply(encoding, block, matrix, matrixValues(tensor, view, m), view.kernel));
  return { tensor: { kind: 'sparse', dtype: tensor.dtype, shape: tensor.shape, view, matrices }, plan };
}

function apply(encoding: Encoding, block: BlockSize | undefined, kept: Kept, values: TensorData, kernel: number): SparseMatrix {
  switch (encoding) {
    case 'csr': return fill(csrIndex(kept), csrTiles, values, kept);
    case 'bcrc': return fill(bcrcIndex(kept), bcrcTiles, values, kept);
    case 'bcr': return fill(bcrIndex(kept, measureBcr(kept, block!)), bcrTiles, values, kept);
    case 'pattern': return fill(patternIndex(kept, kernel), patternTiles, values, kept);
  }
}
