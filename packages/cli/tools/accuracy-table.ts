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
    readonly seed: number;
    readonly scheme?: { readonly kind: string; readonly blockRows?: number; readonly blockColumns?: number; readonly blockFilters?: number; readonly blockChannels?: number };
  };
  readonly result: {
    readonly rate?: number;
    readonly before: Judged;
    readonly after: Judged;
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

function methodOf({ command, settings: { method }, result: { epochs } }: AccuracyRecipe): string {
  if (command === 'train') return 'trained from random weights';
  if (epochs === 0) return method === 'magnitude' ? 'one shot' : `${method}`;
  return method === 'magnitude' ? 'one shot, retrained' : method === 'calibrated' ? 'calibrated, retrained' : `${method}, retrained`;
}

const percent = (share: number): string => (100 * share).toFixed(1);
const points = (share: number): string => (100 * share).toFixed(1).replace(/^-(?=0\.0$)/, '');
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
  const cells = rows.map(({ recipe }) => {
    const { rate, before, after, epochs, seconds, heldOut: held } = recipe.result;
    const dense = recipe.command === 'train';
    return [
      rate === undefined ? '1' : rate.toFixed(1), schemeOf(recipe.settings), methodOf(recipe), `${epochs}`, `${recipe.settings.seed}`,
      `${percent(after.accuracy)} (SE ${percent(error(after.accuracy, test))})`, dense ? '–' : points(before.accuracy - after.accuracy),
      ...(heldOut === undefined ? [] : held === undefined ? ['–', '–'] : [percent(held.after.accuracy), points(held.before.accuracy - held.after.accuracy)]), seconds.toFixed(0),
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
