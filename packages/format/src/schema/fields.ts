// Made from bcr.proto by tools/generate.ts. Not to be edited.

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

/** The fields of each message in the order of their numbers, as `messageOf` reads them. */
export const FIELDS: Readonly<Record<MessageName, string>> = {
  Header: 'name:string inputs:Value* outputs:Value* values:Value* tensors:NamedTensor* layers:Layer* provenance:Provenance plan:Plan? recipe:Recipe? sections:Section*',
  Section: 'element:enum13 length:uint64 crc32:fixed32',
  Dimension: 'size:uint64/is symbol:string/is',
  Shape: 'dimensions:Dimension*',
  Value: 'name:string element:enum13 shape:Shape?',
  NamedTensor: 'name:string tensor:Tensor',
  Tensor: 'element:enum13 shape:uint64* denseSection:uint32/is sparse:Sparse/is',
  Sparse: 'view:View matrices:Matrix*',
  View: 'count:uint64 rows:uint64 columns:uint64 columnMajor:bool kernel:uint64',
  Matrix: 'rows:uint64 columns:uint64 csr:Csr/encoding bcrc:Bcrc/encoding bcr:Bcr/encoding pattern:Pattern/encoding',
  Csr: 'rowOffsetSection:uint32 columnSection:uint32 payloadSection:uint32',
  Bcrc: 'reorderSection:uint32 rowOffsetSection:uint32 occurrenceSection:uint32 columnStrideSection:uint32 compactColumnSection:uint32 payloadSection:uint32',
  Bcr: 'blockRows:uint64 blockColumns:uint64 presentSection:uint32? rowMaskSection:uint32? columnMaskSection:uint32? payloadSection:uint32',
  Pattern: 'kernel:uint32 idBits:uint32 patternsSection:uint32 idsSection:uint32 payloadSection:uint32',
  Layer: 'name:string operator:string domain:string inputs:string* outputs:string* attributes:NamedAttribute* activation:Activation? scheme:Scheme? tuning:Tuning? origin:Strings?',
  NamedAttribute: 'name:string int:sint64/value float:double/value string:string/value ints:Ints/value floats:Floats/value strings:Strings/value tensor:Tensor/value',
  Ints: 'values:sint64*',
  Floats: 'values:double*',
  Strings: 'values:string*',
  Activation: 'kind:enum7 alpha:double? beta:double?',
  Scheme: 'kind:enum7 rate:double? keep:uint64? patterns:uint64? blockFilters:uint64? blockChannels:uint64? blockRows:uint64? blockColumns:uint64? rowShare:double?',
  Tuning: 'kernel:string? tile:Ints? unroll:Ints? permute:string?',
  Provenance: 'producer:string producerVersion:string sourceOpset:uint64 doc:string metadata:Pair*',
  Pair: 'key:string value:string',
  Plan: 'target:string mapper:string entries:PlanEntry*',
  PlanEntry: 'layer:string scheme:Scheme reason:string predictedMs:double?',
  Recipe: 'steps:RecipeStep* hashes:Pair*',
  RecipeStep: 'tool:string version:string seed:sint64 options:string',
};
