import { createRequire } from 'node:module';
import { crc32, densityOf, type Model, type Scheme } from '@fretwork/format';
import { queryName, type LatencyProbe, type LayerQuery, type OpenedLayers, type ReadyLayer, type Refusal } from '@fretwork/latency';
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

const VERSION = (createRequire(import.meta.url)('@fretwork/runtime-wasm/package.json') as { version: string }).version;

/** One layer for each way in which the runtime packs and plans. */
const TRIED: readonly LayerQuery[] = [
  ...([
    { kind: 'dense' }, { kind: 'unstructured', rate: 6 }, { kind: 'pattern', rate: 4, keep: 4, patterns: 4 }, { kind: 'block-punched', rate: 3, blockFilters: 8, blockChannels: 4 },
    { kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 16, rowShare: 0.5 }, { kind: 'bcr', rate: 4, blockRows: 16, blockColumns: 64, rowShare: 0 },
  ] satisfies readonly Scheme[]).flatMap((scheme): readonly LayerQuery[] => [
    { layer: 'convolution', inputs: 24, outputs: 40, groups: 1, kernel: [3, 3], stride: [1, 1], size: [9, 9], batch: 1, residual: false, margin: 1, scheme },
    ...(scheme.kind === 'pattern' ? [] : [{ layer: 'full', inputs: 96, outputs: 44, vectors: 3, scheme } as const]),
  ]),
  { layer: 'convolution', inputs: 12, outputs: 12, groups: 12, kernel: [3, 3], stride: [2, 2], size: [7, 7], batch: 1, residual: false, margin: 0, scheme: { kind: 'dense' } },
];

/**
 * Level and build of the runtime. The package's version is that of the last release: what tells builds apart is the checksum of the
 * kernels' machine code, and that of what the runtime makes of a few layers: their kernels, runs, layouts and bytes.
 */
async function ownFacts(): Promise<{ readonly level: string; readonly version: string }> {
  const runtime = await load(probeModel(TRIED, 1, queryName).model, { inputs: 'views' });
  runtime.inputViews();
  const { level, code, memory, layers } = runtime.report();
  runtime.dispose();
  const plans = crc32(new TextEncoder().encode(JSON.stringify([memory.weightBytes, memory.planBytes, layers]))).toString(16).padStart(8, '0');
  return { level, version: `${VERSION} build ${code}-${plans} on Node ${process.versions.node.split('.')[0]!} (V8 ${process.versions.v8.split('.').slice(0, 2).join('.')})` };
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
