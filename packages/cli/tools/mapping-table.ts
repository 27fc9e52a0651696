/**
 * The tables of docs/mapping.md, from the recipes in docs/mapping/: `npm run table:mapping` writes them into the page. A row is a plan, or the mean of those that
 * differ by their seed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rankCorrelation } from '@fretwork/latency';
import type { Family, MappingRecipe, Row } from './mapping-recipe.ts';

/** Recipes by file, and how the page calls the network. */
export const SECTIONS: readonly { readonly file: string; readonly name: string }[] = [
  { file: 'gru_l', name: 'GRU_L' },
  { file: 'mobilenetv2', name: 'MobileNetV2-like' },
  { file: 'resnet20', name: 'ResNet-20' },
  { file: 'ds_cnn_l', name: 'DS_CNN_L' },
];

const ROOT = fileURLToPath(new URL('../../../docs/mapping/', import.meta.url));

export const recipeOf = (file: string): MappingRecipe | undefined => (existsSync(`${ROOT}${file}.json`) ? JSON.parse(readFileSync(`${ROOT}${file}.json`, 'utf8')) as MappingRecipe : undefined);

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / (values.length - 1));
const percent = (share: number): string => (100 * share).toFixed(1);
const ms = (value: number): string => value.toPrecision(3);
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** A way to tell how long a plan takes. */
type Clock = (timed: { readonly ms: number; readonly measuredMs?: number }) => number;
const predicted: Clock = (timed) => timed.ms;
const measured: Clock = (timed) => timed.measuredMs ?? Number.NaN;

export interface Reached {
  readonly ms: number;
  /** The fastest uniform plan is at least as accurate: `ms` is its time, and a less accurate one might be faster. */
  readonly atMost: boolean;
  readonly what: string;
}

/** The uniform schemes that the plan of the project names; the tables have others beside them, as a harder comparison. */
export const NAMED: readonly string[] = ['BCR 4x16', 'pattern'];

/**
 * Time that each uniform scheme takes to be as accurate: along the line through its plans, from fast to slow, and the dense network. Fastest first; without those that are not as accurate
 * even dense.
 */
export function uniformsAt({ rows, dense }: MappingRecipe, accuracy: number, clock: Clock): readonly Reached[] {
  const names = [...new Set(rows.filter(({ family }) => family === 'uniform').map(({ what }) => what))];
  return names.flatMap((what): readonly Reached[] => {
    const line = [...rows.filter((row) => row.family === 'uniform' && row.what === what), { ...dense, full: dense.accuracy }].map((point) => ({ at: clock(point), full: point.full })).sort((a, b) => a.at - b.at);
    const next = line.findIndex(({ full }) => full >= accuracy);
    if (next < 0) return [];
    const [before, after] = [line[next - 1], line[next]!];
    if (before === undefined) return [{ ms: after.at, atMost: true, what }];
    return [{ ms: before.at + ((accuracy - before.full) / (after.full - before.full)) * (after.at - before.at), atMost: false, what }];
  }).sort((a, b) => a.ms - b.ms);
}

interface Line {
  readonly family: Family;
  readonly what: string;
  readonly ms: number;
  readonly measuredMs?: number;
  readonly fast: number;
  readonly full: number;
  readonly seeds: readonly number[];
}

const NAMES: Readonly<Record<Family, string>> = { rules: 'the rules', 'hill-climb': 'search', random: 'random', uniform: 'uniform', tried: '' };

/** Rows of one family, as one line. */
function together(family: Family, rows: readonly Row[]): Line {
  const over = (of: (row: Row) => number): number => mean(rows.map(of));
  return { family, what: `${rows.length} seeds`, ms: over(predicted), fast: over(({ fast }) => fast), full: over(({ full }) => full), seeds: rows.map(({ full }) => full), ...(rows.every((row) => row.measuredMs !== undefined) && { measuredMs: over(measured) }) };
}

const ofFamily = ({ rows }: MappingRecipe, family: Family): readonly Row[] => rows.filter((row) => row.family === family);

/** Of what a bar is about: the best of the rules' plans, and the means over seeds. */
export function contenders(recipe: MappingRecipe): { readonly rules: Line; readonly search: Line; readonly random: Line } {
  const rules = ofFamily(recipe, 'rules').reduce((best, row) => (row.full > best.full ? row : best));
  return { rules: { ...rules, seeds: [rules.full] }, search: together('hill-climb', ofFamily(recipe, 'hill-climb')), random: together('random', ofFamily(recipe, 'random')) };
}

/** Times faster than the best of these uniform schemes at equal accuracy. */
export function faster(recipe: MappingRecipe, line: Line | Row, schemes: readonly string[] = NAMED, clock: Clock = predicted): { readonly times: number; readonly atMost: boolean } | undefined {
  const uniform = uniformsAt(recipe, line.full, clock).find(({ what }) => schemes.includes(what));
  return uniform === undefined ? undefined : { times: uniform.ms / clock(line), atMost: uniform.atMost };
}

/** Rank correlation of fast and full, over the plans within the target (the slower ones would make it look better), and how many those are; `near`: that lose at most so much to the most accurate of them. */
export function ranking({ rows, targetMs }: MappingRecipe, near = Infinity): { readonly plans: number; readonly correlation: number } {
  const inTime = rows.filter((row) => row.ms <= 1.1 * targetMs);
  const most = Math.max(...inTime.map(({ full }) => full));
  const within = inTime.filter(({ full }) => full >= most - near).filter((row, i, all) => all.findIndex(({ plan }) => JSON.stringify(plan) === JSON.stringify(row.plan)) === i);
  return { plans: within.length, correlation: rankCorrelation(within.map(({ fast }) => fast), within.map(({ full }) => full)) };
}

function networkTable(recipe: MappingRecipe): string {
  const clocks = recipe.dense.measuredMs === undefined ? [predicted] : [predicted, measured];
  const lines: readonly (Line | Row)[] = [
    ...ofFamily(recipe, 'rules'), together('hill-climb', ofFamily(recipe, 'hill-climb')), together('random', ofFamily(recipe, 'random')), ...ofFamily(recipe, 'uniform'),
  ];
  const speed = (line: Line | Row, clock: Clock): string => {
    if (line.family === 'uniform') return '';
    const times = uniformsAt(recipe, line.full, clock).map(({ ms: uniform, atMost, what }) => `${atMost ? '≤ ' : ''}${(uniform / clock(line)).toFixed(2)} (${what})`);
    return times.length === 0 ? '–' : times.join(', ');
  };
  return table(['plan', 'ms, predicted', ...(clocks.length > 1 ? ['ms, measured'] : []), 'fast, %', 'full, test, %', ...clocks.map((clock) => `times faster at equal accuracy, ${clock === predicted ? 'predicted' : 'measured'}`)], [
    ['dense', ...clocks.map((clock) => ms(clock(recipe.dense))), '', percent(recipe.dense.accuracy), ...clocks.map(() => '')],
    ...lines.map((line) => [
      `${NAMES[line.family]}, ${line.what}`, ...clocks.map((clock) => ms(clock(line))), percent(line.fast), `${percent(line.full)}${'seeds' in line ? ` ± ${percent(deviation(line.seeds))}` : ''}`, ...clocks.map((clock) => speed(line, clock)),
    ]),
  ]);
}

function section({ file, name }: (typeof SECTIONS)[number]): string {
  const recipe = recipeOf(file);
  if (recipe === undefined) return `### ${name}\n\nNot run.`;
  const { setup, dense, targetMs, testSamples, fastSeconds, machine, date } = recipe;
  const { plans, correlation } = ranking(recipe);
  const near = ranking(recipe, 0.15);
  const error = Math.sqrt((dense.accuracy * (1 - dense.accuracy)) / testSamples);
  const options: readonly (readonly [string, unknown])[] = [
    ['table', setup.table], ['data', setup.data], ...(setup.limit < 1e9 ? [['limit', setup.limit] as const] : []), ...(setup.testLimit < 1e9 ? [['test-limit', setup.testLimit] as const] : []),
    ...(setup.scale === 1 ? [] : [['scale', setup.scale] as const]), ...(setup.mean.join() === '0' ? [] : [['mean', setup.mean] as const]), ...(setup.std.join() === '1' ? [] : [['std', setup.std] as const]),
    ['rate', setup.rate], ['difficulty', setup.difficulty], ...(setup.structures === undefined ? [] : [['structures', setup.structures] as const]), ['budget', setup.budget], ['seeds', setup.seeds], ['round', setup.round], ['subset', setup.subset], ['judge', setup.judge], ['batch', setup.batch],
    ['learning-rate', setup.learningRate], ['updates', setup.updates], ['others', setup.others],
  ];
  return [
    `### ${name}`, '',
    `At most ${ms(targetMs)} ms by prediction: the rules' plan at rate ${setup.rate}. ${setup.updates} updates of ${setup.batch} samples for every plan, ${testSamples} test samples (standard error of the dense network's ${percent(dense.accuracy)} %: ${percent(error)} points). `
    + `Searches of ${setup.budget} plans, random of ${setup.budget + ofFamily(recipe, 'rules').length}, ${setup.seeds} seeds. A fast evaluation took ${fastSeconds.whole.toFixed(1)} s of one core, ${fastSeconds.mean.toFixed(1)} s with those that were stopped early. ${machine.processor}, one thread, Node ${machine.node}, ${date}.`, '',
    networkTable(recipe), '',
    `Rank correlation of fast and full over ${plans} different plans within 1.1 x the target: ${correlation.toFixed(2)}; over the ${near.plans} of them that lose at most 15 points to the most accurate: ${near.correlation.toFixed(2)}.`, '',
    '```sh', `node packages/cli/tools/search-table.ts ${[setup.model, ...options.map(([option, value]) => `--${option} ${String(value)}`)].join(' ')} -o docs/mapping/${file}.json`, '```',
  ].join('\n');
}

const yes = (met: boolean): string => (met ? 'met' : 'missed');

/** What the plan of the project asks for, network by network. */
function bars(): string {
  const rows = SECTIONS.map(({ file, name }) => {
    const recipe = recipeOf(file);
    if (recipe === undefined) return [name, ...Array.from({ length: 5 }, () => 'not run')];
    const { rules, search, random } = contenders(recipe);
    const clock = recipe.dense.measuredMs === undefined ? predicted : measured;
    const speed = (line: Line): string => {
      const [by, harder] = [faster(recipe, line, NAMED, clock), faster(recipe, line, [...new Set(recipe.rows.map(({ what }) => what))], clock)];
      const text = ({ times, atMost }: NonNullable<typeof by>): string => `${atMost ? '≤ ' : ''}${times.toFixed(2)}`;
      return by === undefined ? '–' : `${text(by)}, ${yes(by.times >= 1.3 && !by.atMost)}${harder === undefined || harder.times === by.times ? '' : ` (${text(harder)} with columns only)`}`;
    };
    const { correlation, plans } = ranking(recipe);
    return [
      name, speed(rules), speed(search), `${percent(search.full)} to ${percent(random.full)}, ${yes(search.full >= random.full)}`, `${percent(rules.full)} to ${percent(search.full)}, ${yes(rules.full >= 0.95 * search.full)}`,
      `${correlation.toFixed(2)} over ${plans}, ${yes(correlation >= 0.7 && plans >= 12)}`,
    ];
  });
  return table(['network', 'rules, times faster than the best uniform scheme (1.3)', 'search (1.3)', 'search to random, % (not below)', 'rules to search, % (within 5 %)', 'rank correlation (0.7 over 12)'], rows);
}

/** The page with what is between its marks replaced. */
export function filled(page: string): string {
  const [open, close] = ['<!-- tables -->\n', '\n<!-- /tables -->'];
  const [from, to] = [page.indexOf(open), page.indexOf(close)];
  if (from < 0 || to < from) throw new Error('docs/mapping.md has no marks for its tables');
  return page.slice(0, from + open.length) + [bars(), ...SECTIONS.map(section)].join('\n\n') + page.slice(to);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL('../../../docs/mapping.md', import.meta.url));
  writeFileSync(path, filled(readFileSync(path, 'utf8')));
}
