import type { DeviceChoice } from '@fretwork/compiler-opencl';
import { numberOption } from './arguments.js';
import type { Arguments } from './contract.js';

/** The OpenCL device that `--platform` and `--device` name. */
export function deviceChoice(args: Arguments): DeviceChoice {
  const place = (name: string): number => numberOption(args, name, { least: 0, most: 64, whole: true }) ?? 0;
  return { platform: place('platform'), device: place('device') };
}
