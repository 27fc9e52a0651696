import { quote } from '../error.js';
import { TextError, type TextPlace } from './text-error.js';

/** `word` is anything between blanks and marks; `string` carries its content, not its quotes. */
export interface Token extends TextPlace {
  readonly kind: 'word' | 'string' | 'newline' | 'end' | '(' | ')' | '[' | ']' | ',' | '=';
  readonly text: string;
}

const WORD = /[^\s()[\],="#]+/y;
const BLANK = /[^\S\n]+/y;

/**
 * The tokens of a text, one by one: nothing of a long text is held twice. A newline inside brackets is a blank.
 * Throws `text.string`, `text.nested`.
 */
export class Tokens {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #open: '(' | '[' | '' = '';

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    for (;;) {
      this.#match(BLANK);
      const c = this.#text[this.#at];
      if (c === '#') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.#text.length : end;
        continue;
      }
      const place = { line: this.#line, column: this.#at - this.#lineStart + 1 };
      if (c === undefined) return { kind: 'end', text: '', ...place };
      if (c === '\n') {
        this.#at++;
        this.#line++;
        this.#lineStart = this.#at;
        if (this.#open === '') return { kind: 'newline', text: '', ...place };
        continue;
      }
      if (c === '"') return { kind: 'string', text: this.#string(place), ...place };
      if (c === '(' || c === '[' || c === ')' || c === ']' || c === ',' || c === '=') {
        this.#bracket(c, place);
        this.#at++;
        return { kind: c, text: c, ...place };
      }
      return { kind: 'word', text: this.#match(WORD), ...place };
    }
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  /** Brackets do not nest, so reading a text never recurses. */
  #bracket(c: string, place: TextPlace): void {
    if (c === '(' || c === '[') {
      if (this.#open !== '') {
        throw new TextError('text.nested', place, 'brackets do not nest', {
          expected: this.#open === '(' ? '")"' : '"]"', actual: quote(c), hint: 'close the bracket before',
        });
      }
      this.#open = c;
    } else if (c === ')' || c === ']') {
      this.#open = '';
    }
  }

  #string(place: TextPlace): string {
    let end = this.#at + 1;
    for (;; end++) {
      const c = this.#text[end];
      if (c === '"') break;
      if (c === '\\') end++;
      if (c === undefined || c === '\n' || end >= this.#text.length) {
        throw new TextError('text.string', place, 'the string does not end', {
          expected: 'a closing quote on the same line', actual: 'the end of the line', hint: 'a line break inside a string is written \\n',
        });
      }
    }
    const raw = this.#text.slice(this.#at, end + 1);
    this.#at = end + 1;
    try {
      return JSON.parse(raw) as string;
    } catch {
      throw new TextError('text.string', place, 'the string cannot be read', {
        expected: 'a string as in JSON', actual: quote(raw), hint: 'a backslash is written \\\\, a tab \\t, any character \\u0000',
      });
    }
  }
}
