/** A model while its lines are read. */
import type {
  DenseTensor, Layer, Model, PlanEntry, RecipeStep, SparseMatrix, Tensor, ValueInfo,
} from '../contract.js';
import { quote } from '../error.js';
import type { MatrixArray } from './arrays.js';
import type { Cursor } from './cursor.js';
import { ARRAYS, factsOf, type MatrixFacts, type TensorFacts } from './facts.js';
import type { Block } from './lines.js';
import type { TextPlace } from './text-error.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface DraftLayer extends Omit<Writable<Layer>, 'attributes'> {
  readonly attributes: Map<string, Layer['attributes'] extends ReadonlyMap<string, infer A> ? A : never>;
}

/** A tensor line with its matrix lines, and what `data` lines gave of it. */
export interface DraftTensor {
  readonly place: TextPlace;
  readonly facts: TensorFacts & { readonly matrices: MatrixFacts[] };
  dense?: DenseTensor;
  /** Per matrix its arrays by name. */
  readonly arrays: Map<number, Map<string, MatrixArray>>;
}

export interface Draft {
  name?: string;
  readonly inputs: ValueInfo[];
  readonly outputs: ValueInfo[];
  readonly values: ValueInfo[];
  readonly layers: DraftLayer[];
  readonly tensors: Map<string, DraftTensor>;
  readonly provenance: { producer: string; producerVersion: string; sourceOpset: number; doc: string; metadata: (readonly [string, string])[] };
  plan?: { readonly target: string; readonly mapper: string; readonly entries: PlanEntry[] };
  recipe?: { readonly steps: RecipeStep[]; readonly hashes: (readonly [string, string])[] };
  /** The block that lines now belong to. */
  block?: Block | undefined;
  /** The tensor of the last tensor line. */
  tensor?: DraftTensor;
  /** Lines that may stand once and have stood. */
  readonly once: Set<string>;
}

export const emptyDraft = (): Draft => ({
  inputs: [], outputs: [], values: [], layers: [], tensors: new Map(), once: new Set(),
  provenance: { producer: '', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
});

/** The model, its tensors from the text or else from `given`. Throws `text.missing`, `text.no-data`, `text.mismatch`. */
export function assemble(at: Cursor, draft: Draft, given: ReadonlyMap<string, Tensor>): Model {
  at.form = '';
  const { name, inputs, outputs, values, layers, provenance, plan, recipe } = draft;
  if (name === undefined) {
    at.fail('text.missing', at.peek, 'the text names no model', { expected: 'a line: model NAME', actual: 'none', hint: 'add it as the second line' });
  }
  const tensors = new Map([...draft.tensors].map(([key, tensor]) => [key, tensorOf(at, key, tensor, given.get(key))]));
  return {
    name, inputs, outputs, values, layers, tensors, provenance,
    ...(plan === undefined ? {} : { plan }), ...(recipe === undefined ? {} : { recipe }),
  };
}

function tensorOf(at: Cursor, name: string, draft: DraftTensor, given: Tensor | undefined): Tensor {
  const { facts, place, arrays } = draft;
  if (draft.dense !== undefined) return draft.dense;
  if (facts.view !== undefined && (arrays.size > 0 || facts.matrices.length === 0)) {
    const { dtype, shape, view } = facts;
    return { kind: 'sparse', dtype, shape, view, matrices: facts.matrices.map((m, i) => matrixOf(at, name, draft, m, i)) };
  }
  if (given === undefined) {
    at.fail('text.no-data', place, `tensor ${quote(name)} has no elements`, {
      expected: 'elements on its line, a data line, or a tensor of this name in options.tensors', actual: 'none',
      hint: 'a text printed with weights omitted is read together with the tensors of its model',
    });
  }
  const [said, is] = [JSON.stringify(facts), JSON.stringify(factsOf(given))];
  if (said !== is) {
    at.fail('text.mismatch', place, `tensor ${quote(name)} is not the one given`, {
      expected: said.slice(0, 300), actual: is.slice(0, 300), hint: 'tensors that were omitted cannot be edited in the text',
    });
  }
  return given;
}

function matrixOf(at: Cursor, name: string, draft: DraftTensor, facts: MatrixFacts, i: number): SparseMatrix {
  const arrays = draft.arrays.get(i) ?? new Map<string, MatrixArray>();
  const missing = ARRAYS[facts.encoding].filter((row) => row.optional !== true && !arrays.has(row.key)).map((row) => row.key);
  if (missing.length > 0) {
    at.fail('text.no-data', draft.place, `matrix ${i} of tensor ${quote(name)} lacks arrays`, {
      expected: missing.join(', '), actual: [...arrays.keys()].join(', ') || 'none', hint: 'every array of a sparse matrix has its data line',
    });
  }
  const { encoding, rows, columns, block, kernel, idBits } = facts;
  // The keys are those of the encoding: the table of arrays has exactly its fields.
  return {
    encoding, rows, columns,
    ...(block === undefined ? {} : { blockRows: block[0], blockColumns: block[1] }),
    ...(kernel === undefined ? {} : { kernel, idBits }),
    ...Object.fromEntries([...arrays].map(([key, array]) => [key, array.data])),
  } as unknown as SparseMatrix;
}
