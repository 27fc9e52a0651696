import type { SessionFactory } from '@fretwork/autodiff';
import { NAMED_SETS } from '@fretwork/datasets';
import { FretworkError, type MappingPlan, type Model } from '@fretwork/format';
import type { InputShapes, LatencyModel } from '@fretwork/latency';
import { predictPlan, type MapPlan, type PredictedPlan } from '@fretwork/mapper-rules';
import {
  accuracyOf, inProcess, inThreads, measureOverQueue, overQueue, packTask, runSearch, searchSpace, type Actions, type Evaluated, type Evaluator, type PackedTask, type SearchResult, type SearchSpace, type SearchState, type TaskSamples,
} from '@fretwork/mapper-search';
import type { Arguments, Terminal } from '../contract.js';
import { planBatches } from '../evaluate.js';
import { appendFile, readFile, removeFile, writeFile } from '../files.js';
import { percent } from '../print-table.js';
import { loadSamples } from '../training/data.js';
import { engine } from '../training/engine.js';
import { interruptible, RESUME } from '../training/interruption.js';
import { liveTable } from './live-table.js';
import { milliseconds } from './plan-table.js';
import type { SearchRequest } from './search-options.js';
import type { SearchRecord, Tried } from './search-record.js';

export interface SearchGiven {
  readonly args: Arguments;
  readonly request: SearchRequest;
  /** To be trained: as the file has it. */
  readonly model: Model;
  /** As it will run. */
  readonly runs: Model;
  readonly inputShapes: InputShapes;
  readonly latency: LatencyModel;
  /** Of the rules: where to begin, and how fast the plan must be unless a time was asked for. */
  readonly rules: MapPlan;
}

/** Searches a plan that is as fast as the rules' one, or as was asked for. Throws what searches throw. */
export async function searchPlan(given: SearchGiven, terminal: Terminal): Promise<PredictedPlan & { readonly search: SearchRecord }> {
  const { args, request, model, runs, inputShapes, latency, rules } = given;
  const targetMs = rules.goal.kind === 'latency' ? rules.goal.ms : rules.planned.ms;
  const space = searchSpace(runs, latency, { targetMs, inputShapes, skip: args.texts('skip'), skipFirst: args.flag('skip-first') });
  const start = space.actionsOf(rules);
  const { sessions } = await engine({ threads: 1 });
  const data = await taskData(args, model, request);
  const task = packTask({ model, train: data.train, judge: data.judge, settings: request.settings });
  const state = request.resume ? await readState(request.state) : undefined;
  const policy = request.policy === undefined ? undefined : policyOf(await readState(request.policy), request.policy);
  const { log } = request;
  if (log !== undefined && state === undefined) await removeFile(log);
  const evaluator = await evaluatorOf(request, task, sessions);
  const row = liveTable(terminal);
  try {
    const result = await interruptible(RESUME, (signal) => runSearch({
      space, searcher: request.searcher, evaluator, budget: request.budget, seed: request.seed, start, sessions, signal, ...(state !== undefined && { state }), ...(policy !== undefined && { policy }),
      onState: (now) => writeFile(request.state, JSON.stringify(now)),
      onProgress: async (progress) => {
        row(progress);
        if (log !== undefined) await appendFile(log, logLine(space, progress.last, progress.evaluated));
      },
    }));
    const plan = predictPlan(runs, latency, reasoned(space, result), { inputShapes });
    const found = { ...recordOf(given, result, { start, targetMs, data }), ...await measuredOn(given, space, result) };
    terminal.err(summary(found));
    for (const { at, ms, spread } of found.measured ?? []) terminal.err(`measured on ${request.measureOn}: ${milliseconds(ms)} ms, spread ${milliseconds(spread)}, predicted ${milliseconds(found.tried[at]!.ms)}\n`);
    return { ...plan, search: found };
  } finally {
    await evaluator.close();
  }
}

function evaluatorOf({ queue, workers }: SearchRequest, task: PackedTask, sessions: SessionFactory): Evaluator | Promise<Evaluator> {
  if (queue !== undefined) return overQueue(task, { url: queue });
  return workers > 1 ? inThreads(task, { threads: workers }) : inProcess(task, sessions);
}

/** Rounds of timing on a device. */
const ROUNDS = 30;

/** The plans of the front, one after another, on the device that was asked for. */
async function measuredOn({ request: { queue, measureOn, seed }, runs, inputShapes }: SearchGiven, space: SearchSpace, { evaluated, front }: SearchResult): Promise<Pick<SearchRecord, 'measured'>> {
  if (queue === undefined || measureOn === undefined) return {};
  const device = await measureOverQueue({ url: queue, device: measureOn, model: runs, inputShapes, rounds: ROUNDS, seed });
  try {
    const measured: { at: number; ms: number; spread: number; device: string }[] = [];
    for (const one of front) measured.push({ at: evaluated.indexOf(one), ...await device.measure(space.planOf(one.actions)) });
    return { measured };
  } finally {
    await device.close();
  }
}

const triedOf = ({ ms, stopped, reward, rungs }: Evaluated): Tried => ({ ms, accuracy: accuracyOf({ rungs }), stopped, reward });

const logLine = (space: SearchSpace, last: Evaluated, evaluation: number): string => `${JSON.stringify({
  evaluation, ...triedOf(last), rungs: last.rungs, seconds: Number(last.seconds.toFixed(2)), plan: space.planOf(last.actions).entries.map(({ layer, scheme }) => ({ layer, scheme })),
})}\n`;

function reasoned(space: SearchSpace, { best, evaluated, within }: SearchResult): MappingPlan {
  const reason = `searched: the most accurate of ${evaluated.length} plans${within ? ' within the time' : ', none of which is within the time'}`;
  const plan = space.planOf(best.actions);
  return { ...plan, entries: plan.entries.map((entry) => (entry.reason === 'searched' ? { ...entry, reason } : entry)) };
}

function recordOf({ request: { searcher, seed, settings }, rules }: SearchGiven, { state, evaluated, best, front }: SearchResult, { start, targetMs, data }: { readonly start: Actions; readonly targetMs: number; readonly data: TaskData }): SearchRecord {
  const place = (one: Evaluated): number => evaluated.indexOf(one);
  const began = evaluated.findIndex(({ actions }) => JSON.stringify(actions) === JSON.stringify(start));
  return {
    searcher: searcher.name, seed, targetMs, rulesMs: rules.planned.ms, tried: evaluated.map(triedOf), proposals: state.asked, known: state.known, tooSlow: state.tooSlow,
    front: front.map(place), best: place(best), ...(began >= 0 && { rules: began }),
    data: { spec: data.spec, hash: data.hash, trained: data.train.labels.length, judged: data.judge.labels.length }, settings,
  };
}

function summary({ searcher, tried, best, rules, front, targetMs, data: { judged } }: SearchRecord): string {
  const say = (at: number): string => `${percent(tried[at]!.accuracy)} in ${milliseconds(tried[at]!.ms)} ms`;
  return `${searcher}: ${tried.length} plans tried, ${front.length} on the front; best ${say(best)} (at most ${milliseconds(targetMs)} ms)${rules === undefined ? '' : `, the rules' plan ${say(rules)}`}. `
    + `Accuracies are those of a short training on ${judged} samples kept out of it: they rank plans, no more.\n`;
}

interface TaskData {
  readonly spec: string;
  readonly hash: string;
  readonly train: TaskSamples;
  readonly judge: TaskSamples;
}

/** Training samples in two parts, both spread evenly over the set. A bare name of a set means its training split. Throws what loading throws, and `eval.shape`. */
async function taskData(args: Arguments, model: Model, { subset, judge }: SearchRequest): Promise<TaskData> {
  const asked = args.text('data')!;
  const spec = NAMED_SETS.some((set) => set.name === asked) ? `${asked}/train` : asked;
  const all = await loadSamples(args, model, spec);
  const n = all.labels.length;
  if (judge >= n) throw new FretworkError('eval.shape', 'there are too few samples to keep some out of training', { expected: `more than ${judge}`, actual: `${n}`, hint: 'give more, or lower --judge' });
  const [, ...shape] = planBatches(model, all, 1).shape;
  const size = all.data.length / n;
  const held = (i: number): boolean => Math.floor(((i + 1) * judge) / n) > Math.floor((i * judge) / n);
  const indices = Array.from({ length: n }, (_, i) => i);
  const part = (chosen: readonly number[]): TaskSamples => {
    const data = new Float32Array(chosen.length * size);
    chosen.forEach((from, to) => data.set(all.data.subarray(from * size, (from + 1) * size), to * size));
    return { shape: [chosen.length, ...shape], data, labels: Int32Array.from(chosen, (i) => all.labels[i]!) };
  };
  const rest = indices.filter((i) => !held(i));
  const count = Math.min(subset, rest.length);
  return { spec, hash: all.hash, train: part(Array.from({ length: count }, (_, i) => rest[Math.floor((i * rest.length) / count)]!)), judge: part(indices.filter(held)) };
}

/** What `reinforce` had learned. Throws `search.state`. */
function policyOf({ searcher }: SearchState, path: string): string {
  const { policy } = (searcher ?? {}) as { readonly policy?: unknown };
  if (typeof policy !== 'string') throw new FretworkError('search.state', `${path}: there is no policy in it`, { hint: 'name the state of a search by reinforce' });
  return policy;
}

/** Throws `path.*` and `search.state`. */
async function readState(path: string): Promise<SearchState> {
  const text = new TextDecoder().decode(await readFile(path));
  try {
    return JSON.parse(text) as SearchState;
  } catch (cause) {
    throw new FretworkError('search.state', `${path}: this is no JSON: ${(cause as Error).message}`, { cause, hint: 'leave --resume out to begin anew' });
  }
}
