import { FretworkError, dense, type DenseTensor } from '@fretwork/format';
import type { Launch, LaunchArgument, LaunchPlan, LaunchTensor } from '../launch-plan.js';
import { buildOpencl } from './build.js';
import type { Device, DeviceLimits } from './device.js';
import { LIVE } from './live.js';
import { makeMemory, type Memory } from './memory.js';
import { check } from './status.js';

const KERNEL_GROUP = 0x11b0;
const KERNEL_WAVE = 0x11b3;
const STARTED = 0x1282;
const ENDED = 0x1283;

export interface LoadOptions {
  /** Folder of program binaries. Left out: none are kept. */
  readonly cacheDirectory?: string;
  /** Memory of its own for every buffer, so that a checker sees what leaves one. */
  readonly apart?: boolean;
}

/** What one launch took. */
export interface LaunchTime {
  /** `''`: the model's own. */
  readonly layer: string;
  readonly kernel: string;
  readonly nanoseconds: number;
}

/** A model on a device. */
export interface OpenclProgram {
  readonly inputs: readonly LaunchTensor[];
  readonly outputs: readonly LaunchTensor[];
  /** Fresh outputs, which belong to the caller. Throws `opencl.input`. */
  readonly run: (inputs: Readonly<Record<string, DenseTensor>>) => Readonly<Record<string, DenseTensor>>;
  /** One run on what the inputs hold, timed by the device, all of it in its queue at once as in `run`. `repeats`: each layer so many times in a row, of which the last counts, so that memory is in the caches as where networks use it again. Left out: 1. */
  readonly profile: (repeats?: number) => readonly LaunchTime[];
  /** Milliseconds of one of `times` runs of a layer that are queued one after another, from the first to the end of the queue, by the clock of the host. */
  readonly queued: (layer: string, times: number) => number;
  /** Gives kernels and memory back; twice is fine. The device stays open. */
  readonly dispose: () => void;
}

/** A launch whose arguments are set: nothing but sizes is left. */
interface Ready {
  readonly kernel: bigint;
  readonly global: BigUint64Array;
  readonly local: BigUint64Array;
  readonly launch: Launch;
}

/**
 * Builds the kernels of `plan` and makes its memory. Each launch has a kernel object of its own, whose arguments are set once.
 * Throws `opencl.no-fp16`, `opencl.build`, `opencl.memory`, `opencl.call`.
 */
export async function loadProgram(device: Device, plan: LaunchPlan, source: string, weights: Uint8Array, options: LoadOptions = {}): Promise<OpenclProgram> {
  if (plan.type === 'f16' && !device.hasHalf) throw new FretworkError('opencl.no-fp16', `${device.name} does not compute with halves (cl_khr_fp16)`, { hint: 'compile with type f16-storage: halves in memory, sums in float' });
  const { library, queue } = device;
  const program = await buildOpencl(device, plan, source, options.cacheDirectory);
  const kernels: bigint[] = [];
  let memory: Memory | undefined;
  const dispose = (): void => {
    for (const kernel of kernels.splice(0)) {
      library.clReleaseKernel(kernel);
      LIVE.kernels--;
    }
    if (memory === undefined) return;
    memory.dispose();
    memory = undefined;
    library.clReleaseProgram(program);
    LIVE.programs--;
  };
  try {
    memory = makeMemory(device, plan, weights, options.apart ?? false);
  } catch (error) {
    library.clReleaseProgram(program);
    LIVE.programs--;
    throw error;
  }
  const { handles } = memory;
  try {
    const ready = plan.launches.map((launch) => prepare(device, plan, program, handles, launch, kernels));
    const layerOf = ({ layer }: Launch): string => plan.layers[layer] ?? '';
    const enqueue = (one: Ready, event: BigUint64Array | null): void => {
      check(library.clEnqueueNDRangeKernel(queue, one.kernel, 3, null, one.global, one.local, 0, null, event), `launch of ${one.launch.kernel}`, layerOf(one.launch));
    };
    return {
      inputs: plan.inputs, outputs: plan.outputs, dispose,
      run: (inputs) => {
        for (const tensor of plan.inputs) {
          const data = given(inputs, tensor);
          if (data.length > 0) check(library.clEnqueueWriteBuffer(queue, handles[tensor.buffer]!, 1, 0, data.byteLength, data, 0, null, null), 'clEnqueueWriteBuffer');
        }
        for (const one of ready) enqueue(one, null);
        return Object.fromEntries(plan.outputs.map(({ name, shape, buffer }) => {
          const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
          if (data.length > 0) check(library.clEnqueueReadBuffer(queue, handles[buffer]!, 1, 0, data.byteLength, data, 0, null, null), 'clEnqueueReadBuffer');
          return [name, dense('f32', shape, data)];
        }));
      },
      queued: (layer, times) => {
        const launches = ready.filter(({ launch }) => layerOf(launch) === layer);
        const begin = performance.now();
        for (let time = 0; time < times; time++) for (const one of launches) enqueue(one, null);
        check(library.clFinish(queue), 'clFinish', layer);
        return (performance.now() - begin) / times;
      },
      profile: (repeats = 1) => {
        const asked = layersOf(ready).flatMap((launches) => Array.from({ length: repeats }, (_, i) => launches.map((one) => ({ one, counts: i === repeats - 1 }))).flat());
        const events = new BigUint64Array(asked.length);
        let queued = 0;
        try {
          for (; queued < asked.length; queued++) {
            enqueue(asked[queued]!.one, events.subarray(queued, queued + 1));
            LIVE.events++;
          }
          check(library.clFinish(queue), 'clFinish');
          const value = new BigUint64Array(1);
          const time = (event: bigint, name: number): bigint => {
            check(library.clGetEventProfilingInfo(event, name, 8, value, null), 'clGetEventProfilingInfo');
            return value[0]!;
          };
          return asked.flatMap(({ one, counts }, i) => (counts ? [{ layer: layerOf(one.launch), kernel: one.launch.kernel, nanoseconds: Number(time(events[i]!, ENDED) - time(events[i]!, STARTED)) }] : []));
        } finally {
          for (const event of events.subarray(0, queued)) library.clReleaseEvent(event);
          LIVE.events -= queued;
        }
      },
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Launches of one layer lie together. */
function layersOf(ready: readonly Ready[]): Ready[][] {
  const layers: Ready[][] = [];
  for (const one of ready) {
    if (layers.at(-1)?.[0]!.launch.layer === one.launch.layer) layers.at(-1)!.push(one);
    else layers.push([one]);
  }
  return layers;
}

function given(inputs: Readonly<Record<string, DenseTensor>>, { name, shape }: LaunchTensor): Float32Array {
  const tensor = inputs[name];
  if (tensor?.dtype !== 'f32' || tensor.shape.join() !== shape.join()) {
    throw new FretworkError('opencl.input', 'an input is not what the model was compiled for', { tensor: name, expected: `f32 [${shape.join(', ')}]`, actual: tensor === undefined ? 'nothing' : `${tensor.dtype} [${tensor.shape.join(', ')}]`, hint: 'compile for these sizes' });
  }
  return tensor.data as Float32Array;
}

function prepare({ library, handle, limits }: Device, plan: LaunchPlan, program: bigint, handles: readonly bigint[], launch: Launch, kernels: bigint[]): Ready {
  const layer = plan.layers[launch.layer] ?? '';
  const error = new Int32Array(1);
  const kernel = library.clCreateKernel(program, launch.kernel, error);
  check(error[0]!, `clCreateKernel ${launch.kernel}`, layer);
  LIVE.kernels++;
  kernels.push(kernel);
  const ask = (name: number): number => {
    const value = new BigUint64Array(1);
    check(library.clGetKernelWorkGroupInfo(kernel, handle, name, 8, value, null), 'clGetKernelWorkGroupInfo', layer);
    return Number(value[0]!);
  };
  const local = groupSizes(launch, { ...limits, groupItems: Math.min(ask(KERNEL_GROUP), limits.groupItems) }, ask(KERNEL_WAVE));
  const items = local[0] * local[1] * local[2];
  launch.args.forEach((argument, i) => {
    const [bytes, value] = bytesOf(argument, handles, items);
    check(library.clSetKernelArg(kernel, i, bytes, value), `argument ${i} of ${launch.kernel}`, layer);
  });
  const { axis, alone = false, across } = launch.group;
  const global = launch.global.map((size, d) => (d === axis ? (alone ? items : Math.ceil(size / local[d]!) * local[d]!) : d === 1 - axis && across !== undefined ? size * local[d]! : size));
  return { kernel, launch, global: BigUint64Array.from(global, BigInt), local: BigUint64Array.from(local, BigInt) };
}

const powerOfTwo = (most: number): number => 2 ** Math.floor(Math.log2(Math.max(1, most)));

/**
 * Powers of two; along the axis no more than there is to do, but for groups that do all. `wave`: items that the device
 * runs in step, of which a group that has more than one item fills a whole one.
 */
function groupSizes({ group, global, args }: Pick<Launch, 'group' | 'global' | 'args'>, { groupItems, axisItems, localBytes }: DeviceLimits, wave: number): readonly [number, number, number] {
  const { axis, most, alone = false, across = 1 } = group;
  const bytes = args.reduce((sum, [kind, value]) => (kind === 'l' ? sum + value : sum), 0);
  const allowed = Math.min(groupItems, bytes === 0 ? Infinity : localBytes / bytes);
  const along = powerOfTwo(Math.min(most === 1 ? 1 : Math.max(most, wave), allowed, axisItems[axis]!, alone ? Infinity : global[axis]!));
  const others = across === 1 ? 1 : powerOfTwo(Math.min(across, allowed / along, axisItems[1 - axis]!));
  return [0, 1, 2].map((d) => (d === axis ? along : d === 1 - axis ? others : 1)) as unknown as readonly [number, number, number];
}

function bytesOf([kind, value]: LaunchArgument, handles: readonly bigint[], items: number): [number, ArrayBufferView | null] {
  switch (kind) {
    case 'b': return [8, new BigUint64Array([handles[value]!])];
    case 'i': return [4, new Int32Array([value])];
    case 'f': return [4, new Float32Array([value])];
    case 'l': return [value * items, null];
  }
}
