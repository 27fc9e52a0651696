import { DatasetError, shown } from './error.js';
import { MAX_RANK } from './nd-array.js';

/** What the dictionary at the start of an NPY file says. */
export interface NpyHeader {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

type Value = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'truth'; readonly truth: boolean } | { readonly kind: 'tuple'; readonly items: readonly number[] };

const KEYS = ['descr', 'fortran_order', 'shape'];

/**
 * Parses the header dictionary, a Python literal with exactly the keys `descr`, `fortran_order` and `shape`, in any
 * order. Only the tokens these need are known; nothing is evaluated. `start` is the byte where `text` begins.
 * Throws `npy.header` with the byte, `npy.dtype` for a structured type.
 */
export function parseNpyHeader(text: string, start: number): NpyHeader {
  let at = 0;
  const fail = (expected: string): never => {
    throw new DatasetError('npy.header', {
      offset: start + at, expected, actual: at < text.length ? shown(text.slice(at, at + 24)) : 'its end',
      hint: 'write the file with numpy.save',
    });
  };
  /** The match of `pattern` here, blanks before it skipped; null leaves the place as it was. */
  const take = (pattern: RegExp): string | null => {
    const blank = /[ \t\r\n]*/y;
    blank.lastIndex = at;
    blank.test(text);
    pattern.lastIndex = blank.lastIndex;
    const match = pattern.exec(text);
    if (match === null) return null;
    at = pattern.lastIndex;
    return match[0];
  };
  const string = (): string | null => take(/'[^'\\\n]*'|"[^"\\\n]*"/y)?.slice(1, -1) ?? null;

  const tuple = (): readonly number[] => {
    const items: number[] = [];
    while (take(/\)/y) === null) {
      if (items.length > MAX_RANK) fail(`at most ${MAX_RANK} axes`);
      // Python 2 wrote long integers as 3L.
      const digits = take(/(0|[1-9][0-9]{0,15})(?![0-9])L?/y) ?? fail('a whole number below 2^53 or )');
      const axis = Number.parseInt(digits, 10);
      if (!Number.isSafeInteger(axis)) fail('a whole number below 2^53');
      items.push(axis);
      if (take(/,/y) !== null) continue;
      // (3) is a number in Python, (3,) a tuple.
      if (items.length === 1 || take(/\)/y) === null) fail('a comma or )');
      break;
    }
    return items;
  };

  const value = (): Value => {
    const quoted = string();
    if (quoted !== null) return { kind: 'text', text: quoted };
    const truth = take(/True\b|False\b/y);
    if (truth !== null) return { kind: 'truth', truth: truth === 'True' };
    if (take(/\(/y) !== null) return { kind: 'tuple', items: tuple() };
    return fail("a string, True, False or a tuple");
  };

  const found = new Map<string, Value>();
  if (take(/\{/y) === null) fail('{');
  while (take(/\}/y) === null) {
    const key = string() ?? fail('a key');
    if (!KEYS.includes(key)) fail(`one of ${KEYS.join(', ')} before here`);
    if (found.has(key)) fail(`${key} once`);
    if (take(/:/y) === null) fail(':');
    if (key === 'descr' && take(/\[/y) !== null) {
      throw new DatasetError('npy.dtype', { offset: start + at, actual: 'a structured type', hint: 'save each field as its own array' });
    }
    found.set(key, value());
    if (take(/,/y) !== null) continue;
    if (take(/\}/y) === null) fail('a comma or }');
    break;
  }
  take(/(?=\S|$)/y);
  if (at !== text.length) fail('nothing after }');

  const descr = found.get('descr');
  const order = found.get('fortran_order');
  const shape = found.get('shape');
  if (descr?.kind !== 'text') return fail("'descr' with a string");
  if (order?.kind !== 'truth') return fail("'fortran_order' with True or False");
  if (shape?.kind !== 'tuple') return fail("'shape' with a tuple");
  return { descr: descr.text, fortranOrder: order.truth, shape: shape.items };
}
