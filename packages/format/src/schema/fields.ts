// Made from bcr.proto by tools/generate.ts. Not to be edited.

/** How a field stands on the wire, and what bounds its value. */
export type FieldKind = 'message' | 'string' | 'uint32' | 'uint64' | 'sint64' | 'bool' | 'enum' | 'double' | 'fixed32';

export interface FieldRow {
  readonly name: string;
  readonly kind: FieldKind;
  /** Of a message field: what it holds. */
  readonly message?: MessageName;
  /** Of an enum: its largest value. Values have no gaps. */
  readonly largest?: number;
  readonly repeated?: true;
  /** Left out is not the same as its default. */
  readonly optional?: true;
  /** Only one field of a oneof may be there. */
  readonly oneof?: string;
}

export type MessageName =
  | 'Header'
  | 'Section'
  | 'Dimension'
  | 'Shape'
  | 'Value'
  | 'NamedTensor'
  | 'Tensor'
  | 'Sparse'
  | 'View'
  | 'Matrix'
  | 'Csr'
  | 'Bcrc'
  | 'Bcr'
  | 'Pattern'
  | 'Layer'
  | 'NamedAttribute'
  | 'Ints'
  | 'Floats'
  | 'Strings'
  | 'Activation'
  | 'Scheme'
  | 'Tuning'
  | 'Provenance'
  | 'Pair'
  | 'Plan'
  | 'PlanEntry'
  | 'Recipe'
  | 'RecipeStep';

/** The fields of each message, by number. */
export const FIELDS: Readonly<Record<MessageName, Readonly<Record<number, FieldRow>>>> = {
  Header: {
    1: { name: 'name', kind: 'string' },
    2: { name: 'inputs', kind: 'message', message: 'Value', repeated: true },
    3: { name: 'outputs', kind: 'message', message: 'Value', repeated: true },
    4: { name: 'values', kind: 'message', message: 'Value', repeated: true },
    5: { name: 'tensors', kind: 'message', message: 'NamedTensor', repeated: true },
    6: { name: 'layers', kind: 'message', message: 'Layer', repeated: true },
    7: { name: 'provenance', kind: 'message', message: 'Provenance' },
    8: { name: 'plan', kind: 'message', message: 'Plan' },
    9: { name: 'recipe', kind: 'message', message: 'Recipe' },
    10: { name: 'sections', kind: 'message', message: 'Section', repeated: true },
  },
  Section: {
    1: { name: 'element', kind: 'enum', largest: 13 },
    2: { name: 'length', kind: 'uint64' },
    3: { name: 'crc32', kind: 'fixed32' },
  },
  Dimension: {
    1: { name: 'size', kind: 'uint64', oneof: 'is' },
    2: { name: 'symbol', kind: 'string', oneof: 'is' },
  },
  Shape: {
    1: { name: 'dimensions', kind: 'message', message: 'Dimension', repeated: true },
  },
  Value: {
    1: { name: 'name', kind: 'string' },
    2: { name: 'element', kind: 'enum', largest: 13 },
    3: { name: 'shape', kind: 'message', message: 'Shape' },
  },
  NamedTensor: {
    1: { name: 'name', kind: 'string' },
    2: { name: 'tensor', kind: 'message', message: 'Tensor' },
  },
  Tensor: {
    1: { name: 'element', kind: 'enum', largest: 13 },
    2: { name: 'shape', kind: 'uint64', repeated: true },
    3: { name: 'dense_section', kind: 'uint32', oneof: 'is' },
    4: { name: 'sparse', kind: 'message', message: 'Sparse', oneof: 'is' },
  },
  Sparse: {
    1: { name: 'view', kind: 'message', message: 'View' },
    2: { name: 'matrices', kind: 'message', message: 'Matrix', repeated: true },
  },
  View: {
    1: { name: 'count', kind: 'uint64' },
    2: { name: 'rows', kind: 'uint64' },
    3: { name: 'columns', kind: 'uint64' },
    4: { name: 'column_major', kind: 'bool' },
    5: { name: 'kernel', kind: 'uint64' },
  },
  Matrix: {
    1: { name: 'rows', kind: 'uint64' },
    2: { name: 'columns', kind: 'uint64' },
    3: { name: 'csr', kind: 'message', message: 'Csr', oneof: 'encoding' },
    4: { name: 'bcrc', kind: 'message', message: 'Bcrc', oneof: 'encoding' },
    5: { name: 'bcr', kind: 'message', message: 'Bcr', oneof: 'encoding' },
    6: { name: 'pattern', kind: 'message', message: 'Pattern', oneof: 'encoding' },
  },
  Csr: {
    1: { name: 'row_offset_section', kind: 'uint32' },
    2: { name: 'column_section', kind: 'uint32' },
    3: { name: 'payload_section', kind: 'uint32' },
  },
  Bcrc: {
    1: { name: 'reorder_section', kind: 'uint32' },
    2: { name: 'row_offset_section', kind: 'uint32' },
    3: { name: 'occurrence_section', kind: 'uint32' },
    4: { name: 'column_stride_section', kind: 'uint32' },
    5: { name: 'compact_column_section', kind: 'uint32' },
    6: { name: 'payload_section', kind: 'uint32' },
  },
  Bcr: {
    1: { name: 'block_rows', kind: 'uint64' },
    2: { name: 'block_columns', kind: 'uint64' },
    3: { name: 'present_section', kind: 'uint32', optional: true },
    4: { name: 'row_mask_section', kind: 'uint32', optional: true },
    5: { name: 'column_mask_section', kind: 'uint32', optional: true },
    6: { name: 'payload_section', kind: 'uint32' },
  },
  Pattern: {
    1: { name: 'kernel', kind: 'uint32' },
    2: { name: 'id_bits', kind: 'uint32' },
    3: { name: 'patterns_section', kind: 'uint32' },
    4: { name: 'ids_section', kind: 'uint32' },
    5: { name: 'payload_section', kind: 'uint32' },
  },
  Layer: {
    1: { name: 'name', kind: 'string' },
    2: { name: 'operator', kind: 'string' },
    3: { name: 'domain', kind: 'string' },
    4: { name: 'inputs', kind: 'string', repeated: true },
    5: { name: 'outputs', kind: 'string', repeated: true },
    6: { name: 'attributes', kind: 'message', message: 'NamedAttribute', repeated: true },
    7: { name: 'activation', kind: 'message', message: 'Activation' },
    8: { name: 'scheme', kind: 'message', message: 'Scheme' },
    9: { name: 'tuning', kind: 'message', message: 'Tuning' },
    10: { name: 'origin', kind: 'message', message: 'Strings' },
  },
  NamedAttribute: {
    1: { name: 'name', kind: 'string' },
    2: { name: 'int', kind: 'sint64', oneof: 'value' },
    3: { name: 'float', kind: 'double', oneof: 'value' },
    4: { name: 'string', kind: 'string', oneof: 'value' },
    5: { name: 'ints', kind: 'message', message: 'Ints', oneof: 'value' },
    6: { name: 'floats', kind: 'message', message: 'Floats', oneof: 'value' },
    7: { name: 'strings', kind: 'message', message: 'Strings', oneof: 'value' },
    8: { name: 'tensor', kind: 'message', message: 'Tensor', oneof: 'value' },
  },
  Ints: {
    1: { name: 'values', kind: 'sint64', repeated: true },
  },
  Floats: {
    1: { name: 'values', kind: 'double', repeated: true },
  },
  Strings: {
    1: { name: 'values', kind: 'string', repeated: true },
  },
  Activation: {
    1: { name: 'kind', kind: 'enum', largest: 7 },
    2: { name: 'alpha', kind: 'double', optional: true },
    3: { name: 'beta', kind: 'double', optional: true },
  },
  Scheme: {
    1: { name: 'kind', kind: 'enum', largest: 7 },
    2: { name: 'rate', kind: 'double', optional: true },
    3: { name: 'keep', kind: 'uint64', optional: true },
    4: { name: 'patterns', kind: 'uint64', optional: true },
    5: { name: 'block_filters', kind: 'uint64', optional: true },
    6: { name: 'block_channels', kind: 'uint64', optional: true },
    7: { name: 'block_rows', kind: 'uint64', optional: true },
    8: { name: 'block_columns', kind: 'uint64', optional: true },
    9: { name: 'row_share', kind: 'double', optional: true },
  },
  Tuning: {
    1: { name: 'kernel', kind: 'string', optional: true },
    2: { name: 'tile', kind: 'message', message: 'Ints' },
    3: { name: 'unroll', kind: 'message', message: 'Ints' },
    4: { name: 'permute', kind: 'string', optional: true },
  },
  Provenance: {
    1: { name: 'producer', kind: 'string' },
    2: { name: 'producer_version', kind: 'string' },
    3: { name: 'source_opset', kind: 'uint64' },
    4: { name: 'doc', kind: 'string' },
    5: { name: 'metadata', kind: 'message', message: 'Pair', repeated: true },
  },
  Pair: {
    1: { name: 'key', kind: 'string' },
    2: { name: 'value', kind: 'string' },
  },
  Plan: {
    1: { name: 'target', kind: 'string' },
    2: { name: 'mapper', kind: 'string' },
    3: { name: 'entries', kind: 'message', message: 'PlanEntry', repeated: true },
  },
  PlanEntry: {
    1: { name: 'layer', kind: 'string' },
    2: { name: 'scheme', kind: 'message', message: 'Scheme' },
    3: { name: 'reason', kind: 'string' },
    4: { name: 'predicted_ms', kind: 'double', optional: true },
  },
  Recipe: {
    1: { name: 'steps', kind: 'message', message: 'RecipeStep', repeated: true },
    2: { name: 'hashes', kind: 'message', message: 'Pair', repeated: true },
  },
  RecipeStep: {
    1: { name: 'tool', kind: 'string' },
    2: { name: 'version', kind: 'string' },
    3: { name: 'seed', kind: 'sint64' },
    4: { name: 'options', kind: 'string' },
  },
};
