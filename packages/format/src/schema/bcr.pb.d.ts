// Made from bcr.proto by tools/generate.ts. Not to be edited.

export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
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
  length: number;
  crc32: number;
}
export const Section: Codec<Section>;

export interface Dimension {
  size?: number | null;
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
  shape: readonly number[];
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
  count: number;
  rows: number;
  columns: number;
  columnMajor: boolean;
  kernel: number;
}
export const View: Codec<View>;

export interface Matrix {
  rows: number;
  columns: number;
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
  blockRows: number;
  blockColumns: number;
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
  int?: number | null;
  float?: number | null;
  string?: string | null;
  ints?: Ints | null;
  floats?: Floats | null;
  strings?: Strings | null;
  tensor?: Tensor | null;
}
export const NamedAttribute: Codec<NamedAttribute>;

export interface Ints {
  values: readonly number[];
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
  keep?: number | null;
  patterns?: number | null;
  blockFilters?: number | null;
  blockChannels?: number | null;
  blockRows?: number | null;
  blockColumns?: number | null;
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
  sourceOpset: number;
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
  seed: number;
  options: string;
}
export const RecipeStep: Codec<RecipeStep>;
