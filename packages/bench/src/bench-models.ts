import type { Scheme } from '@fretwork/format';
import { peerCaptions, timingText, type Peering, type Place } from './bench-layers.js';
import type { ColdStart, ModelRow, ModelsReport, ModelTiming, PeerName, Timing } from './contract.js';
import { checkAnswer } from './layers/check-answer.js';
import { prepareModel, type NamedModel, type PreparedModel } from './models/prepare.js';
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
  readonly outputs: 'copies' | 'views';
  readonly seed: number;
  readonly timing: Omit<MeasureOptions, 'onRound'>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (says: string) => void;
}

/** Starts a contender by itself; null where nobody can. */
export type StartCold = (contender: ContenderName, model: PreparedModel) => Promise<ColdStart | null>;

/** Times whole networks, ours pruned against ours dense and each peer, after every answer was checked. */
export async function benchModels(models: readonly NamedModel[], request: ModelsRequest, peers: readonly Peering[], place: Place, startCold: StartCold): Promise<ModelsReport> {
  const prepare = (model: NamedModel): PreparedModel => {
    request.onProgress?.(`${model.name}: passes, pruning, reference`);
    return prepareModel(model, request);
  };
  const refused: { peer: PeerName; layer: string; reason: string }[] = [];
  const rows: ModelRow[] = [];
  const timings: Record<string, Partial<Record<ContenderName, Timing>>> = {};
  let level = '';
  const timing = { sampleMs: 0, ...request.timing };
  for (const model of models) {
    const prepared = prepare(model);
    request.onProgress?.(`${model.name}: timing`);
    const measured = await timeModel(prepared, { ...request, timing }, peers, place.host.threads, refused);
    level = measured.level;
    timings[model.name] = measured.timings;
    const whole = new Map<ContenderName, ModelTiming>();
    for (const [name, timing] of Object.entries(measured.timings) as [ContenderName, Timing][]) {
      request.onProgress?.(`${model.name}: cold start of ${name}`);
      const { ms, spread, percentiles } = timing;
      whole.set(name, { ms, spread, percentiles, cold: await startCold(name, prepared), modelBytes: bytesFor(name, prepared).length });
    }
    rows.push({
      model: model.name, ...schemeText(request.scheme), reached: prepared.reached, threads: place.host.threads, mmac: prepared.mmac, ...whole.get('fretwork')!,
      peers: Object.fromEntries([...peers.map(({ row }) => row.name), 'own-dense' as const].map((name) => [name, whole.get(name) ?? null])),
    });
  }
  return {
    caption: {
      what: 'models', date: new Date().toISOString(), engine: place.engine, machine: place.machine, threads: place.host.threads, level, outputs: request.outputs,
      masks: request.scheme === undefined ? 'as the models are' : 'magnitude: one-shot, by the pruner; 1e-20 in place of what was cut, for dense contenders', seed: request.seed, timing: timingText(timing),
      weights: request.randomWeights ? 'drawn' : 'of the models', peers: peerCaptions(peers), refused, timings,
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

export interface TimedContenders {
  readonly level: string;
  readonly timings: Partial<Record<ContenderName, Timing>>;
}

/** One call is one sample: what users wait for. */
export async function timeModel(model: TimedModel, request: Pick<ModelsRequest, 'outputs' | 'seed' | 'timing' | 'signal'>, peers: readonly Peering[], threads: number, refused: { peer: PeerName; layer: string; reason: string }[]): Promise<TimedContenders> {
  const inputs = drawInputs(model.inputs, request.seed);
  const contenders: { readonly name: ContenderName; readonly runner: Runner; run(): unknown }[] = [];
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
    await enter('own-dense', await ownRunner(model.dense, inputs, { threads, outputs: request.outputs }));
    const own = await ownRunner(model.sparse, inputs, { threads, outputs: request.outputs });
    await enter('fretwork', own);
    const found = await measure(contenders, { ...request.timing, ...(request.signal === undefined ? {} : { signal: request.signal }) });
    return { level: own.report().level, timings: Object.fromEntries(contenders.map(({ name }, i) => [name, found[i]!])) };
  } finally {
    for (const { runner } of contenders) await runner.dispose();
  }
}
