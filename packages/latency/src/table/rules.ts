import { FretworkError, type ErrorDetails, type Rule } from '@fretwork/format';
import type { LatencyTable } from '../contract.js';
import { queryName, wrongOf } from '../query/identity.js';

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isPair = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isNumber);

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const oneOf = (...known: readonly unknown[]): Check => (value) => known.includes(value);
const isOptional: Check = (value) => value === undefined || isNumber(value);
const isFlag: Check = (value) => typeof value === 'boolean';

const SCHEME_FIELDS: Readonly<Record<string, Shape>> = {
  dense: {},
  unstructured: { rate: isNumber },
  filter: { rate: isNumber },
  channel: { rate: isNumber },
  pattern: { rate: isNumber, keep: isNumber, patterns: isNumber },
  'block-punched': { rate: isNumber, blockFilters: isNumber, blockChannels: isNumber },
  bcr: { rate: isNumber, blockRows: isNumber, blockColumns: isNumber, rowShare: isNumber },
};

const isScheme: Check = (value) => isRecord(value) && isText(value['kind']) && Object.hasOwn(SCHEME_FIELDS, value['kind']) && firstWrong(value, SCHEME_FIELDS[value['kind']]!) === undefined;

const surrounded: Shape = { besides: (value) => value === undefined || (isNumber(value) && value >= 0) };
const weighted: Shape = { scheme: isScheme, density: (value) => value === undefined || isNumber(value), ...surrounded };

const QUERY_FIELDS: Readonly<Record<string, Shape>> = {
  convolution: { inputs: isNumber, outputs: isNumber, groups: isNumber, kernel: isPair, stride: isPair, size: isPair, batch: isNumber, residual: isFlag, margin: isOptional, ...weighted },
  full: { inputs: isNumber, outputs: isNumber, vectors: isNumber, ...weighted },
  recurrent: { cell: oneOf('gru', 'lstm', 'rnn'), inputs: isNumber, hidden: isNumber, steps: isNumber, batch: isNumber, directions: oneOf(1, 2), resetAfter: isFlag, ...weighted },
  glue: { operator: isText, reads: isNumber, writes: isNumber, window: isNumber, width: isOptional, ...surrounded },
};

function firstWrong(value: Fields, shape: Shape): string | undefined {
  return Object.keys(shape).find((name) => !shape[name]!(value[name]));
}

function wrongQuery(query: unknown): string | undefined {
  if (!isRecord(query)) return 'no query';
  const kind = query['layer'];
  if (!isText(kind) || !Object.hasOwn(QUERY_FIELDS, kind)) return `layer ${JSON.stringify(kind)}`;
  const field = firstWrong(query, QUERY_FIELDS[kind]!);
  return field === undefined ? wrongOf(query as never) : `${field} ${JSON.stringify(query[field])}`;
}

const READING: Shape = {
  ms: (value) => isNumber(value) && value > 0,
  spread: (value) => isNumber(value) && value >= 0,
  samples: (value) => Number.isInteger(value) && (value as number) > 0,
  noisy: (value) => Number.isInteger(value) && (value as number) >= 0,
  when: (value) => isText(value) && !Number.isNaN(Date.parse(value)),
  kernel: isText,
  density: (value) => value === undefined || (isNumber(value) && value >= 0 && value <= 1),
};

const ENTRY: Shape = { ...READING, rounds: (value) => Number.isInteger(value) && (value as number) > 0 };

const wrongRecord = (shape: Shape) => (record: unknown): string | undefined => {
  if (!isRecord(record)) return 'no record';
  const query = wrongQuery(record['query']);
  if (query !== undefined) return query;
  const field = firstWrong(record, shape);
  return field === undefined ? undefined : `${field} ${JSON.stringify(record[field])}`;
};

/** What is wrong with one entry of a table, and with one reading of a log. */
export const wrongEntry: (entry: unknown) => string | undefined = wrongRecord(ENTRY);
export const wrongReading: (reading: unknown) => string | undefined = wrongRecord(READING);

/** What is wrong with a refusal as it stands in a file. */
export const wrongRefusal = (refusal: unknown): string | undefined =>
  (isRecord(refusal) ? wrongQuery(refusal['query']) ?? (isText(refusal['reason']) ? undefined : 'no reason') : 'no record');

/** What is wrong with a key. */
export function wrongKey(key: unknown): string | undefined {
  if (!isRecord(key)) return 'no key';
  return firstWrong(key, { device: isText, backend: isText, version: isText, threads: (value) => Number.isInteger(value) && (value as number) > 0 });
}

const firstOf = (list: readonly unknown[], wrong: (value: unknown) => string | undefined): ErrorDetails | undefined => {
  for (const [at, value] of list.entries()) {
    const found = wrong(value);
    if (found !== undefined) return { actual: `${found} in entry ${at + 1}` };
  }
  return undefined;
};

/** What the JSON of a table must be, in order: a rule may rely on those before it. */
export const TABLE_RULES: readonly Rule<Fields>[] = [
  { code: 'latency.file.version', check: ({ version }) => (version === 1 ? undefined : { expected: 'version 1', actual: JSON.stringify(version) ?? 'none', hint: 'this is no latency table, or one of a newer Fretwork' }) },
  {
    code: 'latency.file.key',
    check: ({ key }) => {
      const wrong = wrongKey(key);
      return wrong === undefined ? undefined : { expected: 'device, backend, version and threads', actual: wrong };
    },
  },
  { code: 'latency.file.how', check: ({ how }) => (isText(how) ? undefined : { expected: 'a text' }) },
  {
    code: 'latency.file.entries',
    check: ({ entries }) => (Array.isArray(entries) ? firstOf(entries, wrongEntry) : { expected: 'a list of entries' }),
  },
  {
    code: 'latency.file.refused',
    check: ({ refused }) => (Array.isArray(refused) ? firstOf(refused, wrongRefusal) : { expected: 'a list of refusals' }),
  },
  {
    code: 'latency.file.twice',
    check: (fields) => {
      const seen = new Set<string>();
      for (const { query } of (fields as unknown as LatencyTable).entries) {
        const name = queryName(query);
        if (seen.has(name)) return { actual: `two entries of ${name}`, hint: 'mergeTables takes the one that was sampled more often' };
        seen.add(name);
      }
      return undefined;
    },
  },
];

/** Throws the first broken rule of `TABLE_RULES`. */
export function checkTable(fields: unknown, place: string): LatencyTable {
  if (!isRecord(fields)) throw new FretworkError('latency.file', `${place}: this is no latency table`, { expected: 'a JSON object', hint: 'fretwork latency measure writes one' });
  for (const { code, check } of TABLE_RULES) {
    const broken = check(fields);
    if (broken !== undefined) throw new FretworkError(code, `${place}: a rule of latency tables is broken`, { hint: 'fretwork latency measure writes such tables', ...broken });
  }
  return fields as unknown as LatencyTable;
}
