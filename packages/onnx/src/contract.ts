import type { DenseTensor } from '@fretwork/format';

/**
 * The contract of `@fretwork/onnx`: ONNX files to a `Model` of `@fretwork/format`, and back.
 *
 * What it is. Import is faithful: the layers of the file with their names, in their order, and their weights, bit for
 * bit. Four things are brought to one form, and nothing else is touched:
 * 1. `Constant` nodes become tensors of the model.
 * 2. Operators of other opsets are written in the form of `OPERATOR_FORM`, by the table `FORM_CHANGES`. What an
 *    attribute said becomes a tensor named `<layer>/<what>`; where one node has to become several layers, these name
 *    it as their `origin`.
 * 3. Names and order are made fit: a layer without a name, or with one already used, gets `<operator>_<first output>`
 *    (`…_2`, `…_3` where that is taken); layers are put in an order in which they can run, and those that are stay.
 * 4. An initialiser that is a graph input as well is a weight, not an input.
 *
 * Export is the way back. A fused activation becomes a node of its own, sparse weights become dense with zeros and the
 * schemes of the layers one metadata entry, which import reads back; `tuning`, `origin`, `plan` and `recipe` have no
 * place in ONNX and stay behind. `importModel(exportModel(m))` gives `m` back up to these, the encoding of sparse
 * weights (a zero that was stored is not), and `sourceOpset`, which is that of the file written. The same model gives
 * the same bytes.
 *
 * What it is not. No folding, no fusion, no clean-up: that is the compiler's work. No checker of what layers compute:
 * shapes and types of operands are judged where they are used. No training graphs, functions, control flow, sequences,
 * strings, 8-bit floats, or integers narrower than a byte: these are refused by name.
 *
 * Who owns which buffer. Models own their buffers: tensors are copied out of the file's bytes (where the file is not
 * aligned they have to be), which the caller may free or change afterwards.
 *
 * What is thrown. `FretworkError` alone: with a code `onnx.*`, or, where the file is good ONNX but the model in it breaks
 * a rule of `checkModel`, with that rule's code. What this package does not support is collected and
 * reported in one error, `onnx.unsupported`; `planImport` gives the same list as records. Nothing is allocated by a
 * declared size before that size was checked against the bytes at hand; for sparse initialisers, whose size the bytes
 * do not bound, against `ImportLimits.tensorBytes`.
 */

/** Limits on files from outside. Numbers left out are those of `IMPORT_LIMITS`. */
export interface ImportLimits {
  /** Bytes of the file. */
  readonly fileBytes: number;
  /** Nodes of the graph. */
  readonly nodes: number;
  /** Protobuf fields of all kinds, and 64-bit integers in lists: decoding makes an object of each, however few bytes it has. */
  readonly fields: number;
  /** Bytes of all tensors together, once dense: those in the file, those in other files, sparse ones. */
  readonly tensorBytes: number;
}

export const IMPORT_LIMITS: ImportLimits = {
  fileBytes: 2 ** 31 - 1,
  nodes: 100_000,
  fields: 4_000_000,
  tensorBytes: 2 ** 32,
};

/**
 * Gives `length` bytes from byte `offset` of the file `location`, which stands beside the model. Locations are relative
 * paths with `/`, without `..`: whatever else a file names is refused before this is called. Throws where it has none.
 * In Node, `externalDataFrom(fs, folder)` makes one that stays inside a folder.
 */
export type ExternalData = (location: string, offset: number, length: number) => Uint8Array;

export interface ImportOptions {
  readonly limits?: Partial<ImportLimits>;
  /** How weights in other files are reached; left out: not at all, a model that has some is refused. */
  readonly externalData?: ExternalData;
  /**
   * Weights that have zeros are held sparse where that is smaller, and their layers are given the scheme in which the
   * zeros lie. Off: dense weights stay dense.
   */
  readonly recogniseSparse?: boolean;
}

/** One thing that keeps a model from being imported or exported. */
export interface OnnxProblem {
  readonly kind: 'layer' | 'tensor' | 'value';
  /** Name of the layer, tensor or value. */
  readonly name: string;
  /** Of a layer: its operator, with its domain where that is not ONNX's own. Else `''`. */
  readonly operator: string;
  /** `operator`, `attribute`, `arity`, `form`, `type`: which part is not supported. */
  readonly part: 'operator' | 'attribute' | 'arity' | 'form' | 'type';
  readonly reason: string;
  readonly hint: string;
}

/** What import will do with a layer. */
export interface LayerPlan {
  readonly name: string;
  readonly operator: string;
  /** Which changes of form it needs, in words; empty: it is taken as it is. */
  readonly changes: readonly string[];
}

/** What import will do: plain, printable. The model can be imported where `problems` is empty. */
export interface ImportPlan {
  readonly opset: number;
  readonly producer: string;
  readonly layers: readonly LayerPlan[];
  /** Tensors that `Constant` nodes become. */
  readonly constants: readonly string[];
  readonly problems: readonly OnnxProblem[];
}

export interface ExportOptions {
  /** ONNX opset to write, 13 to 26 (the newest that ONNX Runtime 1.30 promises to run). Left out: the lowest that the layers need, and not below the opset the model came from. */
  readonly opset?: number;
}

/** What a `.pb` file of an ONNX backend test holds. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: DenseTensor;
}

/** Oldest opset of whole models; a model of an older one is read if its operators have not changed since. */
export const OLDEST_OPSET = 7;

/** Newest opset that is read: that of ONNX 1.22. */
export const NEWEST_OPSET = 27;

/**
 * Key of the metadata entry that holds the schemes of layers: a JSON object, layer name → `Scheme`. Names of layers that
 * the model does not have (another tool may have taken them away) say nothing.
 */
export const SCHEMES_KEY = 'fretwork.schemes';
