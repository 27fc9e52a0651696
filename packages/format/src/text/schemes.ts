/** Schemes, activations and tuning as words. One table each, read by the printer and by the parser. */
import type { Activation, ActivationKind, Scheme, SchemeKind, Tuning } from '../contract.js';
import type { Cursor } from './cursor.js';
import { printName, printNumber } from './words.js';

/** A word and the numbers that follow it: one, or two joined by an x. */
interface Field {
  readonly word: string;
  readonly keys: readonly [string] | readonly [string, string];
}

const RATE: Field = { word: 'rate', keys: ['rate'] };

export const SCHEME_FIELDS: Readonly<Record<SchemeKind, readonly Field[]>> = {
  dense: [],
  unstructured: [RATE],
  filter: [RATE],
  channel: [RATE],
  pattern: [{ word: 'keep', keys: ['keep'] }, { word: 'patterns', keys: ['patterns'] }, RATE],
  'block-punched': [{ word: 'block', keys: ['blockFilters', 'blockChannels'] }, RATE],
  bcr: [{ word: 'block', keys: ['blockRows', 'blockColumns'] }, RATE, { word: 'rows', keys: ['rowShare'] }],
};

const SCHEME_KINDS = Object.keys(SCHEME_FIELDS) as SchemeKind[];

/** `bcr block 4x16 rate 10 rows 0.5` */
export function printScheme(scheme: Scheme): string {
  const values = new Map<string, number>(Object.entries(scheme).filter(([, value]) => typeof value === 'number'));
  const fields = SCHEME_FIELDS[scheme.kind].map(({ word, keys }) => `${word} ${keys.map((key) => printNumber(values.get(key)!)).join('x')}`);
  return [scheme.kind, ...fields].join(' ');
}

export const schemeForm = (kind: SchemeKind): string =>
  [kind, ...SCHEME_FIELDS[kind].map(({ word, keys }) => `${word} ${keys.length === 2 ? 'ROWSxCOLUMNS' : 'NUMBER'}`)].join(' ');

/** Fields in any order, each once. */
export function readScheme(at: Cursor): Scheme {
  const kind = at.choice(SCHEME_KINDS, 'scheme');
  at.form = at.form.replace('SCHEME', schemeForm(kind));
  const left = new Map(SCHEME_FIELDS[kind].map((field) => [field.word, field]));
  const values: Record<string, number> = {};
  while (left.size > 0) {
    const { word, keys } = left.get(at.choice([...left.keys()], `word of scheme ${kind}`))!;
    left.delete(word);
    const numbers = keys.length === 2 ? at.size() : [at.number()];
    keys.forEach((key, i) => { values[key] = numbers[i]!; });
  }
  // The table has exactly the fields of each kind; the round trip of every kind is tested.
  return { kind, ...values } as Scheme;
}

const ACTIVATIONS: readonly ActivationKind[] = ['relu', 'clip', 'leaky-relu', 'sigmoid', 'tanh', 'hard-sigmoid', 'hard-swish'];

/** `clip alpha 0 beta 6` */
export function printActivation({ kind, alpha, beta }: Activation): string {
  return kind + (alpha === undefined ? '' : ` alpha ${printNumber(alpha)}`) + (beta === undefined ? '' : ` beta ${printNumber(beta)}`);
}

export function readActivation(at: Cursor): Activation {
  const kind = at.choice(ACTIVATIONS, 'activation');
  const alpha = at.take('alpha') ? at.number() : undefined;
  const beta = at.take('beta') ? at.number() : undefined;
  return { kind, ...(alpha === undefined ? {} : { alpha }), ...(beta === undefined ? {} : { beta }) };
}

/** `kernel NAME tile [16, 32, 8] unroll [4, 2] permute cohwci_b` */
export function printTuning({ kernel, tile, unroll, permute }: Tuning): string {
  return [
    kernel === undefined ? '' : `kernel ${printName(kernel)}`,
    tile === undefined ? '' : `tile [${tile.map(printNumber).join(', ')}]`,
    unroll === undefined ? '' : `unroll [${unroll.map(printNumber).join(', ')}]`,
    permute === undefined ? '' : `permute ${printName(permute)}`,
  ].filter((part) => part !== '').join(' ');
}

export function readTuning(at: Cursor): Tuning {
  const kernel = at.take('kernel') ? at.name() : undefined;
  const tile = at.take('tile') ? at.list(() => at.integer()) : undefined;
  const unroll = at.take('unroll') ? at.list(() => at.integer()) : undefined;
  const permute = at.take('permute') ? at.name() : undefined;
  return {
    ...(kernel === undefined ? {} : { kernel }), ...(tile === undefined ? {} : { tile }),
    ...(unroll === undefined ? {} : { unroll }), ...(permute === undefined ? {} : { permute }),
  };
}
