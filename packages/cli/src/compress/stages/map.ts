import { FretworkError, type MappingPlan, type Model } from '@fretwork/format';
import { pruneModel } from '@fretwork/pruner';
import { schemeText } from '../../scheme-option.js';
import { measureDifficulty } from '../../mapping/measure-difficulty.js';
import type { MapRequest } from '../contract.js';
import type { StageContext, Stage } from '../run-stages.js';
import { rateOf } from '../scale-plan.js';
import { sum } from '../slower.js';
import { accuracyOn, shareOf } from './accuracy.js';
import { readBcr, type Imported } from './import.js';

/** Where nothing else is asked for. */
const START = 4;
/** A latency is looked for from here, by steps of this factor, up to there. */
const [FROM, STEP, HIGHEST] = [1.5, 1.5, 40];

export interface Mapped {
  readonly plan: MappingPlan;
  /** That the mapper was asked for; null for a plan that was given. */
  readonly rate: number | null;
  /** Of a search for a latency. */
  readonly tries: readonly { readonly rate: number; readonly ms: number }[];
}

export const mapStage: Stage = {
  name: 'map',
  says: 'chooses a scheme for every layer, without training',
  reads: ['stages/passes.bcr', 'stages/import.json', 'stages/profile.json'],
  writes: ['stages/map.json'],
  wishes: ({ mapper, target, budget: { rate, latencyMs }, ignore, smallest, plan, rounds, settings: { seed }, splits: { train } }) =>
    ({ data: train.hash, mapper: [mapper.name, mapper.options], target: [target.name, target.options], rate, latencyMs, ignore, smallest, plan, rounds, seed }),
  run: async (context) => {
    const { request: { plan, budget }, folder } = context;
    const model = await readBcr(folder, 'stages/passes.bcr');
    if (plan !== undefined) {
      await folder.writeJson('stages/map.json', { plan, rate: null, tries: [] } satisfies Mapped);
      return `the plan that was given, ${plan.entries.length} layers`;
    }
    const mapped = budget.latencyMs === undefined ? { ...await mapAt(context, model, budget.rate ?? START, difficultyOf(context, model)), tries: [] } : await mapForLatency(context, model, budget.latencyMs);
    refuseNothing(mapped.plan);
    await folder.writeJson('stages/map.json', mapped satisfies Mapped);
    return summary(mapped.plan);
  },
};

async function mapAt({ request: { mapper, target, ignore, smallest, rounds, splits, settings }, folder, signal, terminal }: StageContext, model: Model, rate: number, difficulty: MapRequest['difficulty']): Promise<Omit<Mapped, 'tries'>> {
  const { inputShapes } = await folder.json<Imported>('stages/import.json');
  const plan = await mapper.map(model, {
    target, inputShapes, rate, ignore, smallest, rounds, seed: settings.seed, signal,
    evaluate: async (candidate) => shareOf(await accuracyOn(target, candidate, splits.validation, signal)),
    difficulty, onProgress: (says) => terminal.err(`${says}\n`),
  });
  return { plan, rate };
}

/** Measured once, when it is first asked for. */
function difficultyOf({ request: { splits, engine }, signal, terminal }: StageContext, model: Model): MapRequest['difficulty'] {
  let found: ReturnType<MapRequest['difficulty']> | undefined;
  return () => found ??= measureDifficulty(model, splits.train, engine, { signal, onProgress: (says) => terminal.err(`${says}\n`) }).catch((error: unknown) => {
    if (!(error instanceof FretworkError) || error.code !== 'map.answers') throw error;
    return { kind: 'hard', reason: `not measured, since ${splits.train.shape[0]!} training samples are too few for it, and so taken as hard` };
  });
}

/** The lowest rate whose plan, cut in one shot and timed on the target, is quick enough: structure decides the time, not weights. */
async function mapForLatency(context: StageContext, model: Model, wanted: number): Promise<Mapped> {
  const { request: { budget, target, settings, rounds, smallest }, folder, signal, terminal } = context;
  const { inputShapes } = await folder.json<Imported>('stages/import.json');
  const tries: { rate: number; ms: number }[] = [];
  const difficulty = difficultyOf(context, model);
  for (let rate = budget.rate ?? FROM; rate <= HIGHEST; rate *= STEP) {
    const mapped = await mapAt(context, model, rate, difficulty);
    const { model: pruned } = pruneModel(model, { plan: mapped.plan, smallest });
    const [timings = []] = await target.timeLayers([pruned], inputShapes, { rounds, seed: settings.seed, signal });
    const ms = sum(timings.map((timing) => timing.ms));
    tries.push({ rate, ms });
    terminal.err(`rate ${rate.toFixed(1)}: ${ms.toFixed(3)} ms\n`);
    if (ms <= wanted) return { ...mapped, tries };
  }
  const best = Math.min(...tries.map(({ ms }) => ms));
  throw new FretworkError('compress.budget', `${wanted} ms are out of reach on this machine: the best is ${best.toFixed(3)} ms, at rates up to ${HIGHEST}`, {
    expected: `at most ${wanted} ms`, actual: `${best.toFixed(3)} ms`, hint: 'allow more time, or start from a smaller network',
  });
}

export function refuseNothing(plan: MappingPlan): void {
  if (plan.entries.some(({ scheme }) => rateOf(scheme) > 1)) return;
  throw new FretworkError('compress.nothing', 'no layer is worth pruning here', {
    actual: plan.entries.map(({ layer, reason }) => `${layer}: ${reason}`).slice(0, 4).join('; '),
    hint: 'ask for a higher --rate, ignore fewer layers, or give a plan of your own with --plan',
  });
}

function summary({ entries }: MappingPlan): string {
  const counts = new Map<string, number>();
  for (const { scheme } of entries) counts.set(schemeText(scheme), (counts.get(schemeText(scheme)) ?? 0) + 1);
  return [...counts].map(([scheme, count]) => `${count} ${scheme}`).join(', ');
}
