import type { Forecast, MapEntry, PredictedPlan } from '@fretwork/mapper-rules';
import { grouped, percent, plain, printTable } from '../print-table.js';
import { schemeText } from '../scheme-option.js';

export const milliseconds = (ms: number): string => (ms >= 0.01 ? ms.toPrecision(3) : ms.toFixed(4));
const rateText = ({ scheme }: MapEntry): string => (scheme.kind === 'dense' ? '' : String(scheme.rate));
const times = (before: number, after: number): string => `${(before / after).toFixed(2)} x`;
const density = (share: number | undefined): string => (share === undefined ? '–' : percent(share));

/** A plan for people: a row for each layer with weights, and what comes of it. */
export function planTable({ entries, dense, planned, otherMs, key }: PredictedPlan): string {
  const rows = entries.map((e) => [
    plain(e.layer, 32), e.operator, percent(e.share), milliseconds(e.denseMs), schemeText(e.scheme), rateText(e), milliseconds(e.predictedMs), density(e.breakEven), plain(e.reason, 120),
  ]);
  return `${printTable(['layer', 'operator', 'time', 'ms now', 'scheme', 'rate', 'ms then', 'pays below', 'why'], rows)}`
    + `all else: ${milliseconds(otherMs)} ms\n`
    + `${milliseconds(dense.ms)} ms → ${milliseconds(planned.ms)} ms, ${times(dense.ms, planned.ms)} faster by prediction; `
    + `weights ${grouped(dense.weights)} → ${grouped(planned.weights)}, multiply-accumulates ${grouped(dense.macs)} → ${grouped(planned.macs)}\n`
    + `${key.backend} on ${plain(key.device)}, ${key.version}, ${key.threads} thread${key.threads === 1 ? '' : 's'}\n`;
}

const ANSWERS: Readonly<Record<Forecast['answer'], string>> = { yes: 'Yes', hardly: 'Hardly', no: 'No' };

/** A forecast for people. */
export function forecastTable({ layers, at, answer, reason, ceiling, denseMs, otherMs, key }: Forecast): string {
  const rows = layers.map((l) => [
    plain(l.layer, 32), l.operator, percent(l.share), milliseconds(l.denseMs), ...l.at.map(({ scheme, ms }) => (scheme.kind === 'dense' ? 'dense' : milliseconds(ms))), density(l.breakEven), plain(l.reason, 120),
  ]);
  const whole = ['whole network', '', '', milliseconds(denseMs), ...at.map(({ ms }) => milliseconds(ms)), '', at.map(({ rate, times: x }) => `${x.toFixed(2)} x at ${rate}`).join(', ')];
  return `${printTable(['layer', 'operator', 'time', 'ms dense', ...at.map(({ rate }) => `at rate ${rate}`), 'pays below', ''], [...rows, whole])}`
    + `all else: ${milliseconds(otherMs)} ms${ceiling === undefined ? '' : `; with pruned layers at no time at all it were ${ceiling.toFixed(1)} x`}\n`
    + `${ANSWERS[answer]}: ${reason}. Predicted for ${key.backend} on ${plain(key.device)}, ${key.threads} thread${key.threads === 1 ? '' : 's'}; what accuracy it costs was not asked.\n`;
}
