import type { ReportedLayer } from '../record.js';
import { bytes, el, millions, ms, percent, times } from './dom.js';

interface Column {
  readonly name: string;
  readonly number: boolean;
  /** To sort by. */
  readonly value: (layer: ReportedLayer, index: number) => number | string;
  readonly cell: (layer: ReportedLayer, index: number) => Node | string;
}

const pair = (before: string, after: string): Node => el('span', { class: 'pair' }, el('s', {}, before), el('span', { class: 'to' }, ' → '), el('b', {}, after));

const COLUMNS: readonly Column[] = [
  { name: '', number: true, value: (_, i) => i, cell: (_, i) => String(i + 1) },
  { name: 'layer', number: false, value: ({ layer }) => layer, cell: ({ layer, operator, shape }) => el('div', {}, el('strong', { class: 'name' }, layer), el('small', {}, `${operator}, ${shape}`)) },
  { name: 'share of time', number: true, value: ({ share }) => share, cell: ({ share }) => el('div', { class: 'share', style: `--share:${Math.min(1, share).toFixed(4)}` }, percent(share)) },
  { name: 'scheme', number: false, value: ({ scheme }) => scheme ?? '', cell: ({ scheme, encoding }) => (scheme === null ? '–' : el('div', { class: 'scheme' }, scheme, ...(encoding === '' ? [] : [el('small', {}, `stored as ${encoding}`)]))) },
  { name: 'kept', number: true, value: ({ density }) => density ?? 2, cell: ({ density }) => (density === null ? '–' : percent(density)) },
  { name: 'MACs', number: true, value: ({ macs }) => macs?.before ?? 0, cell: ({ macs }) => (macs === null || macs.before === 0 ? '–' : pair(millions(macs.before), millions(macs.after))) },
  { name: 'bytes', number: true, value: (layer) => layer.bytes.before, cell: (layer) => (layer.bytes.before === 0 ? '–' : pair(bytes(layer.bytes.before), bytes(layer.bytes.after))) },
  { name: 'ms', number: true, value: (layer) => layer.ms.before, cell: (layer) => pair(ms(layer.ms.before), ms(layer.ms.after)) },
  { name: 'gain', number: true, value: (layer) => layer.ms.before / layer.ms.after, cell: (layer) => gain(layer) },
  { name: 'why', number: false, value: ({ why }) => why, cell: ({ why, kernel, how, putBack, slower }) => el('div', { class: 'why' },
    ...(slower === null ? [] : [el('em', { class: 'bad' }, `slower than dense: ${slower}`)]), ...(putBack === null ? [] : [el('em', {}, `put back to dense: ${putBack}`)]),
    why, ...(kernel === '' ? [] : [el('small', {}, `runs as ${kernel}: ${how}`)])) },
];

const gain = (layer: ReportedLayer): Node => el('span', { class: layer.slower === null ? layer.ms.before > layer.ms.after * 1.02 ? 'good' : 'same' : 'bad' }, times(layer.ms.before / layer.ms.after));

/** A table that sorts by the column whose head is pressed; `onChoose` gets the layer of a row. */
export function layersTable(layers: readonly ReportedLayer[], onChoose: (layer: string) => void): HTMLElement {
  const body = el('tbody');
  const heads = COLUMNS.map(({ name, number }, at) => {
    const button = el('button', { type: 'button' }, name === '' ? '#' : name);
    button.addEventListener('click', () => sort(at));
    return el('th', { scope: 'col', ...(number ? { class: 'number' } : {}) }, button);
  });
  const rows = layers.map((layer, i) => {
    const row = el('tr', { 'data-layer': layer.layer, ...(layer.slower === null ? {} : { class: 'slower' }) }, ...COLUMNS.map(({ number, cell }) => el('td', number ? { class: 'number' } : {}, cell(layer, i))));
    row.addEventListener('click', () => onChoose(layer.layer));
    return row;
  });
  let [sorted, rising] = [0, true];
  const sort = (at: number): void => {
    rising = at === sorted ? !rising : COLUMNS[at]!.number === false || at === 0;
    sorted = at;
    const { value } = COLUMNS[at]!;
    const order = layers.map((layer, i) => ({ key: value(layer, i), i })).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.i - b.i));
    if (!rising) order.reverse();
    body.append(...order.map(({ i }) => rows[i]!));
    heads.forEach((head, i) => head.setAttribute('aria-sort', i !== at ? 'none' : rising ? 'ascending' : 'descending'));
  };
  body.append(...rows);
  heads[0]!.setAttribute('aria-sort', 'ascending');
  return el('div', { class: 'scroll' }, el('table', { class: 'layers' }, el('thead', {}, el('tr', {}, ...heads)), body));
}
