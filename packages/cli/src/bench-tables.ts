import { speedup, type Caption, type LayerDetail, type LayersReport, type ModelRow, type ModelsReport, type ModelTiming, type Paged, type PeerName, type Refusal } from '@fretwork/bench';
import { grouped, percent, plain, printTable } from './print-table.js';

/** Where and how it was measured, one fact a line. */
export function captionText(caption: Caption): string {
  const peers = caption.peers.map(({ name, version, reason }) => (version === undefined ? `  ${name}: not measured, ${reason}` : `  ${name} ${version}`));
  return [
    `${caption.date}, ${caption.engine}, ${caption.threads === 1 ? 'one thread' : `${caption.threads} threads`}, level ${caption.level}`,
    caption.machine,
    `masks ${caption.masks}, seed ${caption.seed}; all peers run dense weights`,
    `${caption.timing}${caption.tensors === 'views' ? '; the peers copy inputs in, ours has them written where it reads them and gives views on its outputs' : '; inputs copied in, ours and the peers; outputs of ours copied out'}`,
    ...peers,
    '',
  ].join('\n');
}

const ms = (value: number): string => (value >= 100 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(4));

const factorText = (factor: number): string => `${factor >= 100 ? factor.toFixed(0) : factor.toPrecision(3)}x`;

/** Times of dense layers, speed-ups of ours over each peer, and their geometric means. */
export function layersText({ caption, rows }: LayersReport): string {
  const peers = [...new Set(caption.details.flatMap((detail) => Object.keys(detail.peers) as PeerName[]))];
  const others = peers.filter((peer) => peer !== 'own-dense');
  const unstated = new Set<string>();
  const factor = (detail: LayerDetail, peer: PeerName): string => {
    const timing = detail.peers[peer];
    if (timing === undefined || (peer === 'own-dense' && detail.sparsity === 0)) return '–';
    const said = speedup(detail.timing, timing);
    if (!said.ok) unstated.add(`${detail.layer} at ${percent(detail.sparsity)} against ${peer}: ${(said satisfies Refusal).reason}`);
    return said.ok ? factorText(said.factor) : '?';
  };
  const dense = caption.details.filter(({ sparsity }) => sparsity === 0);
  const both = (timing: LayerDetail['timing'] | undefined): string => (timing === undefined ? '–' : `${ms(timing.ms)} ±${ms(timing.spread / 2)}`);
  const denseTable = printTable(['dense, ms', 'ours', ...others], dense.map((detail) => [detail.layer, both(detail.timing), ...others.map((peer) => both(detail.peers[peer]))]));
  const gflops = ({ mmac, reached, timing }: LayerDetail): string => (2 * mmac * (1 - reached) / timing.ms).toFixed(1);
  const ceiling = caption.details.some((detail) => detail.ceiling !== undefined);
  const roundTrip = caption.details.some((detail) => detail.roundTripNs !== undefined);
  const table = printTable(
    ['layer', 'zeros', 'ms', '±', 'GFLOP/s kept', ...peers.map((peer) => `x ${peer}`), ...(ceiling ? ['ceiling'] : []), ...(roundTrip ? ['round trip, ns'] : []), 'kernel'],
    caption.details.map((detail) => [
      detail.layer, percent(detail.reached), ms(detail.timing.ms), ms(detail.timing.spread / 2), gflops(detail), ...peers.map((peer) => factor(detail, peer)),
      ...(ceiling ? [factorText(detail.ceiling ?? NaN)] : []), ...(roundTrip ? [detail.roundTripNs?.toFixed(0) ?? '–'] : []), plain(detail.kernel, 60),
    ]),
  );
  const means = printTable(['geometric mean (least – most)', 'sparsity', ...peers.map((peer) => `x ${peer}`)], caption.speedups.map(({ group, sparsity, peers: found }) => [group, percent(sparsity), ...peers.map((peer) => {
    const one = found.find((mean) => mean.peer === peer);
    return one === undefined ? '–' : `${factorText(one.mean)} (${factorText(one.least)} – ${factorText(one.most)}) of ${one.layers}${one.unstated === 0 ? '' : `, ${one.unstated} unstated`}`;
  })]));
  const notes = [
    ...ceiling ? [`ceiling: ${caption.threads} independent copies of the same one-thread run together, each in a process of its own, do so many times the work of one`] : [],
    ...roundTrip ? ['round trip: a number in shared memory to another thread, and its answer back; what a thread hears of its work and of its end'] : [],
    ...rows.some(({ threads }) => threads < caption.threads) ? ['ours ran on fewer threads than asked for: this place shares no memory'] : [],
    ...[...unstated].map((says) => `? ${says}`),
    ...caption.refused.map(({ peer, layer, reason }) => `– ${layer}, ${peer}: ${reason}`),
  ];
  return `${denseTable}\n${table}\n${means}${notes.length === 0 ? '' : `\n${notes.join('\n')}\n`}`;
}

/** One row per network and contender. */
export function modelsText({ caption, rows }: ModelsReport): string {
  const notes: string[] = caption.refused.map(({ peer, layer, reason }) => `– ${layer}, ${peer}: ${reason}`);
  const factor = (row: ModelRow, peer: PeerName): string => {
    const { fretwork, [peer]: other } = caption.timings[row.model]!;
    const said = speedup(fretwork!, other!);
    if (!said.ok) notes.push(`? ${row.model} against ${peer}: ${said.reason}`);
    return said.ok ? factorText(said.factor) : '?';
  };
  const line = (row: ModelRow, who: string, timing: ModelTiming, times: string): readonly (string | number)[] => [
    plain(row.model), who, ms(timing.ms), ms(timing.spread / 2), ms(timing.percentiles.p90), ms(timing.percentiles.p99), times,
    ...(timing.cold === null ? ['–', '–', '–', '–'] : [ms(timing.cold.startMs), ms(timing.cold.loadMs), ms(timing.cold.firstRunMs), grouped(timing.cold.memoryBytes)]), grouped(timing.modelBytes),
  ];
  const table = printTable(
    ['model', 'by', 'ms', '±', 'p90', 'p99', 'ours is', 'start ms', 'load ms', 'first run ms', 'memory bytes', 'model bytes'],
    rows.flatMap((row) => [
      line(row, `fretwork, ${row.scheme === 'as it is' ? row.scheme : `${row.scheme}${row.block === null ? '' : ` ${row.block}`} ${row.reached.toFixed(1)}x`}`, row, '–'),
      ...(Object.entries(row.peers) as [PeerName, ModelTiming | null][]).flatMap(([peer, timing]) => (timing === null ? [] : [line(row, peer, timing, factor(row, peer))])),
    ]),
  );
  return `${table}${notes.length === 0 ? '' : `\n${notes.join('\n')}\n`}`;
}

/** Where the time of each network goes, the slowest layers first, and what pruning did to each. */
export function layerTimesText({ rows }: ModelsReport): string {
  return rows.map(({ model, layers }) => `${plain(model)}, layer by layer\n${printTable(
    ['layer', 'operator', 'ms', 'share', 'kept', 'dense ms', 'gain', 'kernel', 'how'],
    [...layers].sort((a, b) => b.ms - a.ms).map(({ layer, operator, ms: own, share, kept, denseMs, kernel, why, fused }) => [
      plain([layer, ...fused].join(' + ')), operator, ms(own), percent(share), kept === null ? '–' : percent(kept), denseMs === null ? '–' : ms(denseMs),
      denseMs === null || kept === null ? '–' : factorText(denseMs / own), kernel, why,
    ]),
  )}`).join('\n');
}

export const servedText = ({ servedBytes }: Paged): string =>
  `loaded, not compressed: ${Object.entries(servedBytes).map(([name, bytes]) => `${name} ${grouped(bytes)} bytes`).join(', ')}\n`;
