import type { Scheme } from '@fretwork/format';
import { peerCaptions, timingText, type Peering } from './bench-layers.js';
import type { Caption, ColdStart, LayerTime, ModelRow, ModelsReport, ModelTiming, PeerCaption, PeerName, Timing } from './contract.js';
import { checkAnswer } from './layers/check-answer.js';
import { timeByLayer } from './models/by-layer.js';
import type { NamedModel, PreparedModel } from './models/prepare.js';
import { drawInputs } from './models/random-weights.js';
import type { Runner } from './peers/contract.js';
import { ownRunner } from './peers/own.js';
import { measure, type MeasureOptions } from './timing/measure.js';

type ContenderName = PeerName | 'fretwork';

export interface ModelsRequest {
  /** How all networks are pruned, in one shot; left out: as they are. */
  readonly scheme?: Scheme;
  /** Draw the weights, for topologies without. */
  readonly randomWeights: boolean;
  readonly tensors: 'copies' | 'views';
  readonly seed: number;
  readonly timing: Omit<MeasureOptions, 'onRound'>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (says: string) => void;
}

/** Starts a contender by itself; null where nobody can. */
export type StartCold = (contender: ContenderName, model: PreparedModel) => Promise<ColdStart | null>;

/** How the contenders of one network did. Plain, to be sent. */
export interface TimedContenders {
  readonly level: string;
  readonly timings: Partial<Record<ContenderName, Timing>>;
  readonly peers: readonly PeerCaption[];
  readonly refused: Caption['refused'];
  readonly layers: readonly LayerTime[];
}

/** Where networks are timed. */
export interface ModelPlace extends Pick<Caption, 'engine' | 'machine' | 'threads'> {
  readonly prepare: (model: NamedModel) => PreparedModel;
  readonly time: (model: PreparedModel, timing: ModelsRequest['timing']) => Promise<TimedContenders>;
  readonly startCold: StartCold;
}

/** Times whole networks, ours pruned against ours dense and each peer, after every answer was checked. */
export async function benchModels(models: readonly NamedModel[], request: ModelsRequest, place: ModelPlace): Promise<ModelsReport> {
  const rows: ModelRow[] = [];
  const timings: Record<string, TimedContenders['timings']> = {};
  const refused: Caption['refused'][number][] = [];
  let [level, peers]: [string, readonly PeerCaption[]] = ['', []];
  const timing = { sampleMs: 0, ...request.timing };
  for (const model of models) {
    request.onProgress?.(`${model.name}: passes, pruning, reference`);
    const prepared = place.prepare(model);
    request.onProgress?.(`${model.name}: timing`);
    const timed = await place.time(prepared, timing);
    ({ level, peers } = timed);
    refused.push(...timed.refused);
    timings[model.name] = timed.timings;
    const whole = new Map<ContenderName, ModelTiming>();
    for (const [name, { ms, spread, percentiles }] of Object.entries(timed.timings) as [ContenderName, Timing][]) {
      whole.set(name, { ms, spread, percentiles, cold: await place.startCold(name, prepared), modelBytes: bytesFor(name, prepared).length });
    }
    rows.push({
      model: model.name, ...schemeText(request.scheme), reached: prepared.reached, threads: place.threads, mmac: prepared.mmac, ...whole.get('fretwork')!,
      peers: Object.fromEntries([...peers.map(({ name }) => name), 'own-dense' as const].map((name) => [name, whole.get(name) ?? null])),
      layers: timed.layers,
    });
  }
  return {
    caption: {
      what: 'models', date: new Date().toISOString(), engine: place.engine, machine: place.machine, threads: place.threads, level, tensors: request.tensors,
      masks: request.scheme === undefined ? 'as the models are' : 'magnitude: one-shot, by the pruner; 1e-20 in place of what was cut, for dense contenders', seed: request.seed, timing: timingText(timing),
      weights: request.randomWeights ? 'drawn' : 'of the models', peers, refused, timings,
    },
    rows,
  };
}

export const bytesFor = (name: ContenderName, model: PreparedModel): Uint8Array => (name === 'fretwork' ? model.sparse : name === 'own-dense' ? model.dense : model.onnx);

function schemeText(scheme: Scheme | undefined): { readonly scheme: string; readonly block: string | null; readonly rate: number } {
  if (scheme === undefined || scheme.kind === 'dense') return { scheme: scheme?.kind ?? 'as it is', block: null, rate: 1 };
  const block = scheme.kind === 'bcr' ? `${scheme.blockRows}x${scheme.blockColumns}` : scheme.kind === 'block-punched' ? `${scheme.blockFilters}x${scheme.blockChannels}` : null;
  return { scheme: scheme.kind, block, rate: scheme.rate };
}

/** What a network is timed from: all that crosses into a page. */
export type TimedModel = Pick<PreparedModel, 'name' | 'inputs' | 'sparse' | 'dense' | 'onnx' | 'expected'>;

/** Times one network. One call is one sample, where `timing` says nothing else: what users wait for. */
export async function timeModel(model: TimedModel, request: Pick<ModelsRequest, 'tensors' | 'seed' | 'timing' | 'signal'>, peers: readonly Peering[], threads: number): Promise<TimedContenders> {
  const inputs = drawInputs(model.inputs, request.seed);
  const contenders: { readonly name: ContenderName; readonly runner: Runner; run(): unknown }[] = [];
  const refused: Caption['refused'][number][] = [];
  const enter = async (name: ContenderName, runner: Runner): Promise<void> => {
    contenders.push({ name, runner, run: () => runner.run() });
    await runner.run();
    checkAnswer(name, model.name, runner.answer(), model.expected);
  };
  try {
    for (const { row, started } of peers) {
      if (!started.ok) continue;
      const made = await started.model(model.onnx, inputs);
      if (made.ok) await enter(row.name, made.runner);
      else refused.push({ peer: row.name, layer: model.name, reason: `${made.reason} (${made.hint})` });
    }
    await enter('own-dense', await ownRunner(model.dense, inputs, { threads, tensors: request.tensors }));
    const own = await ownRunner(model.sparse, inputs, { threads, tensors: request.tensors });
    await enter('fretwork', own);
    const found = await measure(contenders, { ...request.timing, ...(request.signal === undefined ? {} : { signal: request.signal }) });
    const layers = await timeByLayer(model.sparse, model.dense, inputs, threads);
    return { level: own.report().level, layers, timings: Object.fromEntries(contenders.map(({ name }, i) => [name, found[i]!])), peers: peerCaptions(peers), refused };
  } finally {
    for (const { runner } of contenders) await runner.dispose();
  }
}
