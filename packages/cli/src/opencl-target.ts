import { tuneModel, type Backend, type ModelContext, type TunedModel } from '@fretwork/compiler';
import { opencl, openDevice, type DataPath, type DeviceChoice, type OpenclOptions, type OpenclPlan, type StorageType } from '@fretwork/compiler-opencl';
import { usage } from './arguments.js';
import type { Arguments } from './contract.js';
import { deviceChoice } from './opencl-device.js';
import { kernelFolder } from './opencl-runner.js';
import { readLog, writeLog } from './tuning-log-file.js';

const TYPES: readonly StorageType[] = ['f32', 'f16-storage', 'f16'];
const PATHS: readonly DataPath[] = ['buffer', 'image'];

function options(args: Arguments): OpenclOptions {
  const one = <T extends string>(name: string, known: readonly T[]): T | undefined => {
    const text = args.text(name);
    const found = known.find((word) => word === text);
    if (text !== undefined && found === undefined) throw usage(name, `--${name} is one of ${known.join(', ')}, not ${JSON.stringify(text)}`, 'compile');
    return found;
  };
  const [type, path, prefix] = [one('type', TYPES), one('path', PATHS), args.text('prefix')];
  return { ...(type === undefined ? {} : { type }), ...(path === undefined ? {} : { path }), ...(prefix === undefined ? {} : { prefix }) };
}

export const openclBackend = (args: Arguments): Backend<OpenclPlan> => opencl(options(args));

/** Tunes every layer that is left open by how long it takes on a device, whose name and driver are part of what the log is kept by. */
export async function tuneOpencl(args: Arguments, context: ModelContext, { trials, seed, logPath, say }: { readonly trials: number; readonly seed: number; readonly logPath?: string; readonly say: (text: string) => void }): Promise<TunedModel> {
  const run: DeviceChoice = { ...deviceChoice(args), cacheDirectory: kernelFolder() };
  const device = await openDevice(run);
  const { name, driver, processor, units } = device;
  device.dispose();
  const log = await readLog(logPath);
  const tuned = await tuneModel(context, opencl({ ...options(args), device: { name, driver, processor, units }, run }), {
    seed, trials, unit: 'ms', ...(log === undefined ? {} : { log }), progress: ({ layer, place: at, layers }) => say(`tuning ${layer} (${at + 1} of ${layers})\n`),
  });
  await writeLog(logPath, log, tuned.log);
  return tuned;
}
