import * as Plot from '@observablehq/plot';
import type { SearchRecord } from '../../../mapping/search-record.js';
import type { Measured } from '../../contract.js';
import type { CompressReport, ReportedLayer } from '../record.js';
import { bytes, colour, ms, times } from './dom.js';

type Chart = SVGSVGElement | HTMLElement;

const FONT = { fontFamily: 'inherit', fontSize: '13px', background: 'transparent', overflow: 'visible' };

/** Names are cut to what a margin holds; the whole name is in the tip and the table. */
const short = (name: string, most = 23): string => (name.length > most ? `…${name.slice(1 - most)}` : name);

/** One bar for each contender, ours first, with its time beside it. */
export function timeChart({ contenders }: Measured, width: number): Chart {
  const rows = contenders.map(({ who, version, ms: time, spread, factor }, i) => ({
    who: i === 0 ? 'compressed' : who === 'own-dense' ? 'dense, same runtime' : version === undefined ? who : `${who} ${version}`, time, spread, own: i === 0,
    says: i === 0 ? `${ms(time)} ms` : `${ms(time)} ms   ${factor === null ? '?' : times(factor)}`,
  }));
  return Plot.plot({
    width, height: 34 * rows.length + 8, marginLeft: 178, marginRight: 150, marginTop: 0, marginBottom: 8, style: FONT,
    x: { axis: null, domain: [0, Math.max(...rows.map(({ time }) => time))] }, y: { label: null, domain: rows.map(({ who }) => who), padding: 0.32, tickSize: 0 },
    marks: [
      Plot.barX(rows, { x: 'time', y: 'who', fill: (d: typeof rows[number]) => (d.own ? colour('accent') : colour('quiet')), rx: 2 }),
      Plot.ruleY(rows, { x1: (d: typeof rows[number]) => Math.max(0, d.time - d.spread / 2), x2: 'time', y: 'who', stroke: 'currentColor', strokeOpacity: 0.6 }),
      Plot.text(rows, { x: 'time', y: 'who', text: 'says', textAnchor: 'start', dx: 10, fill: 'currentColor', fontVariant: 'tabular-nums' }),
    ],
  });
}

/** Layers below this share of the time are left to the table. */
const LEAST_SHARE = 0.004;

/** From the time of each layer in the dense model to its time now. */
export function layerChart(layers: readonly ReportedLayer[], width: number): Chart {
  const rows = layers.filter(({ share, slower }) => share >= LEAST_SHARE || slower !== null).map((layer, i) => ({ ...layer, key: String(i), from: layer.ms.before, to: layer.ms.after }));
  const names = new Map(rows.map(({ key, layer }) => [key, short(layer)]));
  const all = rows.flatMap(({ from, to }) => [from, to]).filter((value) => value > 0);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const hue = (d: typeof rows[number]): string => (d.slower === null ? d.to < d.from * 0.98 ? colour('accent') : colour('muted') : colour('bad'));
  return Plot.plot({
    width, height: Math.max(90, 21 * rows.length + 52), marginLeft: 178, marginRight: 76, marginTop: 28, marginBottom: 12, style: FONT,
    x: { type: most > 30 * least ? 'log' : 'linear', label: null, axis: 'top', ticks: 5, tickSize: 0, ...(most > 30 * least ? {} : { domain: [0, most] }), tickFormat: (value: number) => `${Number(value.toPrecision(2))} ms` },
    y: { label: null, domain: rows.map(({ key }) => key), tickFormat: (key: string) => names.get(key) ?? '', tickSize: 0 },
    marks: [
      Plot.gridX({ strokeOpacity: 0.09 }),
      Plot.link(rows, { x1: 'from', x2: 'to', y: 'key', stroke: hue, strokeWidth: 2.5, strokeOpacity: 0.55 }),
      Plot.dot(rows, { x: 'from', y: 'key', r: 4, fill: colour('paper'), stroke: colour('muted'), strokeWidth: 1.5 }),
      Plot.dot(rows, { x: 'to', y: 'key', r: 4.5, fill: hue }),
      Plot.text(rows, { frameAnchor: 'right', y: 'key', text: (d: typeof rows[number]) => times(d.from / d.to), textAnchor: 'start', dx: 16, fill: hue, fontVariant: 'tabular-nums' }),
      Plot.tip(rows, Plot.pointerY({ x: 'to', y: 'key', title: (d: typeof rows[number]) => `${d.layer}\n${ms(d.from)} → ${ms(d.to)} ms\n${d.scheme ?? d.operator}`, fill: colour('raised'), stroke: colour('line') })),
    ],
  });
}

/** What is sent and what is stored. */
export function sizeChart({ size }: CompressReport, width: number): Chart {
  const rows = [
    { what: 'model.onnx as it was', size: size.onnx.before, own: false }, { what: 'the same, gzip', size: size.onnxZipped.before, own: false },
    { what: 'model.bcr', size: size.bcr, own: true }, { what: 'model.bcr, gzip', size: size.bcrZipped, own: true },
  ];
  return Plot.plot({
    width, height: 34 * rows.length + 8, marginLeft: 178, marginRight: 110, marginTop: 0, marginBottom: 8, style: FONT,
    x: { axis: null }, y: { label: null, domain: rows.map(({ what }) => what), padding: 0.32, tickSize: 0 },
    marks: [
      Plot.barX(rows, { x: 'size', y: 'what', fill: (d: typeof rows[number]) => (d.own ? colour('accent') : colour('quiet')), rx: 2 }),
      Plot.text(rows, { x: 'size', y: 'what', text: (d: typeof rows[number]) => bytes(d.size), textAnchor: 'start', dx: 10, fill: 'currentColor', fontVariant: 'tabular-nums' }),
    ],
  });
}

/** Points lost against the rate, for each training of a search. */
export function triesChart({ rate: { tries }, budget: { maxDrop } }: CompressReport, width: number): Chart {
  const hue = (d: typeof tries[number]): string => (d.holds ? colour('accent') : colour('bad'));
  return Plot.plot({
    width, height: 210, marginLeft: 52, marginRight: 24, marginTop: 26, marginBottom: 40, style: FONT,
    x: { label: 'rate reached', labelArrow: 'none', tickFormat: (value: number) => `${value}×`, ticks: 5 }, y: { label: 'points lost, validation', labelArrow: 'none', ticks: 5, nice: true, zero: true },
    marks: [
      Plot.gridY({ strokeOpacity: 0.09 }), ...(maxDrop === null ? [] : [Plot.ruleY([maxDrop], { stroke: colour('bad'), strokeDasharray: '4 4' })]),
      Plot.dot(tries, { x: 'reached', y: 'drop', r: 5, fill: hue }),
      Plot.text(tries, { x: 'reached', y: 'drop', text: (d: typeof tries[number]) => d.drop.toFixed(2), dy: -13, fill: hue, fontVariant: 'tabular-nums' }),
    ],
  });
}

/** Every plan that a search tried: accuracy after a short training against predicted time. */
export function searchChart({ tried, front, best, rules, targetMs, searcher }: SearchRecord, width: number): Chart {
  const rows = tried.map(({ ms: time, accuracy, stopped }, at) => ({ time, right: 100 * accuracy, stopped, on: front.includes(at), at }));
  const named = [...(rules === undefined || rules === best ? [] : [{ ...rows[rules]!, name: 'the rules' }]), { ...rows[best]!, name: rules === best ? 'the rules, chosen' : 'chosen' }];
  const hue = (d: typeof rows[number]): string => (d.on ? colour('accent') : colour('muted'));
  return Plot.plot({
    width, height: 300, marginLeft: 52, marginRight: 70, marginTop: 26, marginBottom: 40, style: FONT,
    x: { label: 'ms, predicted', labelArrow: 'none', ticks: 5, nice: true }, y: { label: '% right after a short training', labelArrow: 'none', ticks: 5, nice: true },
    marks: [
      Plot.gridY({ strokeOpacity: 0.09 }), Plot.ruleX([targetMs], { stroke: colour('bad'), strokeDasharray: '4 4' }),
      Plot.line(rows.filter(({ on }) => on).sort((a, b) => a.time - b.time), { x: 'time', y: 'right', stroke: colour('accent'), curve: 'step-after' }),
      Plot.dot(rows, { x: 'time', y: 'right', r: 4, stroke: hue, fill: (d: typeof rows[number]) => (d.stopped ? colour('paper') : hue(d)) }),
      Plot.text(named, { x: 'time', y: 'right', text: 'name', textAnchor: 'start', dx: 9, fill: 'currentColor' }),
      Plot.tip(rows, Plot.pointer({ x: 'time', y: 'right', title: (d: typeof rows[number]) => `plan ${d.at + 1} of ${searcher}\n${d.right.toFixed(1)} %, ${ms(d.time)} ms${d.stopped ? '\nstopped early' : ''}`, fill: colour('raised'), stroke: colour('line') })),
    ],
  });
}
