import { FretworkError } from '@fretwork/format';
import type { LatencyTable } from '../contract.js';
import { checkTable } from './rules.js';

/** The table as JSON, one entry a line: files that can be read and compared. */
export function printTable({ version, key, how, entries, refused }: LatencyTable): string {
  const lines = (list: readonly unknown[]): string => (list.length === 0 ? '[]' : `[\n${list.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]`);
  return `{\n  "version": ${version},\n  "key": ${JSON.stringify(key)},\n  "how": ${JSON.stringify(how)},\n  "entries": ${lines(entries)},\n  "refused": ${lines(refused)}\n}\n`;
}

/** Reads what `printTable` wrote. `place` names the file in errors. Throws `latency.file` and the codes of `TABLE_RULES`. */
export function parseTable(text: string, place: string = 'the table'): LatencyTable {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch (cause) {
    throw new FretworkError('latency.file', `${place}: this is no JSON: ${(cause as Error).message}`, { hint: 'fretwork latency measure writes latency tables', cause });
  }
  return checkTable(fields, place);
}
