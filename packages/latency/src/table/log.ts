import { FretworkError } from '@fretwork/format';
import type { TableKey, TableRefusal } from '../contract.js';
import type { Reading } from './reading.js';
import { keyText, sameKey } from './merge.js';
import { wrongKey, wrongReading, wrongRefusal } from './rules.js';

/** First line of a log of measurements: whose they are. */
export function logHeader(key: TableKey, how: string): string {
  return `${JSON.stringify({ log: 1, key, how })}\n`;
}

/** What is appended once some layers are measured: a line each. */
export function logLines(readings: readonly Reading[], refused: readonly TableRefusal[]): string {
  return [...readings, ...refused].map((one) => `${JSON.stringify(one)}\n`).join('');
}

/** What a log holds. */
export interface Log {
  readonly readings: readonly Reading[];
  readonly refused: readonly TableRefusal[];
}

/**
 * A log as far as it has got. The last line may be cut, as a process that was killed leaves it. Throws `latency.log` for
 * what is no log, for a damaged line before the last, and for the log of another key.
 */
export function readLog(text: string, key: TableKey, place: string = 'the log'): Log {
  const broken = (says: string, actual?: string): FretworkError =>
    new FretworkError('latency.log', `${place}: ${says}`, { ...(actual === undefined ? {} : { actual }), hint: 'delete it to start over' });
  const lines = text.split('\n');
  // Behind the last newline there is nothing, or a line that was cut.
  lines.pop();
  const header = parsed(lines[0]) as { readonly log?: unknown; readonly key?: TableKey; readonly how?: unknown } | undefined;
  if (header?.log !== 1 || wrongKey(header.key) !== undefined || typeof header.how !== 'string') throw broken('this is no log of measurements');
  if (!sameKey(header.key!, key)) throw new FretworkError('latency.log', `${place}: this log belongs to another device, backend, version or number of threads`, { expected: keyText(key), actual: keyText(header.key!), hint: 'write to another file' });
  const readings: Reading[] = [];
  const refused: TableRefusal[] = [];
  lines.slice(1).forEach((line, i) => {
    const one = parsed(line);
    if (wrongReading(one) === undefined) readings.push(one as Reading);
    else if (wrongRefusal(one) === undefined) refused.push(one as TableRefusal);
    else throw broken('a line is damaged', `line ${i + 2}`);
  });
  return { readings, refused };
}

function parsed(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? '');
  } catch {
    return undefined;
  }
}
