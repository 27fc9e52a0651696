import type { MappingPlan } from '@fretwork/format';
import { grouped, percent, plain, printTable } from '../print-table.js';
import { schemeText } from '../scheme-option.js';
import type { Folder } from './folder.js';
import type { CompressReport } from './report/record.js';
import { rateOf } from './scale-plan.js';
import { drop, shareOf } from './stages/accuracy.js';
import { speedText } from './stages/measure.js';
import type { Profile } from './stages/profile.js';
import type { Rehearsal } from './stages/rehearse.js';

const ms = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(4));
const times = (before: number, after: number): string => `${(before / after).toFixed(2)}x`;

/** The plan with what it gains, timed on the target before any training. */
export async function planText(folder: Folder): Promise<string> {
  const [plan, rehearsal, profile] = [await folder.json<MappingPlan>('plan.json'), await folder.json<Rehearsal>('stages/rehearsal.json'), await folder.json<Profile>('stages/profile.json')];
  const shares = new Map(profile.layers.map(({ layer, share }) => [layer, share]));
  const pairs = new Map(rehearsal.layers.map((pair) => [pair.layer, pair]));
  const rows = plan.entries.map(({ layer, scheme, reason, predictedMs }) => {
    const pair = pairs.get(layer);
    const back = rehearsal.putBack.includes(layer);
    return [
      plain(layer, 32), percent(shares.get(layer) ?? 0), schemeText(scheme), scheme.kind === 'dense' ? '–' : `${rateOf(scheme).toFixed(1)}x`, predictedMs === undefined ? '–' : ms(predictedMs),
      pair === undefined ? '–' : ms(pair.denseMs), pair === undefined ? '–' : ms(back ? pair.denseMs : pair.ms), plain(reason, 100),
    ];
  });
  return `${printTable(['layer', 'time', 'scheme', 'rate', 'predicted ms', 'dense ms', 'ms', 'why'], rows)}\n`
    + `in one shot, one thread, all layers: ${ms(rehearsal.denseMs)} ms dense → ${ms(rehearsal.ms)} ms, ${times(rehearsal.denseMs, rehearsal.ms)} (times depend on the structure alone; accuracy is not looked at)\n`;
}

/** The report for people at a terminal. */
export function reportText(report: CompressReport): string {
  const rows = report.layers.filter(({ weights }) => weights > 0).map((layer) => [
    plain(layer.layer, 32), layer.scheme ?? '–', layer.density === null ? '–' : percent(layer.density), layer.macs === null ? '–' : `${grouped(layer.macs.before)} → ${grouped(layer.macs.after)}`,
    `${grouped(layer.bytes.before)} → ${grouped(layer.bytes.after)}`, ms(layer.ms.before), ms(layer.ms.after), times(layer.ms.before, layer.ms.after), layer.slower === null ? layer.putBack === null ? '' : 'dense again' : 'SLOWER',
  ]);
  const { accuracy: { test, validation }, size } = report;
  return [
    printTable(['layer', 'scheme', 'density', 'MACs', 'bytes', 'dense ms', 'ms', 'gain', ''], rows),
    ...report.speed.map((run) => `${speedText(run)}\n`),
    `accuracy on ${test.before.n} test samples: ${percent(shareOf(test.before))} → ${percent(shareOf(test.after))}, drop ${drop(test.before, test.after).toFixed(2)} points (validation: ${drop(validation.before, validation.after).toFixed(2)})\n`,
    `model.onnx ${grouped(size.onnx.before)} bytes → model.bcr ${grouped(size.bcr)} bytes, ${percent(size.bcr / size.onnx.before)}; after gzip ${grouped(size.onnxZipped.before)} → ${grouped(size.bcrZipped)}\n`,
    ...report.verdicts.map(({ wish, held, says }) => `${held ? 'held' : 'NOT HELD'}: ${wish}: ${says}\n`),
  ].join('\n');
}
