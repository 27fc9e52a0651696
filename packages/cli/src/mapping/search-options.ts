import { FAST, SEARCHERS, type FastSettings, type SearcherRow } from '@fretwork/mapper-search';
import { numberOption, numbersOption, usage } from '../arguments.js';
import type { Arguments, OptionRow } from '../contract.js';

/** Evaluations, training samples and samples to judge by, where nothing is said. */
const [BUDGET, SUBSET, JUDGE] = [60, 2000, 500];

export const SEARCH_OPTIONS: readonly OptionRow[] = [
  { name: 'mapper', value: 'NAME', says: 'rules, or search: try plans that are as fast as the rules\' one, each trained a little (with --data and -o). Default: rules.' },
  { name: 'searcher', value: 'NAME', says: `${SEARCHERS.map(({ name }) => name).join(', ')}, see below. Default: ${SEARCHERS[0]!.name}.` },
  { name: 'policy', value: 'STATE', says: 'reinforce: begin with the policy of another search, of any network: its --state file.' },
  { name: 'budget', value: 'N', says: `Plans to be tried. Default: ${BUDGET}.` },
  { name: 'updates', value: 'N,N…', says: `Updates of weights after which a plan is judged; the worst two in three end there. Default: ${FAST.rungs.join(',')}.` },
  { name: 'projection', value: 'NAME', says: `magnitude, or calibrated: how weights are chosen before training. Default: ${FAST.projection}.` },
  { name: 'subset', value: 'N', says: `Training samples that are used. Default: ${SUBSET}.` },
  { name: 'judge', value: 'N', says: `Training samples to judge by, kept out of training. Default: ${JUDGE}.` },
  { name: 'batch', value: 'N', says: `Samples of an update. Default: ${FAST.batch}.` },
  { name: 'learning-rate', value: 'R', says: `Of Adam. Default: ${FAST.learningRate}.` },
  { name: 'seed', value: 'N', says: 'Seeds proposals and training: the same seed, the same plan. Default: 0.' },
  { name: 'workers', value: 'N', says: 'Evaluate on so many threads at once. Default: 1, in this one.' },
  { name: 'queue', value: 'URL', says: 'Let fretwork worker processes evaluate, on any machines, through the Redis at redis://host:6379.' },
  { name: 'measure-on', value: 'NAME', says: 'Measure the plans of the front on the device whose worker has this name (with --queue).' },
  { name: 'state', value: 'FILE', says: 'Where the search is kept after every evaluation. Default: PLAN.json.search.json.' },
  { name: 'resume', says: 'Go on from there.' },
  { name: 'log', value: 'FILE', says: 'Write a line of JSON for every evaluation.' },
];

/** All of a search but its data. */
export interface SearchRequest {
  readonly searcher: SearcherRow;
  readonly budget: number;
  readonly subset: number;
  readonly judge: number;
  readonly seed: number;
  readonly settings: FastSettings;
  /** A state file. */
  readonly policy: string | undefined;
  readonly workers: number;
  readonly queue: string | undefined;
  /** Name of a device. */
  readonly measureOn: string | undefined;
  readonly output: string;
  readonly state: string;
  readonly resume: boolean;
  readonly log: string | undefined;
}

/** Undefined where the rules are asked for. Throws `usage.*`. */
export function searchRequest(args: Arguments): SearchRequest | undefined {
  const mapper = args.text('mapper') ?? 'rules';
  if (mapper !== 'rules' && mapper !== 'search') throw usage('mapper', `--mapper is rules or search, not ${JSON.stringify(mapper)}`, args.command);
  if (mapper === 'rules') {
    const given = SEARCH_OPTIONS.find(({ name }) => name !== 'mapper' && (args.text(name) !== undefined || args.flag(name)));
    if (given !== undefined) throw usage('mapper', `--${given.name} is for --mapper search`, args.command);
    return undefined;
  }
  const output = args.text('output');
  if (output === undefined || args.text('data') === undefined) throw usage('mapper', '--mapper search needs --data, samples to train with, and -o for its plan', args.command);
  const name = args.text('searcher') ?? SEARCHERS[0]!.name;
  const searcher = SEARCHERS.find((row) => row.name === name);
  if (searcher === undefined) throw usage('searcher', `there is no searcher ${JSON.stringify(name)}; known: ${SEARCHERS.map((row) => row.name).join(', ')}`, args.command);
  const projection = args.text('projection') ?? FAST.projection;
  if (projection !== 'magnitude' && projection !== 'calibrated') throw usage('projection', `--projection is magnitude or calibrated, not ${JSON.stringify(projection)}`, args.command);
  const queue = args.text('queue');
  if (queue !== undefined && !/^rediss?:\/\//.test(queue)) throw usage('queue', `a queue is named like redis://host:6379, not ${JSON.stringify(queue)}`, args.command);
  if (queue !== undefined && args.text('workers') !== undefined) throw usage('queue', '--workers are threads of this process: say it to fretwork worker instead', args.command);
  if (queue === undefined && args.text('measure-on') !== undefined) throw usage('queue', '--measure-on needs --queue', args.command);
  if (args.text('policy') !== undefined && name !== 'reinforce') throw usage('policy', '--policy is for --searcher reinforce', args.command);
  const whole = (option: string, usual: number, least = 1): number => numberOption(args, option, { least, most: 1e9, whole: true }) ?? usual;
  return {
    searcher, budget: whole('budget', BUDGET), subset: whole('subset', SUBSET), judge: whole('judge', JUDGE), seed: whole('seed', 0, 0), output, workers: whole('workers', 1), queue, policy: args.text('policy'), measureOn: args.text('measure-on'),
    settings: { ...FAST, rungs: numbersOption(args, 'updates') ?? FAST.rungs, projection, batch: whole('batch', FAST.batch), learningRate: numberOption(args, 'learning-rate', { least: 1e-9, most: 10 }) ?? FAST.learningRate },
    state: args.text('state') ?? `${output}.search.json`, resume: args.flag('resume'), log: args.text('log'),
  };
}
