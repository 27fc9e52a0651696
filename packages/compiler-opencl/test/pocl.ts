import { drawCase } from '@fretwork/conformance';
import { afterAll, beforeAll } from 'vitest';
import { loadProgram, openDevice, projectOf, type Device, type OpenclProgram } from '../src/index.js';
import { worstError, type Compiled } from './compiled.js';
import { Folder, poclEnvironment } from './host.js';

/** PoCL's device, open while the tests of a suite run. */
export interface Pocl {
  readonly load: (compiled: Compiled) => Promise<OpenclProgram>;
  /** The worst error on a drawn case, as a multiple of what is allowed. */
  readonly errorOf: (compiled: Compiled, tolerance?: number) => Promise<number>;
}

export function usePocl(): Pocl {
  const folder = new Folder();
  let device: Device;
  beforeAll(async () => {
    Object.assign(process.env, poclEnvironment(folder.path));
    device = await openDevice();
  });
  afterAll(() => {
    device.dispose();
    folder.dispose();
  });
  const load = async ({ files }: Compiled): Promise<OpenclProgram> => {
    const { plan, source, weights } = projectOf(files);
    return loadProgram(device, plan, source, weights);
  };
  return {
    load,
    errorOf: async (compiled, tolerance) => {
      const program = await load(compiled);
      try {
        const { inputs, outputs } = drawCase(compiled.context.model, 1);
        program.run(inputs);
        // What an earlier run left in memory must not matter.
        return worstError(program.run(inputs), outputs, tolerance);
      } finally {
        program.dispose();
      }
    },
  };
}
