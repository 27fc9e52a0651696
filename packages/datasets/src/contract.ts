/**
 * The contract of @fretwork/datasets: labelled samples as plain records, and the way from files to them.
 *
 * What it is. Functions from bytes to arrays. A reader (`readNpy`, `readIdx`, `readCifar10`, `readF32`, `readLabels`,
 * `readWav`, `readNpz`, `readUstar` and others) takes the whole file and gives an `NdArray`, a `Dataset`, sound or a map
 * of files. `loadDataset` goes from a
 * data spec such as `npy:X.npy,Y.npy` to a `Dataset` through the table `DATA_KINDS`, one row per kind, and from a name
 * such as `kws/train` through `NAMED_SETS`, one row per set. `shapes` draws a data set with no file at all.
 *
 * What it is not. It imports no other package and knows no model. It opens no file, uses no network and no `node:`
 * module: the caller hands in `readFile` (and `fetch`, `listFiles`, a cache, where they are needed), so that the same
 * code runs in Node, in a browser and in a worker. gzip comes from `DecompressionStream`, which all of them have; JPEG and
 * PNG from decoders of the caller's, or from two optional packages. Values stay as stored unless a function says that it
 * computes: `normalise`, `augment`, `mfcc`.
 *
 * Who owns which buffer. Readers keep the caller's bytes and return views of them where alignment and byte order
 * allow, otherwise arrays of their own; whoever writes into either must copy first. Writers, `normalise`, `augment`, `mfcc`,
 * `select` and `batches` return fresh arrays. Nothing is kept in memory between calls.
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

/** The files below a folder, as paths relative to it with `/` between their parts. */
export type ListFiles = (folder: string) => Promise<readonly string[]>;

/** An image as decoders give it. */
export interface DecodedImage {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** 1: grey; 2: grey and alpha; 3: red, green, blue; 4: those and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** `[height, width, channels]` */
  readonly data: Uint8Array;
}

export type ImageDecoder = (bytes: Uint8Array) => DecodedImage | Promise<DecodedImage>;

/** The caller's own decoders. Where one is missing, jpeg-js or fast-png is loaded if the user has installed it. */
export interface ImageDecoders {
  readonly jpeg?: ImageDecoder;
  readonly png?: ImageDecoder;
}

/** What `loadDataset` hands on to the readers. */
export interface LoadContext {
  /** Most bytes that a file may decompress to. */
  readonly limit?: number;
  readonly listFiles?: ListFiles;
  readonly decoders?: ImageDecoders;
}

/**
 * A data spec taken apart: `f32:X.f32.gz,Y.u8,49x10` → kind `f32`, two paths, sample shape `[49, 10]`; `kws/train` →
 * kind `kws`, no paths, split `train`.
 */
export interface DataSpec {
  /** The name of a row of `DATA_KINDS`, or of `NAMED_SETS` where there is a `split`. */
  readonly kind: string;
  readonly paths: readonly string[];
  /** Shape of one sample, without N; given for kinds whose files do not say it. */
  readonly sampleShape?: readonly number[];
  /** Names of arrays within a file; given for kinds whose files hold several. */
  readonly names?: readonly string[];
  /** Given for named sets, always. */
  readonly split?: string;
}

/** A row of `DATA_KINDS`. */
export interface DataKind {
  readonly name: string;
  /** A whole spec, as help text shows it. */
  readonly example: string;
  /** One sentence: what the files are. */
  readonly says: string;
  /** What stands after the colon, separated by commas. */
  readonly fields: readonly ('path' | 'shape' | 'name')[];
  /** `open` gives a file's bytes, decompressed where its name ends in `.gz`. */
  readonly load: (spec: DataSpec, open: ReadFile, context: LoadContext) => Promise<Dataset>;
}

/** A row of `NAMED_SETS`: a data set that is found by name below a folder of the user's. */
export interface NamedSet {
  /** Also the name of its folder. */
  readonly name: string;
  /** One phrase: what the samples are. */
  readonly says: string;
  readonly licence: string;
  /** All files it may read, within its folder. */
  readonly files: readonly string[];
  /** Shapes that one sample may have, without N; the first where the model has no wish. */
  readonly samples: readonly (readonly number[])[];
  /** The first is meant where a spec names none. */
  readonly splits: readonly { readonly name: string; readonly says: string }[];
  readonly load: (from: NamedSource) => Promise<Dataset>;
}

export interface NamedSource {
  /** The name of one of the row's splits. */
  readonly split: string;
  /** One of the row's samples. */
  readonly sample: readonly number[];
  /** Gives the bytes of one of the row's files, decompressed where its name ends in `.gz`. */
  readonly open: ReadFile;
  readonly context: LoadContext;
}
