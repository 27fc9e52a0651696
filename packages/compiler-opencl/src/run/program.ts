import type { BuildOptions, BuiltProgram, EmittedFiles, Measurement } from '@fretwork/compiler';
import { FretworkError } from '@fretwork/format';
import type { DeviceChoice } from '../contract.js';
import { parseLaunchPlan, type LaunchPlan } from '../launch-plan.js';
import { openDevice } from './device.js';
import { loadProgram, type LaunchTime, type OpenclProgram } from './load-program.js';

/** Runs of a measurement, after one that is not counted. */
const RUNS = 5;

/** The list of launches among `files`, and what it names. Throws `opencl.launch-plan`. */
export function projectOf(files: EmittedFiles): { readonly plan: LaunchPlan; readonly source: string; readonly weights: Uint8Array } {
  const name = [...files.keys()].find((file) => file.endsWith('.json'));
  const text = name === undefined ? undefined : files.get(name);
  if (typeof text !== 'string') throw new FretworkError('opencl.launch-plan', 'there is no list of launches among the files', { hint: 'give all files that emit made' });
  const plan = parseLaunchPlan(text);
  const [source, weights] = [files.get(plan.source), files.get(plan.weights)];
  if (typeof source !== 'string' || !(weights instanceof Uint8Array)) throw new FretworkError('opencl.launch-plan', 'a file that the list of launches names is not there', { expected: `${plan.source}, ${plan.weights}`, hint: 'give all files that emit made' });
  return { plan, source, weights };
}

/** Opens the device and loads the program; whoever disposes of it closes both. */
async function open(files: EmittedFiles, choice: DeviceChoice, { signal, progress }: BuildOptions): Promise<OpenclProgram> {
  const { plan, source, weights } = projectOf(files);
  signal?.throwIfAborted();
  const device = await openDevice(choice);
  try {
    progress?.(`building ${plan.source} for ${device.name}`);
    const program = await loadProgram(device, plan, source, weights, choice.cacheDirectory === undefined ? {} : { cacheDirectory: choice.cacheDirectory });
    return {
      ...program,
      dispose: () => {
        program.dispose();
        device.dispose();
      },
    };
  } catch (error) {
    device.dispose();
    throw error;
  }
}

/** `Backend.build`. */
export async function buildProgram(files: EmittedFiles, choice: DeviceChoice, options: BuildOptions = {}): Promise<BuiltProgram> {
  const program = await open(files, choice, options);
  return { run: async (inputs) => program.run(inputs), dispose: async () => program.dispose() };
}

/** `Backend.measure`: the least of some runs, by the device's clock. */
export async function measureProgram(files: EmittedFiles, choice: DeviceChoice, options: BuildOptions = {}): Promise<Measurement> {
  const program = await open(files, choice, options);
  try {
    let best = program.profile();
    for (let run = 0; run < RUNS; run++) {
      options.signal?.throwIfAborted();
      const times = program.profile();
      if (run === 0 || total(times) < total(best)) best = times;
    }
    const layers = new Map<string, number>();
    for (const { layer, nanoseconds } of best) if (layer !== '') layers.set(layer, (layers.get(layer) ?? 0) + nanoseconds / 1e6);
    return { unit: 'ms', total: total(best) / 1e6, layers };
  } finally {
    program.dispose();
  }
}

const total = (times: readonly LaunchTime[]): number => times.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0);
