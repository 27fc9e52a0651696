import { FretworkError } from '@fretwork/format';
import type { BufferRow, LaunchPlan } from '../launch-plan.js';
import type { Device } from './device.js';
import { LIVE } from './live.js';
import { check } from './status.js';

const READ_WRITE = 1n;
const READ_ONLY = 4n;
const COPY_HOST = 32n;
const REGION = 0x1220;
const IMAGE1D_BUFFER = 0x10f6n;
const RGBA = 0x10b5;
const HALF_FLOAT = 0x10dd;
const FLOAT = 0x10de;

/** All buffers of a program. */
export interface Memory {
  /** In the order of the plan. */
  readonly handles: readonly bigint[];
  readonly dispose: () => void;
}

/**
 * Makes the buffers of `plan`: one arena and pieces of it, or, where `apart`, memory of its own for each piece, so that a
 * checker sees every access outside of one. Throws `opencl.memory`, `opencl.call`, `opencl.launch-plan`.
 */
export function makeMemory(device: Device, plan: LaunchPlan, weights: Uint8Array, apart: boolean): Memory {
  const { library, context, limits } = device;
  const made: bigint[] = [];
  const dispose = (): void => {
    // Pieces before what they are pieces of.
    for (const handle of made.splice(0).reverse()) {
      library.clReleaseMemObject(handle);
      LIVE.memory--;
    }
  };
  const keep = (handle: bigint, status: number, call: string): bigint => {
    check(status, call);
    made.push(handle);
    LIVE.memory++;
    return handle;
  };
  const error = new Int32Array(1);
  const buffer = (flags: bigint, bytes: number, data: Uint8Array | null): bigint => {
    const handle = library.clCreateBuffer(context, flags, bytes, data, error);
    return keep(handle, error[0]!, `a buffer of ${bytes} bytes`);
  };
  const piece = (arena: bigint, offset: number, bytes: number): bigint => {
    if (offset % limits.alignment !== 0) throw new FretworkError('opencl.launch-plan', 'this device wants pieces of memory to begin elsewhere', { actual: `offset ${offset}`, expected: `multiples of ${limits.alignment}`, hint: 'report it with the name of the device' });
    const handle = library.clCreateSubBuffer(arena, READ_WRITE, REGION, new BigUint64Array([BigInt(offset), BigInt(bytes)]), error);
    return keep(handle, error[0]!, `a piece of ${bytes} bytes`);
  };
  const image = (of: bigint, texels: number): bigint => {
    if (texels > limits.texels) throw new FretworkError('opencl.memory', 'this device has no images of that many texels', { actual: `${texels} texels`, expected: `at most ${limits.texels}`, hint: 'compile with path buffer' });
    const format = new Uint32Array([RGBA, plan.type === 'f32' ? FLOAT : HALF_FLOAT]);
    // cl_image_desc: type, width, height, depth, array size, row pitch, slice pitch, two counts, buffer.
    const description = new BigUint64Array([IMAGE1D_BUFFER, BigInt(texels), 0n, 0n, 0n, 0n, 0n, 0n, of]);
    const handle = library.clCreateImage(context, READ_ONLY, format, description, null, error);
    return keep(handle, error[0]!, `an image of ${texels} texels`);
  };
  try {
    const arena = apart || !plan.buffers.some(({ kind }) => kind === 'arena') ? 0n : buffer(READ_WRITE, plan.arenaBytes, null);
    const handles: bigint[] = [];
    for (const row of plan.buffers) handles.push(one(row));
    return { handles, dispose };

    function one(row: BufferRow): bigint {
      switch (row.kind) {
        case 'arena': return apart ? buffer(READ_WRITE, row.bytes, null) : piece(arena, row.offset, row.bytes);
        case 'constant': return buffer(READ_ONLY | COPY_HOST, row.bytes, constants(weights, row));
        case 'own': return buffer(READ_WRITE, row.bytes, null);
        case 'image': return image(handles[row.of]!, row.texels);
      }
    }
  } catch (error) {
    dispose();
    throw error;
  }
}

function constants(weights: Uint8Array, { offset, bytes }: { readonly offset: number; readonly bytes: number }): Uint8Array {
  if (offset + bytes > weights.length) throw new FretworkError('opencl.launch-plan', 'the file of constants is shorter than the list of launches says', { actual: `${weights.length} bytes`, expected: `${offset + bytes} or more`, hint: 'compile the model again' });
  return weights.subarray(offset, offset + bytes);
}
