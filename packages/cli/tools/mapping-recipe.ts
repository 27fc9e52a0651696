/**
 * What stands behind the tables of docs/mapping.md: a recipe for each network, with every plan that was trained in full and what it came to, and the set-up
 * that a recipe names, so that a run and a test open the same.
 */
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { runPasses } from '@fretwork/compiler';
import { loadDataset, normalise } from '@fretwork/datasets';
import type { MappingPlan, Model, Scheme } from '@fretwork/format';
import { fitLatency, parseTable, type InputShapes, type LatencyModel } from '@fretwork/latency';
import { mapByRules, type MapPlan, type MapTarget } from '@fretwork/mapper-rules';
import { FAST, type FastSettings, type TaskSamples } from '@fretwork/mapper-search';
import { importModel } from '@fretwork/onnx';
import { evaluateLayer } from '@fretwork/reference';

/** All that a run depends on beside the code. */
export interface Setup {
  /** An ONNX file. */
  readonly model: string;
  /** Of latencies. */
  readonly table: string;
  /** A named set; its splits `train` and `test` are used, the second never but by full evaluations. */
  readonly data: string;
  readonly limit: number;
  readonly testLimit: number;
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Of the rules' plan that sets the target time. */
  readonly rate: number;
  readonly difficulty: 'hard' | 'easy';
  /** `any`: a third plan of the rules, with every structure weighed. Left out in recipes that are older: `by-rules`. */
  readonly structures?: 'by-rules' | 'any';
  readonly budget: number;
  readonly seeds: number;
  /** Proposals between two lessons of a searcher. */
  readonly round: number;
  /** Training samples of a fast evaluation, and those that judge. */
  readonly subset: number;
  readonly judge: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Updates of a full evaluation. */
  readonly updates: number;
  /** Plans that searches tried and did not choose, evaluated in full to see how fast evaluations rank. */
  readonly others: number;
}

export type Family = 'uniform' | 'rules' | 'hill-climb' | 'random' | 'tried';

/** One plan that was evaluated in full. */
export interface Row {
  readonly family: Family;
  readonly what: string;
  /** Predicted. */
  readonly ms: number;
  /** Accuracy after a fast evaluation, on training samples kept out; of searches what the search saw. */
  readonly fast: number;
  /** After the full one, on test samples. */
  readonly full: number;
  /** Of one core, for the full evaluation. */
  readonly seconds: number;
  /** Layers that are not dense. */
  readonly plan: readonly { readonly layer: string; readonly scheme: Scheme }[];
  /** Sum over layers, by the runtime. */
  readonly measuredMs?: number;
}

export interface MappingRecipe {
  readonly setup: Setup;
  readonly date: string;
  readonly machine: { readonly processor: string; readonly node: string; readonly engine: string };
  /** SHA-256 of the model file and the table. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly targetMs: number;
  readonly dense: { readonly ms: number; readonly accuracy: number; readonly measuredMs?: number };
  readonly testSamples: number;
  /** Of one core: mean of a fast evaluation that went to the end, and of all. */
  readonly fastSeconds: { readonly whole: number; readonly mean: number };
  readonly rows: readonly Row[];
}

export interface Opened {
  /** To be trained. */
  readonly model: Model;
  /** As it will run. */
  readonly runs: Model;
  readonly inputShapes: InputShapes;
  readonly latency: LatencyModel;
  readonly fast: FastSettings;
  readonly full: FastSettings;
  readonly samples: { readonly train: TaskSamples; readonly test: TaskSamples; readonly subset: TaskSamples; readonly judge: TaskSamples };
}

/** Throws what reading throws. */
export async function opened(setup: Setup): Promise<Opened> {
  const model = importModel(new Uint8Array(readFileSync(setup.model)));
  const [input] = model.inputs;
  const inputShapes = { [input!.name]: input!.shape!.map((d) => (typeof d === 'number' ? d : 1)) };
  const inputShape = inputShapes[input!.name]!.slice(1);
  const [train, test] = [await samplesOf(setup, 'train', setup.limit, inputShape), await samplesOf(setup, 'test', setup.testLimit, inputShape)];
  const all = train.labels.map((_, i) => i);
  const judged = new Set(spread([...all], setup.judge));
  const fast = { ...FAST, batch: setup.batch, learningRate: setup.learningRate };
  return {
    model, inputShapes, runs: runPasses(model, undefined, { inputShapes, evaluate: evaluateLayer }).model, latency: fitLatency(parseTable(readFileSync(setup.table, 'utf8'), setup.table)),
    fast, full: { ...fast, rungs: [setup.updates] },
    samples: { train, test, judge: part(train, [...judged]), subset: part(train, spread([...all].filter((i) => !judged.has(i)), setup.subset)) },
  };
}

/** So many of a list, evenly spread. */
export const spread = <T>(from: readonly T[], count: number): readonly T[] => Array.from({ length: Math.min(count, from.length) }, (_, i) => from[Math.floor((i * from.length) / Math.min(count, from.length))]!);

async function samplesOf({ data: name, scale, mean, std }: Setup, split: string, limit: number, inputShape: readonly number[]): Promise<TaskSamples> {
  const root = process.env['FRETWORK_DATA_DIR'];
  const set = await loadDataset(`${name}/${split}`, { readFile: async (path: string) => new Uint8Array(await readFile(path)), listFiles: (path: string) => readdir(path), inputShape, ...(root !== undefined && { root }) });
  const all = { shape: [set.labels.length, ...inputShape], data: normalise(set.inputs, { scale, mean: [...mean], std: [...std] }), labels: Int32Array.from(set.labels) };
  return part(all, Array.from({ length: Math.min(limit, set.labels.length) }, (_, i) => i));
}

function part({ shape: [count, ...shape], data, labels }: TaskSamples, chosen: readonly number[]): TaskSamples {
  const size = data.length / count!;
  const own = new Float32Array(chosen.length * size);
  chosen.forEach((from, to) => own.set(data.subarray(from * size, (from + 1) * size), to * size));
  return { shape: [chosen.length, ...shape], data: own, labels: Int32Array.from(chosen, (i) => labels[i]!) };
}

/** The rules' plans: at one rate, whose time is the target, then with rates shared out in that time. */
export function rulesPlans(runs: Model, latency: LatencyModel, inputShapes: InputShapes, { rate, difficulty, structures }: Pick<Setup, 'rate' | 'difficulty' | 'structures'>): readonly { readonly what: string; readonly plan: MapPlan }[] {
  const plan = (target: MapTarget, by: Setup['structures'] = 'by-rules'): MapPlan => mapByRules(runs, latency, { target, inputShapes, structures: by, difficulty: { kind: difficulty, reason: 'as you said' } });
  const atRate = plan({ kind: 'rate', rate });
  const inTime: MapTarget = { kind: 'latency', ms: atRate.planned.ms };
  return [{ what: 'one rate', plan: atRate }, { what: 'rates shared out', plan: plan(inTime) }, ...(structures === 'any' ? [{ what: 'any structure, rates shared out', plan: plan(inTime, 'any') }] : [])];
}

/** Layers of a plan that are not dense. */
export const pruned = ({ entries }: MappingPlan): Row['plan'] => entries.flatMap(({ layer, scheme }) => (scheme.kind === 'dense' ? [] : [{ layer, scheme }]));

/** A row's plan, for the mapper's and the pruner's functions. */
export const planOf = ({ plan }: Pick<Row, 'plan'>): MappingPlan => ({ target: '', mapper: 'recipe', entries: plan.map((entry) => ({ ...entry, reason: 'as the recipe says' })) });
