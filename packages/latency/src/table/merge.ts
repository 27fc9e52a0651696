import { FretworkError } from '@fretwork/format';
import type { LatencyTable, TableEntry, TableKey } from '../contract.js';
import { queryName } from '../query/identity.js';

/** `device, backend version, 1 thread`, for people and for comparing. */
export const keyText = ({ device, backend, version, threads }: TableKey): string => `${device}, ${backend} ${version}, ${threads} thread${threads === 1 ? '' : 's'}`;

export const sameKey = (a: TableKey, b: TableKey): boolean =>
  a.device === b.device && a.backend === b.backend && a.version === b.version && a.threads === b.threads;

/** Of two entries of one layer the one that was measured more often; of equals the younger. */
const better = (a: TableEntry, b: TableEntry): TableEntry => {
  if (a.rounds !== b.rounds) return a.rounds > b.rounds ? a : b;
  return a.when >= b.when ? a : b;
};

/**
 * One table of several with the same key, in the order of the first ones. A layer that several have measured keeps the entry
 * with most rounds; one that a table measured is not refused. Throws `latency.keys` where keys differ.
 */
export function mergeTables(first: LatencyTable, ...others: readonly LatencyTable[]): LatencyTable {
  const other = others.find(({ key }) => !sameKey(key, first.key));
  if (other !== undefined) {
    throw new FretworkError('latency.keys', 'tables of different devices, backends, versions or threads do not mix', {
      expected: keyText(first.key), actual: keyText(other.key), hint: 'keep them apart: a model is fitted to one key',
    });
  }
  const tables = [first, ...others];
  const entries = new Map<string, TableEntry>();
  for (const entry of tables.flatMap((table) => table.entries)) {
    const name = queryName(entry.query);
    const known = entries.get(name);
    entries.set(name, known === undefined ? entry : better(known, entry));
  }
  const refused = new Map(tables.flatMap((table) => table.refused).map((refusal) => [queryName(refusal.query), refusal]));
  return {
    version: 1, key: first.key, how: [...new Set(tables.map(({ how }) => how))].join(' '),
    entries: [...entries.values()], refused: [...refused].flatMap(([name, refusal]) => (entries.has(name) ? [] : [refusal])),
  };
}

/** Tables by key, each key merged: what a folder of tables holds. */
export function groupTables(tables: readonly LatencyTable[]): readonly LatencyTable[] {
  const groups: LatencyTable[][] = [];
  for (const table of tables) {
    const group = groups.find(([one]) => sameKey(one!.key, table.key));
    if (group === undefined) groups.push([table]);
    else group.push(table);
  }
  return groups.map(([one, ...rest]) => mergeTables(one!, ...rest));
}
