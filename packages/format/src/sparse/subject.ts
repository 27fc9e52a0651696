import type { SparseMatrix } from '../contract.js';
import type { ErrorDetails } from '../error.js';
import type { Rule } from '../rules/rule.js';
import { indexWidth } from './kept.js';

/** A matrix to be judged, and the tensor it belongs to. */
export interface SparseSubject {
  readonly matrix: SparseMatrix;
  readonly tensor: string;
}

/** What is wrong, in the words of an error; the tensor is added. */
export type Finding = Pick<ErrorDetails, 'expected' | 'actual' | 'hint'> | undefined;

type Of<E extends SparseMatrix['encoding']> = Extract<SparseMatrix, { encoding: E }>;

/** Makes rules that speak of matrices of one encoding and pass all others. */
export const rulesOf = <E extends SparseMatrix['encoding']>(encoding: E) =>
  (what: string, find: (matrix: Of<E>) => Finding): Rule<SparseSubject> => ({
    code: `${encoding}.${what}`,
    check: ({ matrix, tensor }) => {
      if (matrix.encoding !== encoding) return undefined;
      const found = find(matrix as Of<E>);
      return found === undefined ? undefined : { tensor, ...found };
    },
  });

/** Finds where a length is not the one expected. */
export const lengthIs = (actual: number, expected: number, of: string): Finding =>
  actual === expected ? undefined : { expected: `${expected} elements in ${of}`, actual: `${actual}` };

/** Finds where ids are not as wide as `indexWidth` says. */
export function widthIs(ids: ArrayLike<number>, size: number, of: string): Finding {
  const expected = indexWidth(size);
  if (expected === 2 ? ids instanceof Uint16Array : ids instanceof Uint32Array) return undefined;
  return { expected: `${of} of ${expected} bytes for ${size} ids`, actual: (ids as { constructor?: { name?: string } }).constructor?.name ?? 'no array' };
}

/** Finds the first place where `offsets` falls (or, `strictly`, does not rise), or does not run from 0 to `last`. */
export function risesTo(offsets: Uint32Array, last: number, of: string, strictly = false): Finding {
  if (offsets[0] !== 0) return { expected: `${of} from 0`, actual: `${offsets[0]}` };
  for (let i = 1; i < offsets.length; i++) {
    const step = offsets[i]! - offsets[i - 1]!;
    if (step < 0 || (strictly && step === 0)) {
      return { expected: `${of}[${i}] ${strictly ? 'above' : 'not below'} ${offsets[i - 1]}`, actual: `${offsets[i]}` };
    }
  }
  const end = offsets[offsets.length - 1];
  return end === last ? undefined : { expected: `${of} to ${last}`, actual: `${end}` };
}

/** Finds the first id that is not below `size`. */
export function below(ids: ArrayLike<number>, size: number, of: string): Finding {
  for (let i = 0; i < ids.length; i++) {
    if (ids[i]! >= size) return { expected: `${of}[${i}] below ${size}`, actual: `${ids[i]}` };
  }
  return undefined;
}

/** Finds the first place where ids do not strictly rise inside one of the runs that start at `starts`. */
export function risesInside(ids: ArrayLike<number>, starts: Uint32Array, of: string): Finding {
  for (let run = 0; run + 1 < starts.length; run++) {
    for (let i = starts[run]! + 1; i < starts[run + 1]!; i++) {
      if (ids[i]! <= ids[i - 1]!) return { expected: `${of}[${i}] above ${ids[i - 1]}`, actual: `${ids[i]}` };
    }
  }
  return undefined;
}
