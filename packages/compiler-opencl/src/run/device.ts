import { FretworkError } from '@fretwork/format';
import type { DeviceChoice, DeviceName } from '../contract.js';
import { openclLibrary, type OpenclLibrary } from './library.js';
import { LIVE } from './live.js';
import { check, nameOfStatus } from './status.js';

/** What is asked of a device, by the numbers of OpenCL. */
const INFO = { type: 0x1000, name: 0x102b, driver: 0x102d, version: 0x102f, extensions: 0x1030, units: 0x1002, maxGroup: 0x1004, maxItems: 0x1005, align: 0x1019, memory: 0x101f, maxBuffer: 0x1010, images: 0x1016, maxTexels: 0x1040, constant: 0x1020, local: 0x1023 };
const ALL_DEVICES = 0xffffffffn;
const PROFILING = 2n;
const PROCESSOR = 2;
const PLATFORM_NAME = 0x902;

export interface DeviceLimits {
  readonly groupItems: number;
  /** Along each axis. */
  readonly axisItems: readonly [number, number, number];
  /** Bytes that sub-buffers begin at multiples of. */
  readonly alignment: number;
  readonly memoryBytes: number;
  readonly bufferBytes: number;
  readonly constantBytes: number;
  /** Local memory of a work-group. */
  readonly localBytes: number;
  /** Most texels of an image that is a buffer; 0: no images. */
  readonly texels: number;
}

/** A context and a queue of one device. */
export interface Device extends DeviceName {
  readonly processor: boolean;
  readonly units: number;
  readonly platform: string;
  readonly version: string;
  readonly hasHalf: boolean;
  readonly limits: DeviceLimits;
  readonly library: OpenclLibrary;
  readonly handle: bigint;
  readonly context: bigint;
  readonly queue: bigint;
  /** Gives context and queue back; twice is fine. */
  readonly dispose: () => void;
}

const textOf = (ask: (bytes: number, value: ArrayBufferView | null, size: BigUint64Array | null) => number): string => {
  const size = new BigUint64Array(1);
  if (ask(0, null, size) !== 0) return '';
  const bytes = new Uint8Array(Math.min(Number(size[0]!), 65536));
  if (bytes.length === 0 || ask(bytes.length, bytes, null) !== 0) return '';
  return new TextDecoder().decode(bytes).replace(/\0.*$/s, '').trim();
};

/** The handles that a call lists. */
function list(ask: (count: number, found: BigUint64Array | null, count32: Uint32Array | null) => number): { readonly status: number; readonly handles: readonly bigint[] } {
  const count = new Uint32Array(1);
  const status = ask(0, null, count);
  if (status !== 0 || count[0] === 0) return { status, handles: [] };
  const handles = new BigUint64Array(count[0]!);
  return { status: ask(handles.length, handles, null), handles: [...handles] };
}

/**
 * Opens a device. Throws `opencl.package`, `opencl.library`, `opencl.no-platform`, `opencl.no-device`, each with what there is
 * in its place.
 */
export async function openDevice(choice: DeviceChoice = {}): Promise<Device> {
  const library = await openclLibrary();
  const platforms = list((n, to, count) => library.clGetPlatformIDs(n, to, count));
  const platform = platforms.handles[choice.platform ?? 0];
  if (platform === undefined) {
    throw new FretworkError('opencl.no-platform', platforms.handles.length === 0 ? 'OpenCL knows no platform' : 'there is no such OpenCL platform', {
      actual: `${platforms.handles.length} platforms (${nameOfStatus(platforms.status)})`, expected: `platform ${choice.platform ?? 0}`, hint: 'install a driver for the device, such as pocl-opencl-icd for CPUs; clinfo -l lists what there is',
    });
  }
  const platformName = textOf((n, to, size) => library.clGetPlatformInfo(platform, PLATFORM_NAME, n, to, size));
  const devices = list((n, to, count) => library.clGetDeviceIDs(platform, ALL_DEVICES, n, to, count));
  const handle = devices.handles[choice.device ?? 0];
  if (handle === undefined) {
    throw new FretworkError('opencl.no-device', `${platformName || 'this platform'} has no such device`, { actual: `${devices.handles.length} devices (${nameOfStatus(devices.status)})`, expected: `device ${choice.device ?? 0}`, hint: 'choose another with --device; clinfo -l lists what there is' });
  }
  const text = (name: number): string => textOf((n, to, size) => library.clGetDeviceInfo(handle, name, n, to, size));
  const number = (name: number, words = 1): readonly number[] => {
    const value = new BigUint64Array(words);
    return library.clGetDeviceInfo(handle, name, 8 * words, value, null) === 0 ? [...value].map(Number) : value.length === 0 ? [] : [...value].map(() => 0);
  };
  const short = (name: number): number => {
    const value = new Uint32Array(1);
    return library.clGetDeviceInfo(handle, name, 4, value, null) === 0 ? value[0]! : 0;
  };
  const error = new Int32Array(1);
  const context = library.clCreateContext(null, 1, new BigUint64Array([handle]), null, null, error);
  check(error[0]!, 'clCreateContext');
  LIVE.contexts++;
  const queue = library.clCreateCommandQueue(context, handle, PROFILING, error);
  if (error[0] !== 0) {
    library.clReleaseContext(context);
    LIVE.contexts--;
    check(error[0]!, 'clCreateCommandQueue');
  }
  LIVE.queues++;
  let open = true;
  const [x = 1, y = 1, z = 1] = number(INFO.maxItems, 3);
  return {
    platform: platformName, name: text(INFO.name), driver: text(INFO.driver), processor: (number(INFO.type)[0]! & PROCESSOR) !== 0, units: short(INFO.units), version: text(INFO.version), hasHalf: text(INFO.extensions).split(/\s+/).includes('cl_khr_fp16'),
    limits: {
      groupItems: number(INFO.maxGroup)[0]!, axisItems: [x, y, z], alignment: short(INFO.align) / 8, memoryBytes: number(INFO.memory)[0]!, bufferBytes: number(INFO.maxBuffer)[0]!,
      constantBytes: number(INFO.constant)[0]!, localBytes: number(INFO.local)[0]!, texels: short(INFO.images) === 0 ? 0 : number(INFO.maxTexels)[0]!,
    },
    library, handle, context, queue,
    dispose: () => {
      if (!open) return;
      open = false;
      library.clReleaseCommandQueue(queue);
      library.clReleaseContext(context);
      LIVE.queues--;
      LIVE.contexts--;
    },
  };
}
