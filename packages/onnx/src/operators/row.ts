import type { Attribute } from '@fretwork/format';

/** An attribute that an operator can have. */
export interface AttributeRow {
  readonly name: string;
  readonly type: Attribute['type'];
  /** Its value where it is left out; left out itself: there is none, or it depends on other things. */
  readonly otherwise?: Attribute['value'];
  readonly required?: true;
  /** First opset that knows it, where that is later than the operator's `since`. */
  readonly since?: number;
}

/** An operator in the form of `OPERATOR_FORM`. Counts are [least, most]. */
export interface OperatorRow {
  readonly operator: string;
  readonly inputs: readonly [least: number, most: number];
  readonly outputs: readonly [least: number, most: number];
  readonly attributes: readonly AttributeRow[];
  /** Oldest opset whose form of it can be read, directly or by the rows of `FORM_CHANGES`. */
  readonly reads: number;
  /** Oldest opset, 13 or newer, that has it in this form. */
  readonly since: number;
}

type Counts = readonly [least: number, most: number];

/** A row; `opsets` is [reads, since]. */
export const row = (operator: string, opsets: readonly [number, number], inputs: Counts, outputs: Counts, ...attributes: readonly AttributeRow[]): OperatorRow =>
  ({ operator, inputs, outputs, attributes, reads: opsets[0], since: opsets[1] });

/** As many as one likes. */
export const ANY: number = Number.MAX_SAFE_INTEGER;

const attribute = (name: string, type: Attribute['type'], otherwise?: Attribute['value']): AttributeRow =>
  ({ name, type, ...(otherwise === undefined ? {} : { otherwise }) });

export const int = (name: string, otherwise?: number): AttributeRow => attribute(name, 'int', otherwise);
export const float = (name: string, otherwise?: number): AttributeRow => attribute(name, 'float', otherwise);
export const string = (name: string, otherwise?: string): AttributeRow => attribute(name, 'string', otherwise);
export const ints = (name: string): AttributeRow => attribute(name, 'ints');
export const floats = (name: string): AttributeRow => attribute(name, 'floats');
export const strings = (name: string, otherwise?: readonly string[]): AttributeRow => attribute(name, 'strings', otherwise);
export const tensor = (name: string): AttributeRow => attribute(name, 'tensor');

export const required = (attribute: AttributeRow): AttributeRow => ({ ...attribute, required: true });
export const since = (opset: number, attribute: AttributeRow): AttributeRow => ({ ...attribute, since: opset });
