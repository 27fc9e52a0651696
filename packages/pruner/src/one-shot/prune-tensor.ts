import { candidateName, decode, dense, elementCount, encode, FretworkError, indexBytes, nnzOf, payloadBytes, type DenseTensor, type Tensor } from '@fretwork/format';
import type { PlannedWeight, ProjectOptions } from '../contract.js';
import { project } from '../projection/project.js';
import { canRank, toFloats, type Numbers } from './floats.js';
import { gather, scatter } from './matrices.js';
import type { Sums } from './tally.js';

export interface PrunedTensor {
  readonly tensor: Tensor;
  readonly sums: Sums;
  readonly encoding: string;
  /** Why it is stored as it is. */
  readonly reason: string;
}

const storedBytes = (tensor: Tensor): number => payloadBytes(tensor) + indexBytes(tensor);

type Target = Pick<PlannedWeight, 'tensor' | 'matrices' | 'scheme'> & { readonly layer: string };

/** Projects each matrix of a tensor by itself: which weights stay, `[elements]` in the tensor's layout. */
export function projectTensor(whole: DenseTensor, { layer, tensor, matrices, scheme }: Target, options: ProjectOptions): Uint8Array {
  const mask = new Uint8Array(elementCount(whole.shape));
  for (let m = 0; m < matrices.count; m++) {
    const { mask: { keep } } = located(layer, tensor, () => project(gather(whole, matrices, m), scheme, options));
    scatter(mask, matrices, m, keep);
  }
  return mask;
}

/** Sets what goes to 0 and stores the rest the smallest way; `now` has the values to store, `before` those that energies are of. */
export function storeTensor(before: Tensor, now: Tensor, { view, scheme }: PlannedWeight, mask: Uint8Array): PrunedTensor {
  const data = decode(now).data.slice() as Numbers;
  const old = toFloats(before);
  let [kept, norm, keptNorm] = [0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    const square = old[i]! * old[i]!;
    norm += square;
    if (mask[i] === 0) {
      data[i] = 0;
      continue;
    }
    kept++;
    keptNorm += square;
  }
  const { tensor: stored, plan } = encode(dense(now.dtype, now.shape, data), view, { scheme });
  return {
    tensor: stored, encoding: candidateName(plan.chosen), reason: plan.reason,
    sums: { weights: mask.length, kept, norm, keptNorm, bytesBefore: storedBytes(before), bytesAfter: storedBytes(stored) },
  };
}

/** A tensor that stays as it is. */
export function keepTensor(tensor: Tensor, { reason, dtype }: PlannedWeight): PrunedTensor {
  const bytes = storedBytes(tensor);
  const norm = canRank(dtype) ? squaredNorm(toFloats(tensor)) : 0;
  const weights = elementCount(tensor.shape);
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
