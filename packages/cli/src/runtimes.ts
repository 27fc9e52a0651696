import { referenceRunner, sourceFromModel, type Runner } from '@fretwork/conformance';
import { FretworkError } from '@fretwork/format';
import { inspect, load, type Runtime } from '@fretwork/runtime-wasm';
import type { Arguments, OptionRow } from './contract.js';
import { usage } from './arguments.js';
import { deviceChoice } from './opencl-device.js';
import type { ModelFile } from './model-file.js';
import { openclRunner } from './opencl-runner.js';

/** What `--runtime` can name; the first is the default. */
const RUNTIMES: readonly { readonly id: string; readonly make: (args: Arguments | undefined) => Runner }[] = [
  { id: 'reference', make: () => referenceRunner() as Runner },
  { id: 'wasm', make: () => wasmRunner() as Runner },
  { id: 'opencl', make: (args) => openclRunner(args === undefined ? {} : deviceChoice(args)) as Runner },
];

/** `@fretwork/runtime-wasm`: one thread, the best level that this host compiles. */
const wasmRunner = (): Runner<Runtime> => ({
  id: 'wasm',
  apiVersion: 1,
  load: async (source) => {
    const model = source.model();
    const { layers } = await inspect(model);
    const refused = layers.flatMap(({ layer, operator, support }) => (support.ok ? [] : [`${layer} (${operator}): ${support.reason}`]));
    return refused.length === 0 ? { ok: true, session: await load(model) } : { ok: false, reason: refused.join('; ') };
  },
  run: (session, inputs) => session.run(inputs),
  dispose: (session) => session.dispose(),
});

export const RUNTIME_OPTION: OptionRow = { name: 'runtime', value: 'ID', says: `What runs the model: ${RUNTIMES.map((r) => r.id).join(', ')}. Default: ${RUNTIMES[0]!.id}.` };

/** Which device of `--runtime opencl`. */
export const DEVICE_OPTIONS: readonly OptionRow[] = [
  { name: 'platform', value: 'N', says: 'opencl: which platform, counted from 0. Default: 0.' },
  { name: 'device', value: 'N', says: 'opencl: which device of the platform, counted from 0. Default: 0.' },
];

/** The runtime called `id`, on the device that `args` name, where it has devices. */
export function runtime(id: string | undefined, args?: Arguments): Runner {
  const found = id === undefined ? RUNTIMES[0]! : RUNTIMES.find((r) => r.id === id);
  if (found === undefined) throw usage('runtime', `there is no runtime ${JSON.stringify(id)}; known: ${RUNTIMES.map((r) => r.id).join(', ')}`);
  const place = DEVICE_OPTIONS.find(({ name }) => args?.text(name) !== undefined);
  if (place !== undefined && found.id !== 'opencl') throw usage(place.name, `--${place.name} is for --runtime opencl alone`);
  return found.make(args);
}

/** The model ready to run. Throws `run.refused` where the runtime says that it cannot. */
export async function sessionOf<S>(runner: Runner<S>, { model, bytes, form }: ModelFile): Promise<S> {
  const loaded = await runner.load(sourceFromModel(model, form === 'onnx' ? bytes : undefined));
  if (loaded.ok) return loaded.session;
  throw new FretworkError('run.refused', `${runner.id} cannot run this model: ${loaded.reason}`, loaded.hint === undefined ? {} : { hint: loaded.hint });
}
