import { FretworkError } from '@fretwork/format';
import type { Choice, TuningEntry, TuningLog } from './contract.js';
import { mergeTuningLogs } from './log.js';

/** The first line of a log. */
const HEAD = '{"fretworkTuningLog":1}';

const LONGEST_TEXT = 4096;
const MOST_GENES = 64;

/** One entry a line behind a head line, as JSON: two logs side by side merge by lines. */
export const printTuningLog = (log: TuningLog): string =>
  `${[HEAD, ...mergeTuningLogs(log).entries.map(({ signature, target, unit, choice, cost, fallbackCost, trials, seed }) =>
    JSON.stringify({ signature, target, unit, choice, cost, fallbackCost, trials, seed }))].join('\n')}\n`;

/** What a line must be, one row a rule: a stable word, and the test. */
const FIELDS: readonly { readonly field: keyof TuningEntry; readonly expected: string; readonly holds: (value: unknown) => boolean }[] = [
  ...(['signature', 'target', 'unit'] as const).map((field) => ({
    field, expected: `a text of 1 to ${LONGEST_TEXT} characters`, holds: (value: unknown) => typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT,
  })),
  { field: 'choice', expected: `1 to ${MOST_GENES} genes with a number or a text each`, holds: isChoice },
  ...(['cost', 'fallbackCost'] as const).map((field) => ({ field, expected: 'a number of at least 0', holds: (value: unknown) => Number.isFinite(value) && (value as number) >= 0 })),
  { field: 'trials', expected: 'a positive integer', holds: (value) => Number.isSafeInteger(value) && (value as number) > 0 },
  { field: 'seed', expected: 'an integer', holds: (value) => Number.isSafeInteger(value) },
];

function isChoice(value: unknown): value is Choice {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const genes = Object.values(value);
  return genes.length > 0 && genes.length <= MOST_GENES
    && genes.every((gene) => Number.isFinite(gene) || (typeof gene === 'string' && gene.length <= LONGEST_TEXT));
}

/**
 * The log that `text` holds. Throws `tuning-log.head` where it is no log of this version, `tuning-log.line` for a line that is
 * no JSON, `tuning-log.field` for a field that breaks its rule or is not known; each with the number of the line.
 */
export function parseTuningLog(text: string): TuningLog {
  const [head, ...lines] = text.split(/\r?\n/);
  if (head?.replace(/\s/g, '') !== HEAD) {
    throw new FretworkError('tuning-log.head', 'this is no tuning log', { expected: HEAD, actual: JSON.stringify((head ?? '').slice(0, 60)), hint: 'start a new log' });
  }
  return mergeTuningLogs({ entries: lines.flatMap((line, i) => (line.trim() === '' ? [] : [entryOf(line, i + 2)])) });
}

function entryOf(line: string, number: number): TuningEntry {
  const record = parsed(line, number);
  const odd = Object.keys(record).find((name) => !FIELDS.some(({ field }) => field === name));
  if (odd !== undefined) throw wrong('tuning-log.field', number, `a field ${JSON.stringify(odd)} that no entry has`);
  for (const { field, expected, holds } of FIELDS) {
    if (!holds(record[field])) throw wrong('tuning-log.field', number, `${field} ${(JSON.stringify(record[field]) ?? 'left out').slice(0, 60)}`, `${field}: ${expected}`);
  }
  return record as unknown as TuningEntry;
}

function parsed(line: string, number: number): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch { /* Said below. */ }
  throw wrong('tuning-log.line', number, JSON.stringify(line.slice(0, 60)), 'one entry as JSON');
}

const wrong = (code: string, number: number, actual: string, expected?: string): FretworkError =>
  new FretworkError(code, `line ${number} of the tuning log is no entry`, { ...(expected === undefined ? {} : { expected }), actual, hint: 'take the line out; the other entries stand by themselves' });
