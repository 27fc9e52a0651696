import { FretworkError } from '@fretwork/format';
import type { LatencyProbe, LatencyTable, LayerQuery, TableEntry, TableRefusal } from '../contract.js';
import type { LatencyDesign } from '../design/design.js';
import { queryName } from '../query/identity.js';
import { sameKey, keyText } from './merge.js';
import { median, quartileSpread } from './statistics.js';

/** When a layer has been sampled often enough. */
export interface Enough {
  /** Samples at least. Default 12. */
  readonly least?: number;
  /** Samples at most, however they scatter. Default 60. */
  readonly most?: number;
  /** The standard error of the median (about 0.93 · spread / √samples) as a share of it. Default 0.01. */
  readonly error?: number;
}

export interface FillProgress {
  readonly done: number;
  readonly all: number;
  /** Refused ones are among `done`. */
  readonly refused: number;
  readonly latest: LayerQuery;
}

export interface FillOptions {
  readonly enough?: Enough;
  /** Layers in one model. Default 10. */
  readonly together?: number;
  /** What is there already; its key must be the probe's. Its layers are not measured again. */
  readonly from?: LatencyTable;
  /** Called with what was measured since the last call: append it to a log, and a run that was cut loses next to nothing. */
  readonly onEntries?: (entries: readonly TableEntry[], refused: readonly TableRefusal[]) => Promise<void> | void;
  readonly onProgress?: (progress: FillProgress) => void;
  readonly signal?: AbortSignal;
  /** ISO 8601. Default: of this host. */
  readonly now?: () => string;
}

/** For a normal distribution the median's standard error is 1.2533 σ / √n, and the quartiles are 1.349 σ apart. */
const MEDIAN_ERROR = 1.2533 / 1.349;

/** Has this been sampled often enough? */
export function isEnough(samples: readonly number[], { least = 12, most = 60, error = 0.01 }: Enough = {}): boolean {
  if (samples.length < least) return false;
  return samples.length >= most || MEDIAN_ERROR * quartileSpread(samples) / Math.sqrt(samples.length) <= error * median(samples);
}

/**
 * Measures all layers of a design that `from` has not, some at a time in one model, and gives the table. Throws `latency.keys`
 * where `from` belongs to another key, what the probe throws, and the reason of `signal`.
 */
export async function fillTable(design: LatencyDesign, probe: LatencyProbe, options: FillOptions = {}): Promise<LatencyTable> {
  const { from, together = 10, signal, onEntries, onProgress, now = () => new Date().toISOString() } = options;
  if (from !== undefined && !sameKey(from.key, probe.key)) {
    throw new FretworkError('latency.keys', 'the table belongs to another device, backend, version or number of threads', { expected: keyText(probe.key), actual: keyText(from.key), hint: 'write to another file' });
  }
  const [entries, refused] = [[...from?.entries ?? []], [...from?.refused ?? []]];
  const known = new Set([...entries, ...refused].map(({ query }) => queryName(query)));
  const left = design.queries.filter((query) => !known.has(queryName(query)));
  for (let at = 0; at < left.length; at += together) {
    const queries = left.slice(at, at + together);
    const found = await sampleTogether(queries, probe, design.seed, options);
    const fresh = { entries: [] as TableEntry[], refused: [] as TableRefusal[] };
    found.forEach((one, i) => {
      const query = queries[i]!;
      if ('reason' in one) fresh.refused.push({ query, reason: one.reason });
      else fresh.entries.push({
        query, ms: rounded(median(one.samples)), spread: rounded(quartileSpread(one.samples)), samples: one.samples.length, when: now(), kernel: one.kernel,
        ...(one.density === undefined ? {} : { density: rounded(one.density) }),
      });
    });
    entries.push(...fresh.entries);
    refused.push(...fresh.refused);
    await onEntries?.(fresh.entries, fresh.refused);
    onProgress?.({ done: design.queries.length - left.length + at + queries.length, all: design.queries.length, refused: refused.length, latest: queries.at(-1)! });
    signal?.throwIfAborted();
  }
  return { version: 1, key: probe.key, how: probe.how, entries, refused };
}

const rounded = (value: number): number => Number(value.toPrecision(4));

type Sampled = { readonly samples: readonly number[]; readonly kernel: string; readonly density?: number } | { readonly reason: string };

async function sampleTogether(queries: readonly LayerQuery[], probe: LatencyProbe, seed: number, { enough, signal }: FillOptions): Promise<readonly Sampled[]> {
  const opened = await probe.open(queries, { seed, ...(signal === undefined ? {} : { signal }) });
  try {
    const samples = queries.map((): number[] => []);
    const ready = opened.layers.flatMap((layer, i) => (layer.ok ? [samples[i]!] : []));
    while (ready.some((own) => !isEnough(own, enough))) {
      signal?.throwIfAborted();
      (await opened.sample()).forEach((ms, i) => { if (opened.layers[i]!.ok) samples[i]!.push(ms); });
    }
    return opened.layers.map((layer, i): Sampled => (layer.ok
      ? { samples: samples[i]!, kernel: layer.kernel, ...(layer.density === undefined ? {} : { density: layer.density }) }
      : { reason: `${layer.reason} (${layer.hint})` }));
  } finally {
    await opened.close();
  }
}
