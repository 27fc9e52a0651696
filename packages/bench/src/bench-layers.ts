import { FretworkError } from '@fretwork/format';
import { run as runReference } from '@fretwork/reference';
import type { Caption, LayerDetail, LayerRow, LayersReport, PeerCaption, PeerName, Refusal, Timing } from './contract.js';
import { checkAnswer } from './layers/check-answer.js';
import { chooseLayers, isPruned, LAYER_SET, macs, type BenchLayer } from './layers/layer-set.js';
import { maskScheme, type Block, type MaskRequest, type MaskSource } from './layers/masks.js';
import { problemOf, type CopyJob } from './layers/copy-job.js';
import { makeProblem, modelOf, weightTensors, type Problem } from './layers/problem.js';
import type { PeerRow, Runner, Started } from './peers/contract.js';
import type { PeerHost } from './peers/host.js';
import { ownRunner } from './peers/own.js';
import { geometricMeans } from './report/speedups.js';
import { measure, type Contender, type MeasureOptions } from './timing/measure.js';

/** Where a bench runs: what the caption says of it, and how peers are loaded. */
export interface Place {
  readonly host: PeerHost;
  readonly engine: string;
  readonly machine: string;
  /** How many times the work of one process so many do (`layers/ceiling.ts`); left out where there are no processes. */
  readonly ceiling?: (job: CopyJob, copies: number) => Promise<number>;
  /** Nanoseconds from one thread to another and back (`layers/round-trip.ts`). */
  readonly roundTrip?: () => Promise<number>;
}

export interface LayersRequest {
  /** Default: all of `LAYER_SET`. */
  readonly layers?: readonly BenchLayer[];
  /** Parts of names, or of groups; empty: all. */
  readonly only?: readonly string[];
  readonly scheme: string;
  readonly block: Block;
  /** Shares of zeros, above 0 and below 1; dense is measured always. */
  readonly sparsity: readonly number[];
  readonly masks: MaskSource;
  readonly tensors: 'copies' | 'views';
  readonly seed: number;
  /** Ours with vectors joined in pairs (`RuntimeOptions.revectorize`): the flag is V8's and for the whole process, so what peers compile from then on has it too. */
  readonly revectorize?: boolean;
  readonly timing: Omit<MeasureOptions, 'onRound'>;
  readonly signal?: AbortSignal;
  /** One line about what is being done. */
  readonly onProgress?: (says: string) => void;
}

export type Peering = { readonly row: PeerRow; readonly started: Started | Refusal };

/** Starts the peers that run here. */
export async function startPeers(rows: readonly PeerRow[], host: PeerHost): Promise<readonly Peering[]> {
  const started: Peering[] = [];
  for (const row of rows) {
    started.push({
      row,
      started: row.where.includes(host.where) ? await row.start(host) : { ok: false, reason: `it does not run in a ${host.where}`, hint: 'measure it in Node' },
    });
  }
  return started;
}

export const peerCaptions = (peers: readonly Peering[]): readonly PeerCaption[] =>
  peers.map(({ row, started }) => (started.ok ? { name: row.name, version: started.version } : { name: row.name, reason: `${started.reason} (${started.hint})` }));

/** Times every layer, ours at each sparsity and dense against each peer dense. Throws as the contract says. */
export async function benchLayers(request: LayersRequest, peers: readonly Peering[], place: Place): Promise<LayersReport> {
  const { blocks } = maskScheme(request.scheme);
  const wrong = request.sparsity.find((share) => !(share > 0 && share < 1));
  if (wrong !== undefined) throw new FretworkError('bench.option', 'a sparsity must be above 0 and below 1', { actual: String(wrong), hint: 'dense is measured always' });
  const layers = chooseLayers(request.layers ?? LAYER_SET, request.only ?? []);
  const { threads } = place.host;
  const timing = { ...(threads > 1 ? { restMs: REST_MS } : {}), ...request.timing };
  const rows: LayerRow[] = [];
  const details: LayerDetail[] = [];
  const refused: { peer: PeerName; layer: string; reason: string }[] = [];
  let level = '';
  for (const [at, layer] of layers.entries()) {
    const step = `${at + 1} of ${layers.length}: ${layer.name}`;
    request.onProgress?.(step);
    const contest = await prepare(layer, request, peers, threads, refused);
    try {
      const timings = await measure(contest.contenders, { ...timing, ...(request.signal === undefined ? {} : { signal: request.signal }) });
      const timingOf = (contender: Contender): Timing => timings[contest.contenders.indexOf(contender)]!;
      const peerTimings = Object.fromEntries(contest.peers.map(({ name, contender }) => [name, timingOf(contender)])) as Partial<Record<PeerName, Timing>>;
      const peerMs = Object.fromEntries([...peers.map(({ row }) => row.name), 'own-dense' as const].map((name) => [name, peerTimings[name]?.ms ?? null]));
      const roundTrip = threads > 1 && place.roundTrip !== undefined ? { roundTripNs: await place.roundTrip() } : {};
      const ceilings = new Map<number, Pick<LayerDetail, 'ceiling'>>();
      if (threads > 1 && place.ceiling !== undefined) {
        for (const { job, sparsity } of contest.own) ceilings.set(sparsity, { ceiling: await place.ceiling(job, threads) });
      }
      for (const { contender, single, sparsity, reached, report } of contest.own) {
        const timing = timingOf(contender);
        const alone = single === undefined ? undefined : timingOf(single);
        const { level: used, why, threads: { count }, layers: [ran] } = report();
        level = request.revectorize === true ? `${used} (${why})` : used;
        rows.push({
          layer: layer.name, scheme: sparsity === 0 ? 'dense' : request.scheme, block: sparsity === 0 || !blocks ? null : request.block.join('x'),
          sparsity, threads: count, ms: timing.ms, spread: timing.spread, peers: alone === undefined ? peerMs : { ...peerMs, 'own-one-thread': alone.ms },
        });
        details.push({ layer: layer.name, sparsity, mmac: macs(layer) / 1e6, reached, kernel: ran?.kernel ?? '', timing, ...ceilings.get(sparsity), ...roundTrip, peers: alone === undefined ? peerTimings : { ...peerTimings, 'own-one-thread': alone } });
      }
    } finally {
      for (const runner of contest.runners) await runner.dispose();
    }
  }
  const caption: Caption = {
    what: 'layers', date: new Date().toISOString(), engine: place.engine, machine: place.machine, threads, level, tensors: request.tensors,
    masks: `${request.masks}: ${maskScheme(request.scheme).says}${blocks ? `, blocks of ${request.block.join('x')}` : ''}`, seed: request.seed,
    timing: timingText(timing), peers: peerCaptions(peers), refused,
  };
  return { caption: { ...caption, speedups: geometricMeans(layers, details), details }, rows };
}

/** Threads of ours spin for a fifth of that before they sleep. */
const REST_MS = 1;

export function timingText({ rounds = 50, warmUpMs = 200, sampleMs = 3, restMs = 0, noise = 1.15 }: MeasureOptions): string {
  return `medians of ${rounds} interleaved rounds, ${sampleMs === 0 ? 'one call each' : `samples of at least ${sampleMs} ms`}${restMs === 0 ? '' : ` after ${restMs} ms of rest`}, ${warmUpMs} ms of warm-up, rounds ${Math.round((noise - 1) * 100)} % slower than usual rejected where most are quiet; whole calls; speed-ups are medians of quotients within a round, ? where their 95 % interval holds 1`;
}

interface Contest {
  readonly contenders: readonly Contender[];
  readonly runners: readonly Runner[];
  readonly own: readonly { readonly contender: Contender; readonly single?: Contender; readonly sparsity: number; readonly job: CopyJob; readonly reached: number; readonly report: Awaited<ReturnType<typeof ownRunner>>['report'] }[];
  readonly peers: readonly { readonly name: PeerName; readonly contender: Contender }[];
}

/** Builds all contenders of a layer and checks their answers. */
async function prepare(layer: BenchLayer, request: LayersRequest, peers: readonly Peering[], threads: number, refused: { peer: PeerName; layer: string; reason: string }[]): Promise<Contest> {
  const whole = makeProblem(layer, request.seed);
  const runners: Runner[] = [];
  const checked = async (name: string, runner: Runner, expected: ReturnType<typeof answerOf>): Promise<Contender> => {
    runners.push(runner);
    await runner.run();
    checkAnswer(name, layer.name, runner.answer(), expected);
    return { name, run: () => runner.run() };
  };
  try {
    const expected = answerOf(whole);
    const peerContenders: Contest['peers'][number][] = [];
    for (const { row, started } of peers) {
      if (!started.ok) continue;
      const made = await started.layer(whole);
      if (made.ok) peerContenders.push({ name: row.name, contender: await checked(row.name, made.runner, expected) });
      else refused.push({ peer: row.name, layer: layer.name, reason: `${made.reason} (${made.hint})` });
    }
    const own: Contest['own'][number][] = [];
    for (const sparsity of isPruned(layer) ? [0, ...request.sparsity] : [0]) {
      request.signal?.throwIfAborted();
      const masks: MaskRequest | undefined = sparsity === 0 ? undefined : { scheme: request.scheme, block: request.block, density: 1 - sparsity, source: request.masks };
      const job: CopyJob = { layer, tensors: request.tensors, seed: request.seed, ...(masks === undefined ? {} : { masks }) };
      const problem = masks === undefined ? whole : problemOf(job);
      const model = modelOf(problem, weightTensors(problem, masks));
      const answer = sparsity === 0 ? expected : answerOf(problem, model);
      const enter = async (threads: number) => {
        const runner = await ownRunner(model, { x: problem.input }, { threads, tensors: request.tensors, revectorize: request.revectorize ?? false });
        return { contender: await checked(`fretwork at ${sparsity}`, runner, answer), report: runner.report };
      };
      const { contender, report } = await enter(threads);
      own.push({ contender, ...(threads === 1 ? {} : { single: (await enter(1)).contender }), sparsity, job, reached: zeros(problem), report });
      if (sparsity === 0) peerContenders.push({ name: 'own-dense', contender });
    }
    const sparse = own.filter(({ sparsity }) => sparsity > 0);
    const single = own.flatMap((one) => (one.single === undefined ? [] : [one.single]));
    return { contenders: [...[...peerContenders, ...sparse].map((one) => one.contender), ...single], runners, own, peers: peerContenders };
  } catch (error) {
    for (const runner of runners) await runner.dispose();
    throw error;
  }
}

const answerOf = (problem: Problem, model = modelOf(problem, weightTensors(problem))) => runReference(model, { x: problem.input })['y']!;

function zeros({ weights }: Problem): number {
  const count = weights.reduce((sum, values) => sum + values.reduce((found, value) => found + (value === 0 ? 1 : 0), 0), 0);
  return count / weights.reduce((sum, values) => sum + values.length, 0);
}
