/**
 * The contract of `@fretwork/compiler-opencl`: pruned models as OpenCL C 1.2, and a host that runs them.
 *
 * What it is. A `Backend` of `@fretwork/compiler`, made by `opencl()`. `plan` says for every layer which kernel does it, in
 * which tiles and why; `emit` writes the kernels that the model needs (`model.cl`), its constants (`model_weights.bin`), a C
 * host without a dependency but an OpenCL 1.2 library (`model.h`, `model.c`), a `CMakeLists.txt`, and the same list of
 * launches as JSON (`model.json`) for `loadProgram`, which runs it from Node. `emitSelfTest` adds a `main` with stored
 * inputs and outputs. C host and Node carry out one list: what is decided is in the list, and neither of them chooses
 * anything but the size of work-groups, which only the device can say.
 *
 * What it is not. No definition of operators: `@fretwork/reference` says what they mean. No code for shapes that are open.
 * No OpenCL of its own: the driver's library is looked for when a device is opened, through the optional package koffi.
 *
 * Names. What a model calls its layers and values reaches C and OpenCL code inside comments and string literals alone,
 * escaped; identifiers are made of numbers and of `prefix`.
 *
 * Memory. One arena for everything that layers make, by the memory plan; kernels see pieces of it as buffers of their own.
 * Constants are buffers by themselves, small ones of products in constant memory. A run allocates nothing. Inputs and
 * outputs belong to the caller. A `Device` owns its context and queue, a `Program` its buffers and kernels: `dispose` gives
 * them back, `liveObjects` counts what is there.
 *
 * What is thrown. `FretworkError`: `opencl.options` for options that make no sense, `opencl.plan` for a plan of another
 * backend or model, `opencl.launch-plan` for a list of launches that breaks its rules, `compiler.test-data` for stored cases
 * that do not fit the model, `opencl.input` for inputs that do not; and where a device is involved `opencl.package` (koffi is
 * not there), `opencl.library` (no OpenCL library), `opencl.no-platform`, `opencl.no-device`, `opencl.no-fp16`,
 * `opencl.build` (with the compiler's log and the layers whose kernels it names), `opencl.memory`, `opencl.call` for any
 * other call that fails. What cannot be compiled is an answer (`supports`, `plan`) with its reason.
 */
import type { BackendPlan, LayerPlan } from '@fretwork/compiler';

/**
 * `f32`. `f16-storage`: halves in memory, sums in float; every OpenCL device can. `f16`: halves throughout, for devices with
 * `cl_khr_fp16`.
 */
export type StorageType = 'f32' | 'f16-storage' | 'f16';

/**
 * How products read activations. `buffer`: as memory (Mali, Intel, CPUs). `image`: as texels of four elements, through the
 * texture cache (Adreno).
 */
export type DataPath = 'buffer' | 'image';

/** A device by its own words; part of the key of tuning logs. */
export interface DeviceName {
  readonly name: string;
  readonly driver: string;
  /** A processor: what is done without tuning suits its vectors and caches. Left out: it is none. */
  readonly processor?: boolean;
  /** Compute units: what is done without tuning has work for all of them. Left out: 1. */
  readonly units?: number;
}

export interface OpenclOptions {
  /** Left out: `f32`. */
  readonly type?: StorageType;
  /** Left out: what suits `device`, and `buffer` where there is none. */
  readonly path?: DataPath;
  /** First word of all public C names: a lower-case letter, then lower-case letters and digits. Left out: `model`. */
  readonly prefix?: string;
  /** What the code is tuned for, as `openDevice` gives it. Left out: any device. */
  readonly device?: DeviceName;
  /** Where `build` and `measure` run. Left out: the first device of the first platform. */
  readonly run?: DeviceChoice;
}

/** Which device, counted from 0. */
export interface DeviceChoice {
  /** Left out: 0. */
  readonly platform?: number;
  /** Of the platform. Left out: 0. */
  readonly device?: number;
  /** Folder of program binaries, kept by device and source. Left out: none are kept. */
  readonly cacheDirectory?: string;
}

/** What was decided for one layer; plain, all the way down. */
export interface OpenclLayer extends LayerPlan {
  /** Bytes of each piece of scratch memory while it runs. */
  readonly scratch: readonly number[];
}

export interface OpenclPlan extends BackendPlan {
  readonly backend: 'opencl';
  readonly type: StorageType;
  readonly path: DataPath;
  readonly prefix: string;
  readonly layers: readonly OpenclLayer[];
}
