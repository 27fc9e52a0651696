/** The script of the report: draws everything from the JSON that stands in the page. Loads nothing. */
import type { Measured } from '../../contract.js';
import type { CompressReport, MaskPicture, Verdict } from '../record.js';
import { layerChart, searchChart, sizeChart, timeChart, triesChart } from './charts.js';
import { bytes, el, grouped, millions, percent, times } from './dom.js';
import { layersTable } from './layers-table.js';
import { maskView } from './mask-view.js';

interface PageData {
  readonly report: CompressReport;
  readonly pictures: readonly MaskPicture[];
}

const { report, pictures } = JSON.parse(document.getElementById('data')!.textContent) as PageData;
const share = ({ right, n }: { readonly right: number; readonly n: number }): number => right / n;
const { accuracy: { test, validation }, size, macs } = report;
const lost = 100 * (share(test.before) - share(test.after));
const best = ({ contenders: [, ...others] }: Measured): Measured['contenders'][number] | undefined => [...others].sort((a, b) => a.ms - b.ms)[0];
const nameOf = (who: string): string => (who === 'own-dense' ? 'dense on the same runtime' : who);
const threadsText = (threads: number): string => (threads === 1 ? 'one thread' : `${threads} threads`);
const points = (value: number): string => `${Math.abs(value).toFixed(1)} ${value <= 0 && value > -0.05 ? 'points lost' : value < 0 ? 'points gained' : 'points lost'}`;

/** Charts are drawn again where the page changes its width or its colours. */
const redraws: (() => void)[] = [];

function chart(make: (width: number) => Node): HTMLElement {
  const holder = el('div', { class: 'chart' });
  redraws.push(() => { if (holder.clientWidth > 0) holder.replaceChildren(make(holder.clientWidth)); });
  return holder;
}

function section(id: string, title: string, says: string, ...children: readonly Node[]): HTMLElement {
  return el('section', { id }, el('header', {}, el('h2', {}, title), el('p', {}, says)), ...children);
}

function tile(value: string, label: string, detail: string): HTMLElement {
  return el('div', { class: 'tile' }, el('strong', {}, value), el('span', {}, label), el('small', {}, detail));
}

function head(): HTMLElement {
  const [one] = report.speed;
  const peer = one === undefined ? undefined : best(one);
  const others = one?.contenders.filter(({ who }) => who !== 'fretwork' && who !== peer?.who) ?? [];
  const speed = peer === undefined ? tile('?', 'no peer was measured', '') : tile(
    peer.factor === null ? '≈ 1×' : times(peer.factor), `${(peer.factor ?? 1) < 1 ? 'as fast as' : 'faster than'} ${nameOf(peer.who)}, the best dense peer`,
    [...others.map(({ who, factor }) => `${factor === null ? 'not told apart from' : times(factor)} ${nameOf(who)}`), threadsText(one!.threads)].join(' · '),
  );
  return el('header', { class: 'top' },
    el('p', { class: 'kicker' }, `fretwork ${report.fretwork} · compress`),
    el('h1', {}, report.model.name === '' ? report.model.path : report.model.name),
    el('div', { class: 'tiles' },
      speed,
      tile(`${percent(share(test.after))}`, `right, of ${grouped(test.after.n)} test samples`, `${percent(share(test.before))} before · ${points(lost)} · never seen by training or search`),
      tile(`${times(size.onnx.before / size.bcr)}`, 'smaller file', `${bytes(size.onnx.before)} → ${bytes(size.bcr)} · after gzip ${bytes(size.onnxZipped.before)} → ${bytes(size.bcrZipped)}`),
      tile(percent(1 / report.rate.reached, 0), 'of the pruned weights are kept', macs === null ? '' : `${millions(macs.before)} → ${millions(macs.after)} multiply-adds`),
    ),
    el('ul', { class: 'verdicts' }, ...report.verdicts.map(verdict)),
  );
}

const verdict = ({ wish, held, says }: Verdict): HTMLElement => el('li', { class: held ? 'held' : 'broken' }, el('b', {}, held ? 'held' : 'not held'), el('span', {}, wish), el('small', {}, says));

function speed(): HTMLElement {
  return section('speed', 'Time of one run', 'All contenders were timed in turn in the same run, after each answer was checked. Shorter is faster; the line at its end is half the spread. A ? stands where the spread is larger than the gap.',
    el('div', { class: 'columns' }, ...report.speed.map((run) => el('figure', {}, el('figcaption', {}, threadsText(run.threads)), chart((width) => timeChart(run, width)), ...absent(run)))),
    el('p', { class: 'caption' }, Object.entries(report.speed[0]?.caption ?? {}).map(([key, value]) => `${key}: ${value}`).join(' · ')));
}

const absent = ({ absent: missing }: Measured): readonly Node[] => (missing.length === 0 ? [] : [el('details', {}, el('summary', {}, `${missing.length} did not take part`), el('ul', {}, ...missing.map(({ who, reason }) => el('li', {}, `${who}: ${reason}`))))]);

function layers(show: (layer: string) => void): HTMLElement {
  const slower = report.layers.filter((layer) => layer.slower !== null);
  const back = report.layers.filter(({ putBack }) => putBack !== null);
  const notes = [
    ...slower.length === 0 ? [] : [el('p', { class: 'note bad' }, `${slower.map(({ layer }) => layer).join(', ')}: slower than dense in this run.`)],
    ...back.length === 0 ? [] : [el('p', { class: 'note' }, `Put back to dense, since sparse was slower here: ${back.map(({ layer }) => layer).join(', ')}.`)],
  ];
  return section('layers', 'Layer by layer', 'Open circles: the dense model; filled: now; layers of less than 0.4 % of the time are in the table alone. One thread, both models in turn. Press a head to sort, a row to see its mask.',
    ...notes, chart((width) => layerChart(report.layers, width)), layersTable(report.layers, show));
}

function accuracy(): HTMLElement {
  const row = (what: string, { before, after }: typeof test, spec: string, note: string): HTMLElement => {
    const error = 100 * Math.sqrt((share(after) * (1 - share(after))) / after.n);
    return el('tr', {}, el('th', { scope: 'row' }, what, el('small', {}, spec)), ...[percent(share(before)), percent(share(after)), (100 * (share(before) - share(after))).toFixed(2), error.toFixed(1), grouped(after.n)].map((cell) => el('td', { class: 'number' }, cell)), el('td', {}, note));
  };
  const table = el('table', {}, el('thead', {}, el('tr', {}, ...['', 'before', 'after', 'points lost', 'standard error', 'samples', ''].map((name, i) => el('th', { scope: 'col', ...(i > 0 && i < 6 ? { class: 'number' } : {}) }, name)))),
    el('tbody', {}, row('test', test, report.data.test.spec, 'seen by no training and no search'), row('validation', validation, report.data.validation.spec, `${report.data.validation.from}; rates are chosen by it`)));
  return section('accuracy', 'What is left of accuracy', `Judged on the target itself. Trained for ${report.rate.epochs} epochs on ${grouped(report.data.train.n)} samples: ${report.data.train.spec}.`,
    el('div', { class: 'scroll' }, table), ...(report.rate.tries.length > 1 ? [el('figure', {}, el('figcaption', {}, 'The search for the rate: one training each'), chart((width) => triesChart(report, Math.min(width, 620))))] : []));
}

/** Nothing where no search made the plan. */
function searched(): readonly HTMLElement[] {
  const { search } = report;
  if (search === null) return [];
  const { tried, searcher, seed, tooSlow, data } = search;
  return [section('search', 'The search for the plan', `${tried.length} plans tried by ${searcher}, seed ${seed}, judged on ${grouped(data.judged)} training samples kept out of it; ${grouped(tooSlow)} more were too slow to be looked at. Filled: trained to the end of the short training; hollow: stopped early. The line joins what nothing beats; dashed: the time asked for. These accuracies rank plans, no more.`,
    chart((width) => searchChart(search, Math.min(width, 900))))];
}

function how(): HTMLElement {
  const stages = el('table', {}, el('thead', {}, el('tr', {}, ...['stage', 'does', 'found', 'seconds'].map((name) => el('th', { scope: 'col', ...(name === 'seconds' ? { class: 'number' } : {}) }, name)))),
    el('tbody', {}, ...report.stages.map(({ name, says, found, seconds }) => el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, says), el('td', {}, found), el('td', { class: 'number' }, seconds.toFixed(1))))));
  const facts: readonly (readonly [string, string])[] = [
    ['command', report.command], ['machine', report.machine], ['date', report.date], ['mapper', report.plan.mapper], ['pruner', `${report.method.pruner} ${JSON.stringify(report.method.options)}`], ['training', JSON.stringify(report.method.settings)],
    ['model', `${report.model.path}, SHA-256 ${report.model.hash}`], ...(['train', 'validation', 'test'] as const).map((split): [string, string] => [`${split} samples`, `${report.data[split].spec}, ${grouped(report.data[split].n)}, SHA-256 ${report.data[split].hash}`]),
  ];
  return section('how', 'How it was made', 'Everything here is also in report.json and recipe.json.', el('div', { class: 'scroll' }, stages), el('dl', {}, ...facts.flatMap(([key, value]) => [el('dt', {}, key), el('dd', {}, value)])));
}

const view = pictures.length === 0 ? undefined : maskView(pictures);
const masks = view === undefined ? [] : [section('masks', 'Which weights are left', 'Rows are outputs, columns inputs. From afar each square is a block, darker the more it keeps; zoom in to see single weights. Wheel or + and − zoom, dragging moves.', view.element)];
const show = (layer: string): void => { if (view?.show(layer) === true) document.getElementById('masks')?.scrollIntoView({ behavior: 'smooth' }); };

document.title = `${report.model.name}: compressed`;
document.body.prepend(el('main', {}, head(), speed(), layers(show), ...masks, section('size', 'Size', 'What is stored and what is sent.', chart((width) => sizeChart(report, Math.min(width, 760)))), accuracy(), ...searched(), how()));

const redraw = (): void => { for (const one of redraws) one(); };
redraw();
let pending = 0;
globalThis.addEventListener('resize', () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(redraw); });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { redraw(); view?.redraw(); });
document.documentElement.dataset['ready'] = 'yes';
