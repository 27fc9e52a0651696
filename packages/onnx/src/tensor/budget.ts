import { FretworkError } from '@fretwork/format';

/** Bytes that tensors may still take. */
export interface Budget {
  /** Throws `onnx.tensors-too-large` where `bytes` more are too many. */
  readonly take: (bytes: number, tensor: string) => void;
}

export function budgetOf(limit: number): Budget {
  let left = limit;
  return {
    take: (bytes, tensor) => {
      if (bytes > left) {
        throw new FretworkError('onnx.tensors-too-large', 'the tensors of this model are larger than allowed', {
          tensor, expected: `at most ${left} bytes more`, actual: `${bytes}`, hint: 'raise limits.tensorBytes if you trust the file',
        });
      }
      left -= bytes;
    },
  };
}
