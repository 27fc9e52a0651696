import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchModelsInNode, speedup, timeLayers, type ModelsReport, type Timing } from '@fretwork/bench';
import { FretworkError, writeModel, type Model } from '@fretwork/format';
import { inspect, load } from '@fretwork/runtime-wasm';
import { COMPRESS_API, type CompressTarget, type ContenderTiming, type InputShapes, type Measured, type TimingOptions } from '../contract.js';

export interface WasmTarget {
  /** Threads to measure with; one is always among them. Default: one, and as many as there are cores, at most 4. */
  readonly threads?: readonly number[];
}

/** `@fretwork/runtime-wasm` in this Node, on this machine; its peers are onnxruntime-web and our own kernels on dense weights. */
export function wasm({ threads = [Math.min(4, availableParallelism())] }: WasmTarget = {}): CompressTarget {
  const counts = [...new Set([1, ...threads])].sort((a, b) => a - b);
  return {
    apiVersion: COMPRESS_API, name: 'wasm', says: 'runtime-wasm', options: { threads: counts }, threads: counts,
    supports: async (model, inputShapes) => {
      const { layers } = await inspect(model, { inputShapes });
      return layers.flatMap(({ layer, operator, support }) => (support.ok ? [] : [{ layer, operator, reason: `${support.reason} (${support.hint})` }]));
    },
    open: async (model) => {
      const runtime = await load(model);
      return { run: (inputs) => runtime.run(inputs), dispose: () => runtime.dispose() };
    },
    timeLayers: (models, inputShapes, options) => timeLayers(models, { inputShapes, ...options }),
    measure: async (model, inputShapes, count, options) => measured(count, await (count === 1 ? inThisProcess : inAnother)(model, inputShapes, count, options)),
  };
}

type Report = Pick<ModelsReport, 'caption'>;

async function inThisProcess(model: Model, inputShapes: InputShapes, threads: number, { rounds, seed, signal }: TimingOptions): Promise<Report> {
  return await benchModelsInNode([{ name: 'model', model, inputShapes }], {
    randomWeights: false, tensors: 'views', seed, timing: { rounds }, ...(signal === undefined ? {} : { signal }),
  }, { threads, native: false, cold: false });
}

const COMMAND = fileURLToPath(new URL('../../../bin/fretwork.js', import.meta.url));

/** onnxruntime-web chooses its number of threads once in a process. Throws `compress.measure`. */
async function inAnother(model: Model, inputShapes: InputShapes, threads: number, { rounds, seed, signal }: TimingOptions): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'fretwork-measure-'));
  const file = join(folder, 'model.bcr');
  try {
    await writeFile(file, writeModel(model));
    const shapes = Object.entries(inputShapes).flatMap(([name, shape]) => ['--shape', `${name}=${shape.join('x')}`]);
    const words = [COMMAND, 'bench', 'model', file, '--as-is', '--warm', '--json', '--threads', `${threads}`, '--rounds', `${rounds}`, '--seed', `${seed}`, ...shapes];
    const text = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, words, { maxBuffer: 2 ** 28, ...(signal === undefined ? {} : { signal }) }, (error, out, err) => {
        if (error === null) resolve(out);
        else reject(signal?.aborted === true ? signal.reason as Error : new FretworkError('compress.measure', `measuring with ${threads} threads failed: ${err.trim().split('\n').at(-1) ?? error.message}`, { cause: error, hint: 'run the command again' }));
      });
    });
    const report = JSON.parse(text) as ModelsReport;
    // The bench names a model after its file, and a file called `model` after its folder.
    return { caption: { ...report.caption, timings: { model: Object.values(report.caption.timings)[0]! } } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function measured(threads: number, { caption: { date, engine, machine, level, timing, peers, refused, timings } }: Report): Measured {
  const found = timings['model'] as Readonly<Record<string, Timing>>;
  const ours = found['fretwork']!;
  const versions = new Map<string, string | undefined>(peers.map(({ name, version }) => [name, version]));
  const line = (who: string, one: Timing): ContenderTiming => {
    const said = speedup(ours, one);
    const version = versions.get(who);
    return { who, ...(version === undefined ? {} : { version }), ms: one.ms, spread: one.spread, p90: one.percentiles.p90, factor: who === 'fretwork' ? 1 : said.ok ? said.factor : null };
  };
  return {
    threads,
    caption: { date, engine, machine, level, timing, 'dense contenders': 'the same network with 1e-20 in place of what was cut: all of it is multiplied' },
    contenders: [line('fretwork', ours), ...Object.entries(found).filter(([who]) => who !== 'fretwork').map(([who, one]) => line(who, one))],
    absent: [
      ...peers.flatMap(({ name, reason }) => (reason === undefined ? [] : [{ who: name, reason }])),
      ...refused.map(({ peer, reason }) => ({ who: peer, reason })),
    ],
  };
}
