/**
 * The tables of docs/accuracy.md, from the recipes in docs/accuracy/: `npm run table:accuracy` writes them into the page. A row is a
 * recipe, and `fretwork reproduce` makes its model again.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Judged {
  readonly loss: number;
  readonly accuracy: number;
}

interface AccuracyRecipe {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly settings: {
    readonly method?: string;
    readonly allocation?: string;
    readonly with?: { readonly shares?: string };
    readonly seed: number;
    readonly scheme?: { readonly kind: string; readonly blockRows?: number; readonly blockColumns?: number; readonly blockFilters?: number; readonly blockChannels?: number };
  };
  readonly result: {
    readonly rate?: number;
    readonly before: Judged;
    readonly after: Judged;
    /** The dense model's, where the run began with one that was pruned before. */
    readonly teacher?: Judged;
    readonly heldOut?: { readonly before: Judged; readonly after: Judged };
    readonly epochs: number;
    readonly seconds: number;
  };
}

export interface Row {
  readonly file: string;
  readonly recipe: AccuracyRecipe;
}

interface Section {
  readonly folder: string;
  /** Test samples. */
  readonly test: number;
  readonly heldOut?: number;
  /** Accuracy by scheme is also drawn. */
  readonly plot?: 'by scheme';
}

/** Recipes by folder; the number of test samples gives the standard error. */
export const SECTIONS: readonly Section[] = [
  { folder: 'kws', test: 912 },
  { folder: 'cifar10', test: 509, heldOut: 1500 },
  { folder: 'resnet32', test: 509, heldOut: 1500 },
  { folder: 'fashion', test: 10_000 },
  { folder: 'fsdd', test: 900 },
  { folder: 'blocks', test: 912, plot: 'by scheme' },
];

const ROOT = fileURLToPath(new URL('../../../docs/accuracy/', import.meta.url));
const METHODS: readonly string[] = ['magnitude', 'calibrated', 'gradual', 'admm', 'reweighted'];

export function rowsOf(folder: string): readonly Row[] {
  if (!existsSync(ROOT + folder)) return [];
  const rows = readdirSync(ROOT + folder).filter((name) => name.endsWith('.json'))
    .map((file): Row => ({ file, recipe: JSON.parse(readFileSync(`${ROOT}${folder}/${file}`, 'utf8')) as AccuracyRecipe }));
  const key = ({ recipe: { result: { rate = 1, epochs }, settings } }: Row): readonly number[] => [Math.round(rate), epochs, METHODS.indexOf(settings.method ?? ''), areaOf(settings)];
  return rows.sort((a, b) => key(a).map((k, i) => k - key(b)[i]!).find((d) => d !== 0) ?? (a.file < b.file ? -1 : 1));
}

const areaOf = ({ scheme }: AccuracyRecipe['settings']): number => (scheme?.blockRows ?? 0) * (scheme?.blockColumns ?? 0);

/** `bcr 4x16` */
function schemeOf({ scheme }: AccuracyRecipe['settings']): string {
  if (scheme === undefined) return 'dense';
  const block = scheme.blockRows === undefined ? [scheme.blockFilters, scheme.blockChannels] : [scheme.blockRows, scheme.blockColumns];
  // No matrix here is as large.
  if (block[0]! >= 4096) return `${scheme.kind} whole`;
  return block[0] === undefined ? scheme.kind : `${scheme.kind} ${block.join('x')}`;
}

/** `calibrated, shared, global, retrained, from steps-4` */
function methodOf({ command, arguments: words, settings: { method, allocation, with: given }, result: { epochs } }: AccuracyRecipe): string {
  const option = words.indexOf('--option');
  if (command === 'train') return words[0]!.startsWith('-') ? `trained from random weights${option < 0 ? '' : `, ${words[option + 1]}`}` : `trained on, from ${words[0]!.replace(/^.*\/|\.onnx$/g, '')}`;
  // A row that begins with the model of another one names its file.
  const from = /^[a-z0-9]+\/(.+)\.(?:bcr|onnx)$/.exec(words[0]!)?.[1];
  return [
    method === 'magnitude' ? 'one shot' : `${method}`, ...(given?.shares === 'error' ? ['shared'] : []), ...(allocation === 'global' && method !== 'reweighted' ? ['global'] : []),
    ...(epochs > 0 ? [words.includes('--extra') ? 'retrained on more inputs' : 'retrained'] : []), ...(from === undefined ? [] : [`from ${from.replace(SEED, '')}`]),
  ].join(', ');
}

/** In names of files: `calibrated-10.seed2.json` is `calibrated-10.json` with another seed. */
const SEED = /\.seed\d+/g;

/** Rows that differ by their seed alone, together. */
function bySeeds(rows: readonly Row[]): readonly (readonly Row[])[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const { command, arguments: words } = row.recipe;
    const at = words.indexOf('--seed');
    const key = JSON.stringify([command, ...words.filter((_, i) => at < 0 || (i !== at && i !== at + 1)).map((word) => word.replace(SEED, ''))]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => [...group].sort((a, b) => a.recipe.settings.seed - b.recipe.settings.seed));
}

const percent = (share: number): string => (100 * share).toFixed(1);
const points = (share: number): string => (100 * share).toFixed(1).replace(/^-(?=0\.0$)/, '');
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
/** Of the seeds that were run, taken as a sample. */
const deviation = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / (values.length - 1));
const error = (share: number, n: number): number => Math.sqrt((share * (1 - share)) / n);

/** For Mermaid, which pages of repositories draw. */
function plotOf(rows: readonly Row[]): readonly string[] {
  const labels = rows.map(({ recipe }) => JSON.stringify(schemeOf(recipe.settings).replace('bcr ', '')));
  return ['```mermaid', 'xychart-beta', `  x-axis "block, rows x columns" [${labels.join(', ')}]`, '  y-axis "accuracy, %" 0 --> 100',
    `  line [${rows.map(({ recipe }) => percent(recipe.result.after.accuracy)).join(', ')}]`, '```', ''];
}

/** One table, and the commands of its rows. */
function tableOf({ folder, test, heldOut, plot }: Section): string {
  const rows = rowsOf(folder);
  const head = ['rate', 'scheme', 'method', 'epochs', 'seed', 'accuracy, %', 'drop, points', ...(heldOut === undefined ? [] : [`of ${heldOut} held out, %`, 'drop']), 's'];
  const cells = bySeeds(rows).map((group) => {
    const [{ recipe }] = group as [Row];
    const over = (of: (result: AccuracyRecipe['result']) => number): readonly number[] => group.map((row) => of(row.recipe.result));
    const { rate, epochs, heldOut: held } = recipe.result;
    const accuracy = over(({ after }) => after.accuracy);
    return [
      rate === undefined ? '1' : rate.toFixed(1), schemeOf(recipe.settings), methodOf(recipe), `${epochs}`, group.map((row) => row.recipe.settings.seed).join(', '),
      `${percent(mean(accuracy))}${group.length === 1 ? '' : ` ± ${percent(deviation(accuracy))}`} (SE ${percent(error(mean(accuracy), test))})`,
      recipe.command === 'train' ? '–' : points(mean(over(({ before, after, teacher = before }) => teacher.accuracy - after.accuracy))),
      ...(heldOut === undefined ? [] : held === undefined ? ['–', '–']
        : [percent(mean(over((result) => result.heldOut!.after.accuracy))), points(mean(over((result) => result.heldOut!.before.accuracy - result.heldOut!.after.accuracy)))]),
      mean(over(({ seconds }) => seconds)).toFixed(0),
    ];
  });
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const commands = rows.map(({ file, recipe }) => `# ${file.replace(/\.json$/, '')}\nfretwork ${[recipe.command, ...recipe.arguments].join(' ')} -o OUT`);
  return [...(plot === undefined ? [] : plotOf(rows)), line(head), `|${'---|'.repeat(head.length)}`, ...cells.map(line), '', '```sh', ...commands, '```'].join('\n');
}

/** The page with the tables between its marks replaced. */
export const filled = (page: string): string => SECTIONS.reduce((text, section) => {
  const { folder } = section;
  const [open, close] = [`<!-- table ${folder} -->\n`, `\n<!-- /table ${folder} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`docs/accuracy.md has no marks for ${folder}`);
  return text.slice(0, from + open.length) + tableOf(section) + text.slice(to);
}, page);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL('../../../docs/accuracy.md', import.meta.url));
  writeFileSync(path, filled(readFileSync(path, 'utf8')));
}
