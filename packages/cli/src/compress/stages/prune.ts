import { writeModel, type MappingPlan, type Model } from '@fretwork/format';
import type { PruneReport } from '@fretwork/pruner';
import { checkpointFile } from '../../training/checkpoint-file.js';
import { parsePlan, type PlanFile } from '../../training/plan-file.js';
import { keyOf, type Folder } from '../folder.js';
import { PLAN, type Stage, type StageContext } from '../run-stages.js';
import { rateOf, scalePlan } from '../scale-plan.js';
import { searchPower, type Trial } from '../search-power.js';
import { accuracyOn, drop, type Accuracy } from './accuracy.js';
import { readBcr } from './import.js';
import type { Profile } from './profile.js';

/** What came of pruning and training; accuracies are of the validation samples, on the target. */
export interface Pruned {
  /** As it was done: rates may have moved from those of `plan.json` to meet the budget. */
  readonly plan: PlanFile;
  readonly report: PruneReport;
  readonly before: Accuracy;
  readonly after: Accuracy;
  readonly epochs: number;
  readonly tries: readonly Trial[];
  /** The plans that led to it, in order, each cut from the model of the one before; the last is `plan`. */
  readonly steps: readonly MappingPlan[];
}

const CHECKPOINT = 'stages/prune.checkpoint';
const TRIED = 'stages/tried.json';

/** What came of one trial. */
type Outcome = Omit<Pruned, 'tries' | 'plan' | 'steps'>;

/** What is known of trials of an interrupted search. */
interface Tried {
  readonly belongs: string;
  readonly trials: readonly (Trial & { readonly model: string; readonly result: Outcome; /** The power of the trial that it went on from. */ readonly from?: number })[];
}

export const pruneStage: Stage = {
  name: 'prune',
  says: 'cuts by the plan and trains what is left; with --max-drop it moves the rates until the validation samples allow it',
  reads: ['stages/passes.bcr', 'stages/profile.json', PLAN],
  writes: ['stages/pruned.bcr', 'stages/prune.json'],
  wishes: ({ pruner, settings, ignore, smallest, budget: { maxDrop, rate }, splits: { train, validation }, engine: { version } }) =>
    ({ pruner: [pruner.name, pruner.options], settings, ignore, smallest, maxDrop, rate, data: [train.hash, validation.hash], engine: version }),
  run: async (context) => {
    const { request: { budget }, folder, terminal } = context;
    const model = await readBcr(folder, 'stages/passes.bcr');
    const { validation: before } = await folder.json<Profile>('stages/profile.json');
    const plan = parsePlan(new TextDecoder().decode(await folder.read(PLAN)), folder.path(PLAN));
    const belongs = keyOf({ wishes: pruneStage.wishes(context.request), plan, passes: await folder.hash('stages/passes.bcr') });
    let tried = await readTried(folder, belongs);
    const attempt = async (power: number): Promise<Trial> => {
      const known = tried.trials.find((trial) => trial.power === power);
      if (known !== undefined) return known;
      const scaled = scalePlan(plan, power);
      const started = performance.now();
      // The boldest that held is nearest to a bolder one.
      const from = [...tried.trials].reverse().find((trial) => trial.holds && trial.power < power);
      const start = from === undefined ? model : await readBcr(folder, from.model);
      const { pruned, result } = await pruneOnce(context, { model: start, teacher: model, plan: scaled, belongs, before });
      const lost = drop(before, result.after);
      const trial: Trial = {
        power, rate: Math.max(...scaled.entries.map(({ scheme }) => rateOf(scheme))), reached: result.report.pruned.rate, drop: lost, holds: budget.maxDrop === undefined || lost <= budget.maxDrop + 1e-9,
        seconds: Math.round((performance.now() - started) / 1000),
      };
      const name = `stages/try-${tried.trials.length + 1}.bcr`;
      await folder.write(name, writeModel(pruned));
      tried = { belongs, trials: [...tried.trials, { ...trial, model: name, result, ...(from !== undefined && { from: from.power }) }] };
      await folder.writeJson(TRIED, tried);
      await folder.remove(CHECKPOINT);
      terminal.err(`at rate ${trial.reached.toFixed(2)} validation samples lose ${lost.toFixed(2)} points${budget.maxDrop === undefined ? '' : trial.holds ? ': holds' : ': does not hold'}\n`);
      return trial;
    };
    const best = budget.maxDrop === undefined ? await attempt(1) : await searchPower(attempt, { rate: Math.max(...plan.entries.map(({ scheme }) => rateOf(scheme))), fixed: budget.rate !== undefined, maxDrop: budget.maxDrop });
    const { model: file, result } = tried.trials.find(({ power }) => power === best.power)!;
    await folder.write('stages/pruned.bcr', await folder.read(file));
    const tries = tried.trials.map(({ power, rate, reached, drop: lost, holds, seconds }): Trial => ({ power, rate, reached, drop: lost, holds, seconds }));
    const steps = chainOf(tried.trials, best.power).map((power) => scalePlan(plan, power));
    await folder.writeJson('stages/prune.json', { ...result, plan: scalePlan(plan, best.power), tries, steps } satisfies Pruned);
    for (const trial of tried.trials) await folder.remove(trial.model);
    await folder.remove(TRIED);
    return `rate ${best.reached.toFixed(2)}, ${result.epochs} epochs, validation samples ${best.drop <= 0 ? `gain ${(-best.drop).toFixed(2)}` : `lose ${best.drop.toFixed(2)}`} points`;
  },
};

/** Powers from the first trial to the one of `power`, each from the model of the one before. */
function chainOf(trials: Tried['trials'], power: number): readonly number[] {
  const from = trials.find((trial) => trial.power === power)?.from;
  return from === undefined ? [power] : [...chainOf(trials, from), power];
}

async function readTried(folder: Folder, belongs: string): Promise<Tried> {
  if (await folder.hash(TRIED) === undefined) return { belongs, trials: [] };
  const found = await folder.json<Tried>(TRIED);
  return found.belongs === belongs ? found : { belongs, trials: [] };
}

/** One cut and its training. */
export interface Start {
  readonly model: Model;
  /** Dense. */
  readonly teacher: Model;
  readonly plan: MappingPlan;
  readonly belongs: string;
  readonly before: Accuracy;
}

export async function pruneOnce(
  { request: { pruner, settings, splits: { train, validation }, engine, target, ignore, smallest }, folder, signal, terminal }: StageContext, { model, teacher, plan, belongs, before }: Start,
): Promise<{ readonly pruned: Model; readonly result: Outcome }> {
  const checkpoint = checkpointFile(folder.path(CHECKPOINT), { belongs, plan });
  // One of another plan is of no use, and none was asked for by name.
  const resume = await folder.hash(CHECKPOINT) === undefined ? undefined : await checkpoint.read().catch(() => undefined);
  const { model: pruned, report, epochs } = await pruner.prune(model, { plan, skip: ignore, smallest }, {
    teacher, train, validation, settings, engine, signal, onProgress: terminal.err, onCheckpoint: checkpoint.write, ...(resume !== undefined && { resume }),
  });
  return { pruned, result: { report, epochs, before, after: await accuracyOn(target, pruned, validation, signal) } };
}
