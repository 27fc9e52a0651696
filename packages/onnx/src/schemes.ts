import { FretworkError, quote, type Scheme } from '@fretwork/format';
import { SCHEMES_KEY } from './contract.js';

/** Fields of each kind of scheme, all of them numbers. Their ranges are judged with the model. */
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['dense', []],
  ['unstructured', ['rate']],
  ['filter', ['rate']],
  ['channel', ['rate']],
  ['pattern', ['rate', 'keep', 'patterns']],
  ['block-punched', ['rate', 'blockFilters', 'blockChannels']],
  ['bcr', ['rate', 'blockRows', 'blockColumns', 'rowShare']],
]);

/** Schemes of layers as the text of a metadata entry: a JSON object, layer name → scheme. */
export function printSchemes(schemes: readonly (readonly [layer: string, scheme: Scheme])[]): string {
  return `{${schemes.map(([layer, scheme]) => `${JSON.stringify(layer)}:${JSON.stringify(scheme, ['kind', ...FIELDS.get(scheme.kind) ?? []])}`).join(',')}}`;
}

/** The reverse, from outside. Throws `onnx.schemes`. */
export function parseSchemes(text: string): ReadonlyMap<string, Scheme> {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (cause) {
    throw broken('JSON text', 'other text', cause);
  }
  if (!isRecord(record)) throw broken('an object of layer names', typeof record);
  return new Map(Object.entries(record).map(([layer, scheme]) => [layer, parseScheme(layer, scheme)]));
}

function parseScheme(layer: string, scheme: unknown): Scheme {
  const kind = isRecord(scheme) ? scheme['kind'] : undefined;
  const fields = typeof kind === 'string' ? FIELDS.get(kind) : undefined;
  if (!isRecord(scheme) || fields === undefined) throw broken(`a scheme for ${quote(layer)}: one of ${[...FIELDS.keys()].join(', ')}`, JSON.stringify(kind) ?? 'none');
  const found = Object.keys(scheme).filter((name) => name !== 'kind');
  const wrong = found.find((name) => !fields.includes(name) || typeof scheme[name] !== 'number') ?? fields.find((name) => !found.includes(name));
  if (wrong !== undefined) throw broken(`of ${quote(layer)} the numbers ${fields.join(', ')}`, `something else as ${quote(wrong)}`);
  return scheme as unknown as Scheme;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const broken = (expected: string, actual: string, cause?: unknown): FretworkError =>
  new FretworkError('onnx.schemes', `the metadata entry ${SCHEMES_KEY} cannot be read`, {
    expected, actual, cause, hint: 'remove the entry from the ONNX file; the schemes can be recognised from the zeros',
  });
