import { homedir } from 'node:os';
import { join } from 'node:path';
import { compileModel } from '@fretwork/compiler';
import { loadProgram, opencl, openDevice, projectOf, type Device, type DeviceChoice, type OpenclProgram } from '@fretwork/compiler-opencl';
import type { Runner } from '@fretwork/conformance';
import { FretworkError, type DenseTensor, type Model } from '@fretwork/format';
import { evaluateLayer } from '@fretwork/reference';

/** Where built kernels are kept. */
export const kernelFolder = (): string => join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'fretwork', 'opencl');

interface OpenclSession {
  readonly device: Device;
  readonly model: Model;
  /** By the shapes that it was compiled for. */
  readonly programs: Map<string, OpenclProgram>;
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/** `@fretwork/compiler-opencl` on a device; a program per set of input shapes. */
export const openclRunner = (choice: DeviceChoice): Runner<OpenclSession> => ({
  id: 'opencl',
  apiVersion: 1,
  load: async (source) => {
    const model = source.model();
    const fixed = model.inputs.every(({ shape }) => shape?.every((size) => typeof size === 'number') === true);
    const device = await openDevice(choice);
    const session: OpenclSession = { device, model, programs: new Map() };
    if (!fixed) return { ok: true, session };
    try {
      const refused = await prepare(session, Object.fromEntries(model.inputs.map(({ name, shape }) => [name, shape as readonly number[]])));
      if (refused === undefined) return { ok: true, session };
      device.dispose();
      return { ok: false, reason: refused };
    } catch (error) {
      device.dispose();
      throw error;
    }
  },
  run: async (session, inputs) => {
    const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
    const refused = await prepare(session, shapes);
    if (refused !== undefined) throw new FretworkError('run.refused', `opencl cannot run this model: ${refused}`, { hint: 'run it with another runtime' });
    return session.programs.get(keyOf(session.model, shapes))!.run(inputs) as Record<string, DenseTensor>;
  },
  dispose: ({ device, programs }) => {
    for (const program of programs.values()) program.dispose();
    device.dispose();
  },
});

const keyOf = (model: Model, shapes: Shapes): string => JSON.stringify(model.inputs.map(({ name }) => shapes[name]));

/** Compiles and builds the model for `shapes` where that was not done before; why not, where it cannot be. */
async function prepare({ device, model, programs }: OpenclSession, shapes: Shapes): Promise<string | undefined> {
  const key = keyOf(model, shapes);
  if (programs.has(key)) return undefined;
  const compiled = compileModel(model, [opencl({ device: { name: device.name, driver: device.driver, processor: device.processor, units: device.units } })], { inputShapes: shapes, evaluate: evaluateLayer });
  if (!compiled.ok) return compiled.refusals.map(({ layer, reason }) => `${layer === '' ? '' : `${layer}: `}${reason}`).join('; ');
  const { plan, source, weights } = projectOf(compiled.files);
  programs.set(key, await loadProgram(device, plan, source, weights, { cacheDirectory: kernelFolder() }));
  return undefined;
}
