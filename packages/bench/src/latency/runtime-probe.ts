import { densityOf, type Model } from '@fretwork/format';
import { queryName, type LatencyProbe, type OpenedLayers, type ReadyLayer, type Refusal } from '@fretwork/latency';
import { load, type Runtime } from '@fretwork/runtime-wasm';
import { random, seedOf, uniform } from '../layers/random.js';
import { machineText } from '../node-place.js';
import { probeModel } from './probe-model.js';

/** Runs before the first sample: V8's fast code is there after them, and the caches are as in a running network. */
const WARM_UP = { runs: 10, ms: 60 };

/** A sample is the mean over as many runs as fill this. */
const SAMPLE_MS = 0.3;

const HOW = 'Each layer inside a model of several layers, between layers that leave and take its maps as in a network, on views. A sample is the mean of the runs that fill 0.3 ms, mostly of one, after 60 ms of warm-up.';

export interface ProbeOptions {
  readonly threads: number;
  /** Left out: processor, cores and system of this host. */
  readonly device?: string;
}

/** Times layers on `@fretwork/runtime-wasm` in this process, with the timings that the runtime takes itself. */
export async function runtimeProbe({ threads, device = machineText() }: ProbeOptions): Promise<LatencyProbe> {
  const { level, version } = await ownFacts();
  return {
    key: { device, backend: `runtime-wasm ${level}`, version, threads },
    how: HOW,
    open: async (queries, { seed, signal }) => {
      const { model, timed } = probeModel(queries, seed, queryName);
      signal?.throwIfAborted();
      const runtime = await load(model, { threads, timings: true, outputs: 'views', inputs: 'views', ...(signal === undefined ? {} : { signal }) });
      return opened(runtime, model, timed, seed);
    },
  };
}

async function ownFacts(): Promise<{ readonly level: string; readonly version: string }> {
  const runtime = await load(probeModel([{ layer: 'full', inputs: 4, outputs: 4, vectors: 1, scheme: { kind: 'dense' } }], 1, () => '').model);
  const { level } = runtime.report();
  runtime.dispose();
  return { level, version: `0.0.0 on Node ${process.versions.node.split('.')[0]!} (V8 ${process.versions.v8.split('.').slice(0, 2).join('.')})` };
}

function opened(runtime: Runtime, model: Model, timed: readonly (string | Refusal)[], seed: number): OpenedLayers {
  const views = runtime.inputViews();
  for (const [name, { data }] of Object.entries(views)) (data as Float32Array).set(uniform(random(seedOf(seed, name)), data.length, 1));
  let runs = 0;
  const run = (): void => {
    runtime.run(views);
    runs++;
  };
  const start = performance.now();
  for (let now = start; runs < WARM_UP.runs || now - start < WARM_UP.ms; now = performance.now()) run();
  const each = Math.max(1, Math.ceil(SAMPLE_MS * runs / (performance.now() - start)));
  const reports = new Map(runtime.report().layers.map((report) => [report.layer, report]));
  const spent = (): readonly number[] => {
    const ms = new Map(runtime.report().layers.map((report) => [report.layer, (report.ms ?? NaN) * runs]));
    return timed.map((name) => (typeof name === 'string' ? ms.get(name) ?? NaN : NaN));
  };
  const weights = new Map(model.layers.map((layer) => [layer.name, layer.inputs.slice(1, 3).flatMap((name) => model.tensors.get(name) ?? []).filter(({ shape }) => shape.length > 1)]));
  let before = spent();
  return {
    layers: timed.map((name): ReadyLayer | Refusal => {
      if (typeof name !== 'string') return name;
      const own = weights.get(name)!;
      return { ok: true, kernel: reports.get(name)?.kernel ?? '', ...(own.length === 0 ? {} : { density: own.reduce((sum, tensor) => sum + densityOf(tensor), 0) / own.length }) };
    }),
    sample: () => {
      for (let i = 0; i < each; i++) run();
      const now = spent();
      const samples = now.map((ms, i) => (ms - before[i]!) / each);
      before = now;
      return Promise.resolve(samples);
    },
    close: () => {
      runtime.dispose();
      return Promise.resolve();
    },
  };
}
