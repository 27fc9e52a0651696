import { partsOf, queryName, type LatencyProbe, type LayerQuery, type TableKey } from '../src/index.js';

export const KEY: TableKey = { device: 'made up', backend: 'none', version: '1', threads: 1 };

/** Numbers in [0, 1) that depend on the text alone. */
export function drawn(text: string): number {
  let hash = 2166136261;
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** A law that is linear in the parts, with prices of its own. */
export function lawful(query: LayerQuery): number {
  return Object.entries(partsOf(query)).reduce((sum, [name, amount]) => sum + amount * (0.5 + drawn(name)) * 1e-6, 1e-3);
}

export interface MadeUp {
  readonly key?: TableKey;
  /** Relative noise of each sample, always upwards. */
  readonly noise?: number;
  readonly refuses?: (query: LayerQuery) => boolean;
  readonly onOpen?: (queries: readonly LayerQuery[]) => void;
}

/** A probe that answers by `lawful`. */
export function madeUpProbe({ key = KEY, noise = 0.02, refuses = () => false, onOpen }: MadeUp = {}): LatencyProbe {
  return {
    key, how: 'made up',
    open: (queries) => {
      onOpen?.(queries);
      let sampled = 0;
      return Promise.resolve({
        layers: queries.map((query) => (refuses(query) ? { ok: false, reason: 'not this one', hint: 'take another' } as const : { ok: true, kernel: 'law' } as const)),
        sample: () => {
          sampled++;
          return Promise.resolve(queries.map((query) => lawful(query) * (1 + noise * drawn(`${queryName(query)} ${sampled}`))));
        },
        close: () => Promise.resolve(),
      });
    },
  };
}
