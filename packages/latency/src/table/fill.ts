import { FretworkError } from '@fretwork/format';
import type { LatencyProbe, LatencyTable, LayerQuery, TableRefusal } from '../contract.js';
import type { LatencyDesign } from '../design/design.js';
import { queryName } from '../query/identity.js';
import { entryOf, isSettled, type Reading } from './reading.js';
import { sameKey, keyText } from './merge.js';
import { median, quartileSpread, quietSamples } from './statistics.js';

/** When a layer has been sampled often enough. */
export interface Enough {
  /** Quiet samples of a round at least. Default 15. */
  readonly least?: number;
  /** Samples of a round at most, quiet or not, however they scatter. Default 120. */
  readonly most?: number;
  /** The standard error of the median (about 0.93 · spread / √samples) as a share of it. Default 0.01. */
  readonly error?: number;
  /** Rounds at most. Default 5; two at least. */
  readonly rounds?: number;
  /** A layer is done once its two quickest rounds are no further apart than this share. Default 0.05. */
  readonly apart?: number;
}

export interface FillProgress {
  readonly round: number;
  /** Groups measured in this round so far, and all of this round. */
  readonly measured: number;
  readonly left: number;
  /** Layers that are done, refused ones among them, of all. */
  readonly done: number;
  readonly all: number;
}

/** What there is from earlier: a table, whose layers are done, and the readings of a run that was cut. */
export interface Known {
  readonly table?: LatencyTable;
  readonly readings?: readonly Reading[];
  readonly refused?: readonly TableRefusal[];
}

export interface FillOptions {
  readonly enough?: Enough;
  readonly known?: Known;
  /** Called with what was measured since the last call: append it to a log, and a run that is cut loses next to nothing. */
  readonly onReadings?: (readings: readonly Reading[], refused: readonly TableRefusal[]) => Promise<void> | void;
  readonly onProgress?: (progress: FillProgress) => void;
  readonly signal?: AbortSignal;
  /** ISO 8601. Default: of this host. */
  readonly now?: () => string;
}

/** For a normal distribution the median's standard error is 1.2533 σ / √n, and the quartiles are 1.349 σ apart. */
const MEDIAN_ERROR = 1.2533 / 1.349;

/** Has this been sampled often enough for one round? */
export function isEnough(samples: readonly number[], { least = 15, most = 120, error = 0.01 }: Enough = {}): boolean {
  if (samples.length >= most) return true;
  const quiet = quietSamples(samples);
  return quiet.length >= least && MEDIAN_ERROR * quartileSpread(quiet) / Math.sqrt(quiet.length) <= error * median(quiet);
}

/**
 * Measures all layers of a design that are not known, group by group. Every round goes through all that are not done: so the
 * rounds of a layer lie minutes apart, and a machine that was slow for a while is found out. Throws
 * `latency.keys` where the known table belongs to another key, what the probe throws, and the reason of `signal`.
 */
export async function fillTable(design: LatencyDesign, probe: LatencyProbe, options: FillOptions = {}): Promise<LatencyTable> {
  const { known = {}, signal, onReadings, onProgress, enough = {}, now = () => new Date().toISOString() } = options;
  if (known.table !== undefined && !sameKey(known.table.key, probe.key)) {
    throw new FretworkError('latency.keys', 'the table belongs to another device, backend, version or number of threads', { expected: keyText(probe.key), actual: keyText(known.table.key), hint: 'write to another file' });
  }
  const refused = [...known.table?.refused ?? [], ...known.refused ?? []];
  const over = new Set([...known.table?.entries ?? [], ...refused].map(({ query }) => queryName(query)));
  const readings = new Map<string, Reading[]>();
  const add = (reading: Reading): void => {
    const name = queryName(reading.query);
    readings.set(name, [...readings.get(name) ?? [], reading]);
  };
  known.readings?.forEach(add);
  const all = design.groups.flat();
  const isDone = (query: LayerQuery): boolean => over.has(queryName(query)) || isSettled(readings.get(queryName(query)) ?? [], enough);
  for (let round = 1; ; round++) {
    // A group stays together: what a layer takes depends on its company.
    const left = design.groups.filter((group) => !group.every(isDone));
    if (left.length === 0) break;
    for (const [at, group] of left.entries()) {
      const fresh = await sampleTogether(group, probe, design.seed, options, now);
      fresh.readings.forEach(add);
      // Layers that were refused before come along with their group.
      const first = fresh.refused.filter(({ query }) => !over.has(queryName(query)));
      refused.push(...first);
      for (const { query } of first) over.add(queryName(query));
      await onReadings?.(fresh.readings, first);
      onProgress?.({ round, measured: at + 1, left: left.length, done: all.filter(isDone).length, all: all.length });
      signal?.throwIfAborted();
    }
  }
  const measured = all.flatMap((query) => {
    const own = readings.get(queryName(query));
    return own === undefined || over.has(queryName(query)) ? [] : [entryOf(own)];
  });
  return { version: 1, key: probe.key, how: probe.how, entries: [...known.table?.entries ?? [], ...measured], refused };
}

interface Fresh {
  readonly readings: readonly Reading[];
  readonly refused: readonly TableRefusal[];
}

async function sampleTogether(queries: readonly LayerQuery[], probe: LatencyProbe, seed: number, { enough, signal }: FillOptions, now: () => string): Promise<Fresh> {
  const opened = await probe.open(queries, { seed, ...(signal === undefined ? {} : { signal }) });
  try {
    const samples = queries.map((): number[] => []);
    const ready = opened.layers.flatMap((layer, i) => (layer.ok ? [samples[i]!] : []));
    while (ready.some((own) => !isEnough(own, enough))) {
      signal?.throwIfAborted();
      (await opened.sample()).forEach((ms, i) => { if (opened.layers[i]!.ok) samples[i]!.push(ms); });
    }
    const when = now();
    return {
      readings: opened.layers.flatMap((layer, i): Reading[] => {
        if (!layer.ok) return [];
        const quiet = quietSamples(samples[i]!);
        return [{
          query: queries[i]!, ms: rounded(median(quiet)), spread: rounded(quartileSpread(quiet)), samples: quiet.length, noisy: samples[i]!.length - quiet.length, when, kernel: layer.kernel,
          ...(layer.density === undefined ? {} : { density: rounded(layer.density) }),
        }];
      }),
      refused: opened.layers.flatMap((layer, i) => (layer.ok ? [] : [{ query: queries[i]!, reason: `${layer.reason} (${layer.hint})` }])),
    };
  } finally {
    await opened.close();
  }
}

const rounded = (value: number): number => Number(value.toPrecision(4));
