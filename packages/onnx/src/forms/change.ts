import type { DenseTensor, DType, TensorData } from '@fretwork/format';
import type { Node } from './node.js';

/** What a change of form may ask and add. */
export interface FormContext {
  /** The tensor `name`, if it is a weight of the model. */
  readonly tensor: (name: string) => DenseTensor | undefined;
  readonly dtypeOf: (name: string) => DType | undefined;
  /** Number of dimensions of value `name`, where that can be proved. */
  readonly rankOf: (name: string) => number | undefined;
  /** Whether a layer or the model's outputs read value `name`. */
  readonly isRead: (name: string) => boolean;
  /** Adds a tensor, named after `layer` and what it is; gives its name. */
  readonly add: (layer: string, what: string, dtype: DType, shape: readonly number[], data: TensorData) => string;
  /** A name for a value between the layers that `layer` becomes. */
  readonly value: (layer: string, what: string) => string;
  /** A name for one of these layers. */
  readonly layer: (layer: string, what: string) => string;
}

export type FormResult =
  | { readonly ok: true; readonly nodes: readonly Node[] }
  | { readonly ok: false; readonly reason: string; readonly hint: string };

/** One step in the history of an operator, taken so that no other package has to know it. */
export interface FormChange {
  readonly operator: string;
  /** It is taken for files of an older opset than this … */
  readonly before?: number;
  /** … or of this opset and newer. */
  readonly since?: number;
  /** What it does, shown in an import plan. */
  readonly says: string;
  readonly change: (node: Node, context: FormContext) => FormResult;
}

export const become = (...nodes: readonly Node[]): FormResult => ({ ok: true, nodes });
export const refuse = (reason: string, hint: string): FormResult => ({ ok: false, reason, hint });

const newer = 'export the model with a newer opset (13 or later)';

/** The refusal of a node whose old form cannot be carried over. */
export const refuseOldForm = (reason: string): FormResult => refuse(reason, newer);

/** Adds an i64 vector. */
export const addInts = (context: FormContext, layer: string, what: string, values: readonly bigint[]): string =>
  context.add(layer, what, 'i64', [values.length], BigInt64Array.from(values));

/** `inputs` with `name` at place `at`, places between left out (`''`). */
export function withInput(inputs: readonly string[], at: number, name: string): readonly string[] {
  const all = [...inputs];
  while (all.length < at) all.push('');
  all[at] = name;
  return all;
}
