import { FretworkError } from '@fretwork/format';

/** Codes of OpenCL 1.2 that users meet, by number. */
const NAMES: Readonly<Record<number, string>> = {
  [-1]: 'CL_DEVICE_NOT_FOUND', [-2]: 'CL_DEVICE_NOT_AVAILABLE', [-3]: 'CL_COMPILER_NOT_AVAILABLE', [-4]: 'CL_MEM_OBJECT_ALLOCATION_FAILURE', [-5]: 'CL_OUT_OF_RESOURCES',
  [-6]: 'CL_OUT_OF_HOST_MEMORY', [-9]: 'CL_IMAGE_FORMAT_MISMATCH', [-10]: 'CL_IMAGE_FORMAT_NOT_SUPPORTED', [-11]: 'CL_BUILD_PROGRAM_FAILURE', [-13]: 'CL_MISALIGNED_SUB_BUFFER_OFFSET', [-30]: 'CL_INVALID_VALUE',
  [-38]: 'CL_INVALID_MEM_OBJECT', [-40]: 'CL_INVALID_IMAGE_SIZE', [-42]: 'CL_INVALID_BINARY', [-46]: 'CL_INVALID_KERNEL_NAME', [-48]: 'CL_INVALID_KERNEL',
  [-49]: 'CL_INVALID_ARG_INDEX', [-50]: 'CL_INVALID_ARG_VALUE', [-51]: 'CL_INVALID_ARG_SIZE', [-52]: 'CL_INVALID_KERNEL_ARGS', [-54]: 'CL_INVALID_WORK_GROUP_SIZE',
  [-55]: 'CL_INVALID_WORK_ITEM_SIZE', [-59]: 'CL_INVALID_OPERATION', [-61]: 'CL_INVALID_BUFFER_SIZE', [-1001]: 'CL_PLATFORM_NOT_FOUND_KHR',
};

/** No memory, on the device or for the host. */
const MEMORY = new Set([-4, -5, -6, -61]);

export const nameOfStatus = (status: number): string => NAMES[status] ?? `status ${status}`;

/** Throws `opencl.memory` or `opencl.call` where `status` is not success. */
export function check(status: number, call: string, layer?: string): void {
  if (status === 0) return;
  const place = layer === undefined ? {} : { layer };
  if (MEMORY.has(status)) throw new FretworkError('opencl.memory', `the device has no memory for this: ${call} gave ${nameOfStatus(status)}`, { ...place, hint: 'use a smaller batch or type f16-storage, or close what else uses the device' });
  throw new FretworkError('opencl.call', `${call} gave ${nameOfStatus(status)}`, { ...place, hint: 'report it with the name of the device and its driver' });
}
