import type { Dimension, DType } from '../contract.js';
import { DTYPES, isDType } from '../dtype.js';
import { quote, type ErrorDetails } from '../error.js';
import { TextError, type TextPlace } from './text-error.js';
import { type Token, Tokens } from './tokens.js';
import { isPlain, readInteger, readNumber, readSize } from './words.js';

/** Reads the words of one line after the other; `form` is how the line at hand should look, for the hints. */
export class Cursor {
  readonly #tokens: Tokens;
  #peeked: Token;
  form = '';

  constructor(text: string) {
    this.#tokens = new Tokens(text);
    this.#peeked = this.#tokens.next();
  }

  get peek(): Token {
    return this.#peeked;
  }

  next(): Token {
    const token = this.#peeked;
    if (token.kind !== 'end') this.#peeked = this.#tokens.next();
    return token;
  }

  fail(code: `text.${string}`, place: TextPlace, says: string, details: ErrorDetails): never {
    throw new TextError(code, place, says, { ...(this.form === '' ? {} : { hint: `the line reads: ${this.form}` }), ...details });
  }

  /** Is the next token this word or mark? Then it is taken. */
  take(text: string): boolean {
    const { kind, text: found } = this.#peeked;
    if (kind === 'string' || found !== text) return false;
    this.next();
    return true;
  }

  expect(text: string): void {
    const token = this.#peeked;
    if (!this.take(text)) this.unexpected(token, quote(text));
  }

  unexpected(token: Token, expected: string): never {
    this.fail('text.expected', token, 'something else should stand here', { expected, actual: showToken(token) });
  }

  endLine(): void {
    const token = this.next();
    if (token.kind !== 'newline' && token.kind !== 'end') this.unexpected(token, 'the end of the line');
  }

  get atLineEnd(): boolean {
    return this.#peeked.kind === 'newline' || this.#peeked.kind === 'end';
  }

  /** A name or any other text: quoted as in JSON, or a plain word. */
  name(what: string = 'a name'): string {
    const token = this.next();
    if (token.kind === 'string') return token.text;
    if (token.kind !== 'word') this.unexpected(token, what);
    if (!isPlain(token.text)) {
      this.fail('text.name', token, 'this is no plain name', { expected: what, actual: quote(token.text), hint: `quote it: ${quote(token.text)}` });
    }
    return token.text;
  }

  word(what: string): Token {
    const token = this.next();
    if (token.kind !== 'word') this.unexpected(token, what);
    return token;
  }

  number(what: string = 'a number'): number {
    return this.#read(what, readNumber);
  }

  integer(what: string = 'a whole number'): number {
    return this.#read(what, readInteger);
  }

  /** `4x16` */
  size(what: string = 'a size such as 4x16'): readonly [number, number] {
    return this.#read(what, readSize);
  }

  #read<T>(what: string, read: (word: string) => T | undefined): T {
    const token = this.word(what);
    const value = read(token.text);
    if (value === undefined) this.fail('text.number', token, 'this is no such number', { expected: what, actual: quote(token.text) });
    return value;
  }

  dtype(): DType {
    const token = this.word('an element type');
    if (!isDType(token.text)) {
      this.fail('text.dtype', token, 'there is no such element type', { expected: Object.keys(DTYPES).join(', '), actual: quote(token.text) });
    }
    return token.text;
  }

  /** One of `words`; `text.keyword` otherwise. */
  choice<T extends string>(words: readonly T[], what: string): T {
    const token = this.word(what);
    const found = words.find((word) => word === token.text);
    if (found === undefined) this.fail('text.keyword', token, `this is no ${what}`, { expected: words.join(', '), actual: quote(token.text) });
    return found;
  }

  /** `[item, item]`, or with other brackets. */
  list<T>(item: () => T, open: '(' | '[' = '['): T[] {
    const close = open === '[' ? ']' : ')';
    this.expect(open);
    const items: T[] = [];
    if (this.take(close)) return items;
    for (;;) {
      items.push(item());
      if (this.take(close)) return items;
      const token = this.#peeked;
      if (!this.take(',')) this.unexpected(token, `"," or ${quote(close)}`);
    }
  }

  shape(): number[] {
    return this.list(() => this.integer('a size'));
  }

  dimensions(): Dimension[] {
    return this.list(() => {
      const token = this.#peeked;
      if (token.kind === 'word' && /^-?\d/.test(token.text)) return this.integer('a size');
      return this.take('?') ? '?' : this.name('a size or its name');
    });
  }
}

export function showToken(token: Token): string {
  if (token.kind === 'newline') return 'the end of the line';
  return token.kind === 'end' ? 'the end of the text' : quote(token.text);
}
