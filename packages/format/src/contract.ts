/**
 * The contract of `@fretwork/format`: the records that every other package exchanges.
 *
 * What it is. A `Model` is a trained network as plain, readonly records: values that flow, layers in the order they
 * run (the papers' layerwise representation), tensors that hold weights. Sparse weights stay sparse: a `SparseTensor`
 * is one or more matrices, each a set of dense tiles (row ids, column ids, payload) in one of four encodings.
 *
 * What it is not. No engine: nothing here computes a layer (`@fretwork/reference` says what an operator means). No
 * ONNX: names of operators and attributes are ONNX's, in the form of `OPERATOR_FORM`, but its files are read by
 * `@fretwork/onnx`.
 *
 * Who owns which buffer. Records never copy: typed arrays in a `Model` read from bytes are views on those bytes, and a
 * caller who changes the bytes changes the model. Functions that change a weight return a new tensor and leave the old
 * one alone.
 *
 * What is thrown. `FretworkError` alone, with a stable `code`, the place (layer, tensor or byte offset) and a hint.
 * Bytes from outside are judged once, by the named rules of `validate`; records made by hand can be judged with the
 * same rules through `checkModel`.
 */

/**
 * Operators have one form in a `Model`: that of this ONNX opset. Importers bring older forms up to it (a `Squeeze`
 * with an `axes` attribute becomes one with an `axes` input), so that no backend knows opset history.
 */
export const OPERATOR_FORM = 22;

/** Element types. `f16` and `bf16` are held as their bits, `bool` as bytes 0 and 1. */
export type DType =
  | 'f32' | 'f16' | 'bf16' | 'f64'
  | 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64'
  | 'bool';

/** Elements in host memory; which array goes with which `DType` is the table `DTYPES`. Hosts are little-endian. */
export type TensorData =
  | Float32Array | Float64Array
  | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array
  | BigInt64Array | BigUint64Array;

/** Row-major elements: `data.length` is the product of `shape` (1 for a scalar, `shape` `[]`). */
export interface DenseTensor {
  readonly kind: 'dense';
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/**
 * How matrices lie in a tensor of `shape`: `count` matrices of `rows` x `columns`, one behind the other; inside a
 * matrix, `row-major` puts element (r, c) at r·columns + c, `column-major` at c·rows + r. A row is one output (a
 * filter, a neuron), a column one input, so that a layer is always `matrix x activations`:
 * CONV `[Cout, Cin/g, Kh, Kw]` → 1 of Cout x (Cin/g·Kh·Kw), row-major; Gemm `[K, N]` with transB = 0 → 1 of N x K,
 * column-major; GRU `[directions, 3·H, I]` → 3·directions of H x I, row-major: each gate by itself.
 */
export interface MatrixView {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  readonly order: 'row-major' | 'column-major';
  /** Columns that belong to one input channel: Kh·Kw of a convolution, else 1. */
  readonly kernel: number;
}

/** Several matrices of equal size, each encoded by itself; `view` says how they lie in the dense tensor of `shape`. */
export interface SparseTensor {
  readonly kind: 'sparse';
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly view: MatrixView;
  readonly matrices: readonly SparseMatrix[];
}

export type Tensor = DenseTensor | SparseTensor;

/** Column or row ids: two bytes where the matrix allows it, else four. */
export type IndexArray = Uint16Array | Uint32Array;

/** Compressed sparse rows. Tile of row r: its columns, ascending. */
export interface CsrMatrix {
  readonly encoding: 'csr';
  readonly rows: number;
  readonly columns: number;
  /** `[rows + 1]`, from 0 to nnz, never falling. */
  readonly rowOffset: Uint32Array;
  /** `[nnz]`, strictly rising inside a row. */
  readonly column: IndexArray;
  /** `[nnz]` */
  readonly payload: TensorData;
}

/** GRIM's block-based column-row compact storage (papers.md 1.6): rows with equal column sets share one list of columns. */
export interface BcrcMatrix {
  readonly encoding: 'bcrc';
  readonly rows: number;
  readonly columns: number;
  /** `[rows]`: stored row p is matrix row `reorder[p]`; a permutation. */
  readonly reorder: IndexArray;
  /** `[rows + 1]`: where stored row p starts in `payload`. */
  readonly rowOffset: Uint32Array;
  /** `[groups + 1]`: first stored row of each group. */
  readonly occurrence: Uint32Array;
  /** `[groups + 1]`: where the columns of each group start in `compactColumn`. */
  readonly columnStride: Uint32Array;
  /** Columns once per group, strictly rising inside a group. */
  readonly compactColumn: IndexArray;
  /** `[nnz]` in stored row order. */
  readonly payload: TensorData;
}

/**
 * Two-level BCR: per block of `blockRows` x `blockColumns` (row-major over the block grid, edge blocks smaller) the
 * kept rows and the kept columns, as masks; the payload holds the kept rows x kept columns of each block, dense,
 * row-major, block after block.
 *
 * Masks are bit strings, least significant bit first, packed without gaps: the block at place k among the *stored*
 * blocks owns bits k·blockRows … of `rowMask` and k·blockColumns … of `columnMask`. Bits past the matrix edge are 0. A
 * mask left out means: all rows (columns) of each stored block. `present` holds one bit per block of the grid; left out,
 * every block is stored.
 */
export interface BcrMatrix {
  readonly encoding: 'bcr';
  readonly rows: number;
  readonly columns: number;
  readonly blockRows: number;
  readonly blockColumns: number;
  readonly present?: Uint8Array;
  readonly rowMask?: Uint8Array;
  readonly columnMask?: Uint8Array;
  readonly payload: TensorData;
}

/**
 * Kernel patterns: columns come in kernels of `kernel` (Kh·Kw) positions, one kernel per input channel, and each
 * kernel keeps the positions of one pattern, or none. No index per weight: one small id per kernel.
 */
export interface PatternMatrix {
  readonly encoding: 'pattern';
  readonly rows: number;
  readonly columns: number;
  /** Positions per kernel, 1 to 32; divides `columns`. */
  readonly kernel: number;
  /** Bit i of a pattern: kernel position i is kept. Non-empty, distinct, ascending. */
  readonly patterns: Uint32Array;
  /** Bits per id: 4 (at most 15 patterns) or 8. */
  readonly idBits: 4 | 8;
  /** Id of kernel (row, channel) at place row·channels + channel: 0 = removed, p + 1 = `patterns[p]`; 4-bit ids low half first. */
  readonly ids: Uint8Array;
  /** Channel after channel, in it pattern after pattern, in it row after row: the kept weights of each kernel, position ascending. */
  readonly payload: TensorData;
}

export type SparseMatrix = CsrMatrix | BcrcMatrix | BcrMatrix | PatternMatrix;
export type Encoding = SparseMatrix['encoding'];

/** The one idea: kept weights as a dense `rows.length` x `columns.length` payload, row-major. Ids ascend. A view: do not keep it past the next tile. */
export interface Tile {
  readonly rows: ArrayLike<number>;
  readonly columns: ArrayLike<number>;
  readonly payload: TensorData;
}

/**
 * How a layer's weights are (to be) pruned. `rate` is the compression of the layer's prunable weights: 10 keeps one
 * in ten. Blocks larger than the matrix mean the whole matrix.
 */
export type Scheme =
  | { readonly kind: 'dense' }
  | { readonly kind: 'unstructured'; readonly rate: number }
  | { readonly kind: 'filter'; readonly rate: number }
  | { readonly kind: 'channel'; readonly rate: number }
  | PatternScheme
  | BlockPunchedScheme
  | BcrScheme;

/** Each kernel keeps `keep` positions by one of at most `patterns` patterns; whole kernels go until `rate` is met. */
export interface PatternScheme {
  readonly kind: 'pattern';
  readonly rate: number;
  readonly keep: number;
  readonly patterns: number;
}

/** In a block of filters x input channels the same kernel positions go for all. */
export interface BlockPunchedScheme {
  readonly kind: 'block-punched';
  readonly rate: number;
  readonly blockFilters: number;
  readonly blockChannels: number;
}

/**
 * Whole rows and whole columns go inside each block. `rowShare` in 0..1 is the share of the rate (of its logarithm)
 * that goes to rows: rows keep rate^-rowShare, columns rate^-(1 - rowShare); 0 is columns only, 1 rows only.
 */
export interface BcrScheme {
  readonly kind: 'bcr';
  readonly rate: number;
  readonly blockRows: number;
  readonly blockColumns: number;
  readonly rowShare: number;
}

export type SchemeKind = Scheme['kind'];

/** A fixed size, the name of a size known at run time, or `'?'`: not known. */
export type Dimension = number | string;

/** A value that flows between layers. `shape` left out: not even the rank is known. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape?: readonly Dimension[];
}

/** An attribute keeps its ONNX type, so that 1 and 1.0 stay apart. Integers are safe integers. */
export type Attribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: DenseTensor };

export type ActivationKind = 'relu' | 'clip' | 'leaky-relu' | 'sigmoid' | 'tanh' | 'hard-sigmoid' | 'hard-swish';

/** Applied to the first output. `clip`: alpha = low, beta = high; `leaky-relu`: alpha; `hard-sigmoid`: alpha, beta. */
export interface Activation {
  readonly kind: ActivationKind;
  readonly alpha?: number;
  readonly beta?: number;
}

/** What a code generator was told or has found out; left out: its own choice. */
export interface Tuning {
  readonly kernel?: string;
  readonly tile?: readonly number[];
  readonly unroll?: readonly number[];
  readonly permute?: string;
}

/** One layer of the layerwise representation. Weights are inputs whose name is a key of `Model.tensors`. */
export interface Layer {
  /** Unique in its model. */
  readonly name: string;
  /** ONNX operator type, in the form of `OPERATOR_FORM`. */
  readonly operator: string;
  /** `''` is ONNX's own domain. */
  readonly domain: string;
  /** Value or tensor names; `''` is an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly activation?: Activation;
  /** How the weights were pruned; left out: never pruned. */
  readonly scheme?: Scheme;
  readonly tuning?: Tuning;
  /** Names of the nodes it was made from, where that is not its own name. */
  readonly origin?: readonly string[];
}

/** Where a model comes from. */
export interface Provenance {
  readonly producer: string;
  readonly producerVersion: string;
  /** Opset of the file it was imported from; 0: made by hand. */
  readonly sourceOpset: number;
  readonly doc: string;
  /** Free text pairs, in the order of the file. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
}

/** One row of a mapping: what is to be done with a layer, and why. */
export interface PlanEntry {
  readonly layer: string;
  readonly scheme: Scheme;
  readonly reason: string;
  /** ms; left out: nothing was predicted. */
  readonly predictedMs?: number;
}

/** Which scheme for which layer. Layers that are not named stay as they are. */
export interface MappingPlan {
  readonly target: string;
  readonly mapper: string;
  readonly entries: readonly PlanEntry[];
}

/** What was run to make this model: enough to make it again. */
export interface RecipeStep {
  readonly tool: string;
  readonly version: string;
  readonly seed: number;
  /** Options as JSON text, keys sorted. */
  readonly options: string;
}

export interface Recipe {
  readonly steps: readonly RecipeStep[];
  /** Name of an input (`model`, `data`) and its SHA-256, hexadecimal. */
  readonly hashes: readonly (readonly [name: string, sha256: string])[];
}

/** A trained network. Layers stand in an order in which they can run. */
export interface Model {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Declared intermediate values; may be empty. */
  readonly values: readonly ValueInfo[];
  readonly layers: readonly Layer[];
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly provenance: Provenance;
  readonly plan?: MappingPlan;
  readonly recipe?: Recipe;
}
