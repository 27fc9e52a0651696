import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FretworkError } from '@fretwork/format';
import type { LaunchPlan } from '../launch-plan.js';
import type { Device } from './device.js';
import { LIVE } from './live.js';
import { check, nameOfStatus } from './status.js';

const BUILD_LOG = 0x1183;
const BINARY_SIZES = 0x1165;
const BINARIES = 0x1166;

/** Most bytes of a kept binary that is read. */
const MOST_BINARY = 1 << 28;

/** The program of `source` on `device`, from the folder of binaries where it is there, and kept there otherwise. Throws `opencl.build`. */
export async function buildOpencl(device: Device, plan: LaunchPlan, source: string, cacheDirectory: string | undefined): Promise<bigint> {
  const key = createHash('sha256').update(JSON.stringify([device.platform, device.name, device.driver, device.version, plan.options, source])).digest('hex');
  const file = cacheDirectory === undefined ? undefined : join(cacheDirectory, `${key}.bin`);
  const kept = file === undefined ? undefined : await readFile(file).catch(() => undefined);
  if (kept !== undefined && kept.length > 0 && kept.length <= MOST_BINARY) {
    const program = fromBinary(device, plan, kept);
    if (program !== undefined) return program;
  }
  const program = fromSource(device, plan, source);
  if (file !== undefined) await keep(device, program, cacheDirectory!, file);
  return program;
}

function fromBinary({ library, context, handle }: Device, plan: LaunchPlan, bytes: Uint8Array): bigint | undefined {
  const [error, status] = [new Int32Array(1), new Int32Array(1)];
  const program = library.clCreateProgramWithBinary(context, 1, new BigUint64Array([handle]), new BigUint64Array([BigInt(bytes.length)]), new BigUint64Array([library.addressOf(bytes)]), status, error);
  if (error[0] !== 0) return undefined;
  LIVE.programs++;
  if (status[0] === 0 && library.clBuildProgram(program, 1, new BigUint64Array([handle]), plan.options, null, null) === 0) return program;
  // A driver may refuse what an older one wrote: the source is there.
  release(library.clReleaseProgram, program);
  return undefined;
}

function release(call: (handle: bigint) => number, program: bigint): void {
  call(program);
  LIVE.programs--;
}

function fromSource({ library, context, handle, name }: Device, plan: LaunchPlan, source: string): bigint {
  const error = new Int32Array(1);
  const program = library.clCreateProgramWithSource(context, 1, [source], null, error);
  check(error[0]!, 'clCreateProgramWithSource');
  LIVE.programs++;
  const status = library.clBuildProgram(program, 1, new BigUint64Array([handle]), plan.options, null, null);
  if (status === 0) return program;
  const size = new BigUint64Array(1);
  library.clGetProgramBuildInfo(program, handle, BUILD_LOG, 0, null, size);
  const log = new Uint8Array(Math.min(Number(size[0]!), 1 << 20));
  if (log.length > 0) library.clGetProgramBuildInfo(program, handle, BUILD_LOG, log.length, log, null);
  release(library.clReleaseProgram, program);
  const text = new TextDecoder().decode(log).replaceAll('\0', '').trim();
  const layers = layersNamed(plan, source, text);
  throw new FretworkError('opencl.build', `the compiler of ${name} does not take the kernels (${nameOfStatus(status)})${layers.length === 0 ? '' : `; those of layers ${layers.slice(0, 5).map((layer) => JSON.stringify(layer)).join(', ')}`}`, {
    ...(layers.length === 0 ? {} : { layer: layers[0]! }), actual: text.slice(0, 4000), hint: 'report the log with the name of the device and its driver',
  });
}

/** Layers whose kernels a log names, or that hold a line which it complains of. */
function layersNamed({ launches, layers }: LaunchPlan, source: string, log: string): string[] {
  const lines = source.split('\n');
  const blamed = [...log.matchAll(/:(\d+):\d+:/g)].map(([, line]) => lines.slice(0, Number(line)).filter((text) => text.startsWith('__kernel void ')).at(-1));
  const named = launches.filter(({ layer, kernel }) => layer >= 0 && (new RegExp(`\\b${kernel}\\b`).test(log) || blamed.some((head) => head?.startsWith(`__kernel void ${kernel}(`) === true)));
  return [...new Set(named.map(({ layer }) => layers[layer]!))];
}

async function keep({ library }: Device, program: bigint, directory: string, file: string): Promise<void> {
  const size = new BigUint64Array(1);
  if (library.clGetProgramInfo(program, BINARY_SIZES, 8, size, null) !== 0 || size[0] === 0n || size[0]! > MOST_BINARY) return;
  const bytes = new Uint8Array(Number(size[0]!));
  if (library.clGetProgramInfo(program, BINARIES, 8, new BigUint64Array([library.addressOf(bytes)]), null) !== 0) return;
  await mkdir(directory, { recursive: true });
  // Whole or not at all, whoever else writes it.
  const own = `${file}.${process.pid}`;
  await writeFile(own, bytes);
  await rename(own, file);
}
