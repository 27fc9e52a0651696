import type { MethodOptions, Rho } from '@fretwork/pruner';
import { parseNumber, usage } from '../arguments.js';
import type { Arguments } from '../contract.js';

/** How weights are chosen; those of the pruner, and calibration. The first is the default. */
export const PRUNE_METHODS = ['magnitude', 'calibrated', 'gradual', 'admm', 'reweighted'] as const;
export type PruneMethod = (typeof PRUNE_METHODS)[number];

/** All that `--set` can say, in the names of the packages. */
export type MethodSettings = Omit<Partial<MethodOptions['gradual'] & MethodOptions['admm'] & MethodOptions['reweighted']>, 'rate'> & {
  readonly samples?: number;
  readonly damping?: number;
  readonly shares?: 'even' | 'error';
};

interface SettingRow {
  readonly name: string;
  readonly value: string;
  /** Left out: all. */
  readonly methods?: readonly PruneMethod[];
  readonly says: string;
  /** Undefined where the text is no such value. */
  readonly read: (text: string) => MethodSettings | undefined;
}

const number = (key: keyof MethodSettings, least: number, most: number = Infinity) => (text: string): MethodSettings | undefined => {
  const value = parseNumber(text);
  return value >= least && value <= most ? { [key]: value } : undefined;
};
const whole = (key: keyof MethodSettings, least: number) => (text: string): MethodSettings | undefined => (/^\d{1,7}$/.test(text) && Number(text) >= least ? { [key]: Number(text) } : undefined);

/** What `--set NAME=VALUE` can name, for which methods. */
export const METHOD_SETTINGS: readonly SettingRow[] = [
  { name: 'epochs', value: 'N', says: 'epochs of training at the end, with masks held; default 0 for magnitude and calibrated, 10 for others', read: whole('retrainEpochs', 0) },
  { name: 'distillation', value: 'SHARE', says: 'share of the loss that compares with the dense model; default 0', read: number('distillation', 0, 1) },
  { name: 'warm-up', value: 'N', says: 'epochs in which the rate of that training rises; default 0', read: whole('warmUp', 0) },
  { name: 'samples', value: 'N', methods: ['calibrated'], says: 'training samples to calibrate on, labels unread; default 256', read: whole('samples', 1) },
  { name: 'damping', value: 'SHARE', methods: ['calibrated'], says: 'added to the diagonal of second moments; default 0.01', read: number('damping', 0) },
  { name: 'shares', value: 'even|error', methods: ['calibrated'], says: 'whether each tensor has the rate asked for, or they keep as many weights together and each what its output needs; default even', read: (text) => (text === 'even' || text === 'error' ? { shares: text } : undefined) },
  { name: 'steps', value: 'N', methods: ['gradual', 'calibrated'], says: 'times that weights go; default 10, calibrated 4', read: whole('steps', 1) },
  { name: 'epochs-per-step', value: 'N', methods: ['gradual'], says: 'epochs in between; default 1', read: whole('epochsPerStep', 1) },
  { name: 'rho', value: 'ladder:FROM,FACTOR,STAGES|adaptive:FROM', methods: ['admm'], says: 'how hard weights are pulled; default ladder:1e-4,10,4', read: readRho },
  { name: 'epochs-per-stage', value: 'N', methods: ['admm'], says: 'epochs for each strength; default 25', read: whole('epochsPerStage', 1) },
  { name: 'update-every', value: 'N', methods: ['admm'], says: 'epochs between two updates of Z and U; default 5', read: whole('updateEvery', 1) },
  { name: 'progressive', value: 'yes|no', methods: ['admm'], says: 'bcr: columns first, then rows; default yes', read: (text) => (text === 'yes' || text === 'no' ? { progressive: text === 'yes' } : undefined) },
  { name: 'rounds', value: 'N', methods: ['reweighted'], says: 'times that prices are set anew; default 4', read: whole('rounds', 1) },
  { name: 'epochs-per-round', value: 'N', methods: ['reweighted'], says: 'epochs in between; default 10', read: whole('epochsPerRound', 1) },
  { name: 'strength', value: 'X', methods: ['reweighted'], says: 'price of all weights together, in units of the loss; default 1', read: number('strength', 0) },
  { name: 'epsilon', value: 'X', methods: ['reweighted'], says: 'where the price of a group stops rising; default 0.01', read: number('epsilon', 0) },
  { name: 'below', value: 'X', methods: ['reweighted'], says: 'groups below this go, where there is no --rate; default 0.01', read: number('below', 0) },
];

function readRho(text: string): MethodSettings | undefined {
  const [kind, rest = ''] = text.split(':');
  const [from = NaN, factor = NaN, stages = NaN, ...more] = rest.split(',').map(parseNumber);
  const rho: Rho | undefined = kind === 'adaptive' && from > 0 && Number.isNaN(factor) ? { kind, from }
    : kind === 'ladder' && from > 0 && factor > 0 && Number.isInteger(stages) && stages > 0 && more.length === 0 ? { kind, from, factor, stages } : undefined;
  return rho === undefined ? undefined : { rho };
}

/** Throws `usage.set`. */
export function methodSettings(args: Arguments, method: PruneMethod): MethodSettings {
  return Object.assign({}, ...args.texts('set').map((text): MethodSettings => {
    const at = text.indexOf('=');
    const rows = METHOD_SETTINGS.filter(({ methods }) => methods === undefined || methods.includes(method));
    const row = rows.find(({ name }) => name === text.slice(0, at));
    if (row === undefined) throw usage('set', `method ${method} has no setting ${JSON.stringify(text)}; it has ${rows.map(({ name }) => name).join(', ')}`, args.command);
    const value = row.read(text.slice(at + 1));
    if (value === undefined) throw usage('set', `--set ${row.name}=${row.value}: ${row.says}; not ${JSON.stringify(text.slice(at + 1))}`, args.command);
    return value;
  })) as MethodSettings;
}
