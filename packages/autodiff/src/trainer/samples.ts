import { dense, DTYPES, elementCount, FretworkError, type DenseTensor, type TensorData } from '@fretwork/format';
import type { Batch, SampleSource } from '../contract.js';

export interface SamplesOptions {
  /** By input name. All samples in one tensor. */
  readonly inputs: Readonly<Record<string, DenseTensor>>;
  /** Axis that counts samples. Default 0; 1 for sequences `[T, N, I]`. */
  readonly axis?: number;
  /** One class number per sample. */
  readonly labels?: ArrayLike<number>;
  /** `[N, …]`, the same number of elements for each sample. */
  readonly target?: Float32Array;
}

/** Samples held in memory. Throws `train.batch` where the counts differ. */
export function samples({ inputs, axis = 0, labels, target }: SamplesOptions): SampleSource {
  const counts = Object.values(inputs).map((t) => t.shape[axis]);
  const count = counts[0];
  if (count === undefined || counts.some((c) => c !== count) || (labels !== undefined && labels.length !== count) || (target !== undefined && target.length % count !== 0)) {
    throw new FretworkError('train.batch', 'the numbers of samples differ', { expected: `${count ?? 'an axis'} everywhere`, actual: [...counts, labels?.length ?? 'no labels', target?.length ?? 'no target'].join(', ') });
  }
  return {
    count,
    batch: (indices): Batch => ({
      inputs: Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, chosen(t, axis, indices)])),
      ...(labels === undefined ? {} : { labels: indices.map((i) => labels[i]!) }),
      ...(target === undefined ? {} : { target: chosen(dense('f32', [count, target.length / count], target), 0, indices).data as Float32Array }),
    }),
  };
}

/** The entries `indices` of `axis`, copied. */
function chosen(tensor: DenseTensor, axis: number, indices: readonly number[]): DenseTensor {
  const { shape, dtype } = tensor;
  const [outer, inner, size] = [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis + 1)), shape[axis]!];
  const data = DTYPES[dtype].make(outer * indices.length * inner);
  const from = tensor.data as Float32Array;
  for (let o = 0; o < outer; o++) {
    indices.forEach((index, i) => {
      const start = (o * size + index) * inner;
      (data as Float32Array).set(from.subarray(start, start + inner), (o * indices.length + i) * inner);
    });
  }
  return dense(dtype, shape.map((d, i) => (i === axis ? indices.length : d)), data as TensorData);
}
