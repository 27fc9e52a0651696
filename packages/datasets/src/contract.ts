/**
 * The contract of @fretwork/datasets: labelled samples as plain records, and the way from files to them.
 *
 * What it is. Functions from bytes to arrays. A reader (`readNpy`, `readIdx`, `readCifar10`, `readF32`, `readLabels`,
 * `readUstar`) takes the whole file and gives an `NdArray`, a `Dataset` or a map of files. `loadDataset` goes from a
 * data spec such as `npy:X.npy,Y.npy` to a `Dataset` through the table `DATA_KINDS`, one row per kind. `shapes` draws a
 * data set with no file at all.
 *
 * What it is not. It imports no other package and knows no model. It opens no file, uses no network and no `node:`
 * module: the caller hands in `readFile`, so that the same code runs in Node, in a browser and in a worker. gzip comes
 * from `DecompressionStream`, which all of them have. Values stay as stored; only `normalise` computes.
 *
 * Who owns which buffer. Readers keep the caller's bytes and return views of them where alignment and byte order
 * allow, otherwise arrays of their own; whoever writes into either must copy first. Writers and `normalise` return
 * fresh arrays. Nothing is cached.
 *
 * What is thrown. `DatasetError`, with a code of the table `DATASET_ERRORS`. Files are untrusted: a declared size is
 * checked against the bytes at hand before anything is allocated on it, and decompression stops at a limit. Errors of
 * the caller's `readFile` pass through unchanged.
 */

/** Element types. `f16` is held as its bits, `bool` as 0 and 1. */
export type DType = 'u8' | 'i8' | 'u16' | 'i16' | 'i32' | 'u32' | 'f32' | 'f64' | 'i64' | 'u64' | 'bool' | 'f16';

export type NdData =
  | Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array
  | Float32Array | Float64Array | BigInt64Array | BigUint64Array;

/** A dense array, row-major (C order): the last axis is the fastest. `data.length` is the product of `shape`. */
export interface NdArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: NdData;
}

/** N labelled samples. */
export interface Dataset {
  /** `[N, …]`; images are `[N, C, H, W]`. */
  readonly inputs: NdArray;
  /** `[N]`, each from 0; below `classes.length` where there are classes. */
  readonly labels: Int32Array;
  /** Name of each class, by label. */
  readonly classes?: readonly string[];
}

/** The whole file at `path`, decompressed by nobody yet. */
export type ReadFile = (path: string) => Promise<Uint8Array>;

/** A data spec taken apart: `f32:X.f32.gz,Y.u8,49x10` → kind `f32`, two paths, sample shape `[49, 10]`. */
export interface DataSpec {
  readonly kind: string;
  readonly paths: readonly string[];
  /** Shape of one sample, without N; given for kinds whose files do not say it. */
  readonly sampleShape?: readonly number[];
}

/** A row of `DATA_KINDS`. */
export interface DataKind {
  readonly name: string;
  /** A whole spec, as help text shows it. */
  readonly example: string;
  /** One sentence: what the files are. */
  readonly says: string;
  /** What stands after the colon, separated by commas. */
  readonly fields: readonly ('path' | 'shape')[];
  /** `open` gives a file's bytes, decompressed where its name ends in `.gz`. */
  readonly load: (spec: DataSpec, open: ReadFile) => Promise<Dataset>;
}
