import { candidateName, decode, encode, FretworkError, indexBytes, nnzOf, payloadBytes, type Tensor } from '@fretwork/format';
import type { PlannedWeight, ProjectOptions } from '../contract.js';
import { project } from '../projection/project.js';
import { canRank, gather, scatterMasks } from './matrices.js';
import type { Sums } from './tally.js';

export interface PrunedTensor {
  readonly tensor: Tensor;
  readonly sums: Sums;
  readonly encoding: string;
  /** Why it is stored as it is. */
  readonly reason: string;
}

const storedBytes = (tensor: Tensor): number => payloadBytes(tensor) + indexBytes(tensor);

/** Projects each matrix of a tensor by itself, sets what goes to 0 and stores the rest the smallest way. */
export function pruneTensor(tensor: Tensor, planned: PlannedWeight, layer: string, options: ProjectOptions): PrunedTensor {
  const { view, matrices, scheme } = planned;
  const whole = decode(tensor);
  let [kept, norm, keptNorm] = [0, 0, 0];
  const masks = Array.from({ length: matrices.count }, (_, index) => {
    const matrix = gather(whole, matrices, index);
    const projection = located(layer, planned.tensor, () => project(matrix, scheme, options));
    const squared = squaredNorm(matrix.values);
    kept += projection.kept;
    norm += squared;
    keptNorm += projection.energy * squared;
    return projection.mask;
  });
  const { tensor: stored, plan } = encode(scatterMasks(whole, matrices, masks), view, { scheme });
  return {
    tensor: stored, encoding: candidateName(plan.chosen), reason: plan.reason,
    sums: { weights: whole.data.length, kept, norm, keptNorm, bytesBefore: storedBytes(tensor), bytesAfter: storedBytes(stored) },
  };
}

/** A tensor that stays as it is. */
export function keepTensor(tensor: Tensor, { reason, view, dtype }: PlannedWeight): PrunedTensor {
  const bytes = storedBytes(tensor);
  const whole = decode(tensor);
  let norm = 0;
  if (canRank(dtype)) for (let m = 0; m < view.count; m++) norm += squaredNorm(gather(whole, view, m).values);
  const weights = whole.data.length;
  const kept = tensor.kind === 'dense' ? weights : nnzOf(tensor);
  const encoding = tensor.kind === 'dense' ? 'dense' : [...new Set(tensor.matrices.map((m) => m.encoding))].join(', ');
  return { tensor, encoding, reason, sums: { weights, kept, norm, keptNorm: norm, bytesBefore: bytes, bytesAfter: bytes } };
}

function squaredNorm(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}

/** Errors of a projection know the matrix; here they learn whose it is. */
function located<T>(layer: string, tensor: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof FretworkError)) throw error;
    throw new FretworkError(error.code, 'this layer cannot be pruned', { ...error.details, layer, tensor, cause: error });
  }
}
