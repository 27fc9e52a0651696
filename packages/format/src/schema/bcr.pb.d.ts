// Made from bcr.proto by tools/generate.ts. Not to be edited.

/** protobuf.js gives 64-bit integers as numbers where the package `long` is missing. */
export type Int64 = number | { toNumber(): number };

export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

export interface Header {
  name: string;
  inputs: readonly Value[];
  outputs: readonly Value[];
  values: readonly Value[];
  tensors: readonly NamedTensor[];
  layers: readonly Layer[];
  provenance?: Provenance | null;
  plan?: Plan | null;
  recipe?: Recipe | null;
  sections: readonly Section[];
}
export const Header: Codec<Header>;

export interface Section {
  element: number;
  length: Int64;
  crc32: number;
}
export const Section: Codec<Section>;

export interface Dimension {
  size?: Int64 | null;
  symbol?: string | null;
}
export const Dimension: Codec<Dimension>;

export interface Shape {
  dimensions: readonly Dimension[];
}
export const Shape: Codec<Shape>;

export interface Value {
  name: string;
  element: number;
  shape?: Shape | null;
}
export const Value: Codec<Value>;

export interface NamedTensor {
  name: string;
  tensor?: Tensor | null;
}
export const NamedTensor: Codec<NamedTensor>;

export interface Tensor {
  element: number;
  shape: readonly Int64[];
  denseSection?: number | null;
  sparse?: Sparse | null;
}
export const Tensor: Codec<Tensor>;

export interface Sparse {
  view?: View | null;
  matrices: readonly Matrix[];
}
export const Sparse: Codec<Sparse>;

export interface View {
  count: Int64;
  rows: Int64;
  columns: Int64;
  columnMajor: boolean;
  kernel: Int64;
}
export const View: Codec<View>;

export interface Matrix {
  rows: Int64;
  columns: Int64;
  csr?: Csr | null;
  bcrc?: Bcrc | null;
  bcr?: Bcr | null;
  pattern?: Pattern | null;
}
export const Matrix: Codec<Matrix>;

export interface Csr {
  rowOffsetSection: number;
  columnSection: number;
  payloadSection: number;
}
export const Csr: Codec<Csr>;

export interface Bcrc {
  reorderSection: number;
  rowOffsetSection: number;
  occurrenceSection: number;
  columnStrideSection: number;
  compactColumnSection: number;
  payloadSection: number;
}
export const Bcrc: Codec<Bcrc>;

export interface Bcr {
  blockRows: Int64;
  blockColumns: Int64;
  presentSection?: number | null;
  rowMaskSection?: number | null;
  columnMaskSection?: number | null;
  payloadSection: number;
}
export const Bcr: Codec<Bcr>;

export interface Pattern {
  kernel: number;
  idBits: number;
  patternsSection: number;
  idsSection: number;
  payloadSection: number;
}
export const Pattern: Codec<Pattern>;

export interface Layer {
  name: string;
  operator: string;
  domain: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: readonly NamedAttribute[];
  activation?: Activation | null;
  scheme?: Scheme | null;
  tuning?: Tuning | null;
  origin?: Strings | null;
}
export const Layer: Codec<Layer>;

export interface NamedAttribute {
  name: string;
  int?: Int64 | null;
  float?: number | null;
  string?: string | null;
  ints?: Ints | null;
  floats?: Floats | null;
  strings?: Strings | null;
  tensor?: Tensor | null;
}
export const NamedAttribute: Codec<NamedAttribute>;

export interface Ints {
  values: readonly Int64[];
}
export const Ints: Codec<Ints>;

export interface Floats {
  values: readonly number[];
}
export const Floats: Codec<Floats>;

export interface Strings {
  values: readonly string[];
}
export const Strings: Codec<Strings>;

export interface Activation {
  kind: number;
  alpha?: number | null;
  beta?: number | null;
}
export const Activation: Codec<Activation>;

export interface Scheme {
  kind: number;
  rate?: number | null;
  keep?: Int64 | null;
  patterns?: Int64 | null;
  blockFilters?: Int64 | null;
  blockChannels?: Int64 | null;
  blockRows?: Int64 | null;
  blockColumns?: Int64 | null;
  rowShare?: number | null;
}
export const Scheme: Codec<Scheme>;

export interface Tuning {
  kernel?: string | null;
  tile?: Ints | null;
  unroll?: Ints | null;
  permute?: string | null;
}
export const Tuning: Codec<Tuning>;

export interface Provenance {
  producer: string;
  producerVersion: string;
  sourceOpset: Int64;
  doc: string;
  metadata: readonly Pair[];
}
export const Provenance: Codec<Provenance>;

export interface Pair {
  key: string;
  value: string;
}
export const Pair: Codec<Pair>;

export interface Plan {
  target: string;
  mapper: string;
  entries: readonly PlanEntry[];
}
export const Plan: Codec<Plan>;

export interface PlanEntry {
  layer: string;
  scheme?: Scheme | null;
  reason: string;
  predictedMs?: number | null;
}
export const PlanEntry: Codec<PlanEntry>;

export interface Recipe {
  steps: readonly RecipeStep[];
  hashes: readonly Pair[];
}
export const Recipe: Codec<Recipe>;

export interface RecipeStep {
  tool: string;
  version: string;
  seed: Int64;
  options: string;
}
export const RecipeStep: Codec<RecipeStep>;
