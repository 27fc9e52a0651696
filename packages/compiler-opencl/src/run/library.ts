import { FretworkError } from '@fretwork/format';

/** Names of the OpenCL library, in the order in which they are tried. */
const LIBRARIES = ['libOpenCL.so.1', 'libOpenCL.so', 'OpenCL.dll', '/System/Library/Frameworks/OpenCL.framework/OpenCL'];

type Handle = bigint;
type Memory = ArrayBufferView | null;

/** The calls that are made; handles are numbers, arrays typed arrays. */
interface OpenclCalls {
  readonly clGetPlatformIDs: (count: number, platforms: Memory, found: Memory) => number;
  readonly clGetDeviceIDs: (platform: Handle, type: bigint, count: number, devices: Memory, found: Memory) => number;
  readonly clGetPlatformInfo: (platform: Handle, name: number, bytes: number, value: Memory, size: Memory) => number;
  readonly clGetDeviceInfo: (device: Handle, name: number, bytes: number, value: Memory, size: Memory) => number;
  readonly clCreateContext: (properties: Memory, count: number, devices: Memory, notify: null, data: null, error: Memory) => Handle;
  readonly clCreateCommandQueue: (context: Handle, device: Handle, properties: bigint, error: Memory) => Handle;
  readonly clCreateProgramWithSource: (context: Handle, count: number, texts: readonly string[], lengths: Memory, error: Memory) => Handle;
  readonly clCreateProgramWithBinary: (context: Handle, count: number, devices: Memory, lengths: Memory, binaries: Memory, status: Memory, error: Memory) => Handle;
  readonly clBuildProgram: (program: Handle, count: number, devices: Memory, options: string, notify: null, data: null) => number;
  readonly clGetProgramBuildInfo: (program: Handle, device: Handle, name: number, bytes: number, value: Memory, size: Memory) => number;
  readonly clGetProgramInfo: (program: Handle, name: number, bytes: number, value: Memory, size: Memory) => number;
  readonly clCreateKernel: (program: Handle, name: string, error: Memory) => Handle;
  readonly clGetKernelWorkGroupInfo: (kernel: Handle, device: Handle, name: number, bytes: number, value: Memory, size: Memory) => number;
  readonly clSetKernelArg: (kernel: Handle, index: number, bytes: number, value: Memory) => number;
  readonly clCreateBuffer: (context: Handle, flags: bigint, bytes: number, data: Memory, error: Memory) => Handle;
  readonly clCreateSubBuffer: (buffer: Handle, flags: bigint, type: number, region: Memory, error: Memory) => Handle;
  readonly clCreateImage: (context: Handle, flags: bigint, format: Memory, description: Memory, data: Memory, error: Memory) => Handle;
  readonly clEnqueueNDRangeKernel: (queue: Handle, kernel: Handle, dimensions: number, offset: Memory, global: Memory, local: Memory, waits: number, list: Memory, event: Memory) => number;
  readonly clEnqueueWriteBuffer: (queue: Handle, buffer: Handle, blocking: number, offset: number, bytes: number, data: Memory, waits: number, list: Memory, event: Memory) => number;
  readonly clEnqueueReadBuffer: (queue: Handle, buffer: Handle, blocking: number, offset: number, bytes: number, data: Memory, waits: number, list: Memory, event: Memory) => number;
  readonly clFinish: (queue: Handle) => number;
  readonly clGetEventProfilingInfo: (event: Handle, name: number, bytes: number, value: Memory, size: Memory) => number;
  readonly clReleaseContext: (handle: Handle) => number;
  readonly clReleaseCommandQueue: (handle: Handle) => number;
  readonly clReleaseProgram: (handle: Handle) => number;
  readonly clReleaseKernel: (handle: Handle) => number;
  readonly clReleaseMemObject: (handle: Handle) => number;
  readonly clReleaseEvent: (handle: Handle) => number;
}

/** The calls, and where the bytes of an array lie. */
export interface OpenclLibrary extends OpenclCalls {
  readonly addressOf: (bytes: Uint8Array) => bigint;
}

/** C declarations of the calls, in the words of koffi; handles are `void *`. */
const CALLS: Readonly<Record<keyof OpenclCalls, string>> = {
  clGetPlatformIDs: 'int clGetPlatformIDs(uint32_t, void *, void *)',
  clGetDeviceIDs: 'int clGetDeviceIDs(void *, uint64_t, uint32_t, void *, void *)',
  clGetPlatformInfo: 'int clGetPlatformInfo(void *, uint32_t, size_t, void *, void *)',
  clGetDeviceInfo: 'int clGetDeviceInfo(void *, uint32_t, size_t, void *, void *)',
  clCreateContext: 'void *clCreateContext(void *, uint32_t, void *, void *, void *, void *)',
  clCreateCommandQueue: 'void *clCreateCommandQueue(void *, void *, uint64_t, void *)',
  clCreateProgramWithSource: 'void *clCreateProgramWithSource(void *, uint32_t, const char **, void *, void *)',
  clCreateProgramWithBinary: 'void *clCreateProgramWithBinary(void *, uint32_t, void *, void *, void *, void *, void *)',
  clBuildProgram: 'int clBuildProgram(void *, uint32_t, void *, const char *, void *, void *)',
  clGetProgramBuildInfo: 'int clGetProgramBuildInfo(void *, void *, uint32_t, size_t, void *, void *)',
  clGetProgramInfo: 'int clGetProgramInfo(void *, uint32_t, size_t, void *, void *)',
  clCreateKernel: 'void *clCreateKernel(void *, const char *, void *)',
  clGetKernelWorkGroupInfo: 'int clGetKernelWorkGroupInfo(void *, void *, uint32_t, size_t, void *, void *)',
  clSetKernelArg: 'int clSetKernelArg(void *, uint32_t, size_t, void *)',
  clCreateBuffer: 'void *clCreateBuffer(void *, uint64_t, size_t, void *, void *)',
  clCreateSubBuffer: 'void *clCreateSubBuffer(void *, uint64_t, uint32_t, void *, void *)',
  clCreateImage: 'void *clCreateImage(void *, uint64_t, void *, void *, void *, void *)',
  clEnqueueNDRangeKernel: 'int clEnqueueNDRangeKernel(void *, void *, uint32_t, void *, void *, void *, uint32_t, void *, void *)',
  clEnqueueWriteBuffer: 'int clEnqueueWriteBuffer(void *, void *, uint32_t, size_t, size_t, void *, uint32_t, void *, void *)',
  clEnqueueReadBuffer: 'int clEnqueueReadBuffer(void *, void *, uint32_t, size_t, size_t, void *, uint32_t, void *, void *)',
  clFinish: 'int clFinish(void *)',
  clGetEventProfilingInfo: 'int clGetEventProfilingInfo(void *, uint32_t, size_t, void *, void *)',
  clReleaseContext: 'int clReleaseContext(void *)',
  clReleaseCommandQueue: 'int clReleaseCommandQueue(void *)',
  clReleaseProgram: 'int clReleaseProgram(void *)',
  clReleaseKernel: 'int clReleaseKernel(void *)',
  clReleaseMemObject: 'int clReleaseMemObject(void *)',
  clReleaseEvent: 'int clReleaseEvent(void *)',
};

let loaded: OpenclLibrary | undefined;

/** The OpenCL library of this machine, through koffi, which is imported now and not before. Throws `opencl.package`, `opencl.library`. */
export async function openclLibrary(names: readonly string[] = LIBRARIES): Promise<OpenclLibrary> {
  if (loaded !== undefined && names === LIBRARIES) return loaded;
  let koffi: typeof import('koffi');
  try {
    const imported = await import('koffi') as unknown as { readonly default?: typeof import('koffi') } & typeof import('koffi');
    koffi = imported.default ?? imported;
  } catch (cause) {
    throw new FretworkError('opencl.package', `koffi cannot be imported: ${String((cause as Error).message).split('\n')[0]}`, { hint: 'npm install koffi', cause });
  }
  const tried: string[] = [];
  for (const name of names) {
    try {
      const library = koffi.load(name);
      const functions = Object.fromEntries(Object.entries(CALLS).map(([call, declaration]) => [call, library.func(declaration)])) as unknown as OpenclCalls;
      const calls: OpenclLibrary = { ...functions, addressOf: (bytes) => koffi.address(bytes) };
      if (names === LIBRARIES) loaded = calls;
      return calls;
    } catch (cause) {
      tried.push(`${name}: ${String((cause as Error).message).split('\n')[0]}`);
    }
  }
  throw new FretworkError('opencl.library', 'there is no OpenCL library', { actual: tried.join('; ').slice(0, 400), hint: 'install an OpenCL loader and a driver, such as ocl-icd-libopencl1 and pocl-opencl-icd' });
}
