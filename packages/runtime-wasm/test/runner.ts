import type { NamedTensors, Runner } from '@fretwork/conformance';
import * as modules from '../src/index.js';
import type { Level, Runtime } from '../src/index.js';

/** This runtime, or another form of it, as the conformance kit sees it. */
export const runner = (level: Level, threads = 1, { inspect, load }: Pick<typeof modules, 'inspect' | 'load'> = modules): Runner<Runtime> => ({
  id: `runtime-wasm ${level}${threads === 1 ? '' : `, ${threads} threads`}`,
  apiVersion: 1,
  load: async (source) => {
    const { layers } = await inspect(source.model(), { level });
    const refused = layers.find((layer) => !layer.support.ok);
    if (refused !== undefined && !refused.support.ok) return { ok: false, reason: `${refused.layer}: ${refused.support.reason}`, hint: refused.support.hint };
    return { ok: true, session: await load(source.bcr(), { level, threads }) };
  },
  run: (runtime, inputs: NamedTensors) => runtime.run(inputs),
  dispose: (runtime) => runtime.dispose(),
});
