import type { Model, Tensor } from '../contract.js';
import { quote } from '../error.js';
import { checkModel } from '../rules/check-model.js';
import { Cursor, showToken } from './cursor.js';
import { assemble, type Draft, emptyDraft } from './draft.js';
import { type LineForm, LINES, VERSION } from './lines.js';
import { READ } from './read-lines.js';
import { TextError } from './text-error.js';

export interface ParseOptions {
  /** Tensors whose arrays the text leaves out, by name; they are used as they are, not copied. */
  readonly tensors?: ReadonlyMap<string, Tensor>;
  readonly limits?: {
    /** UTF-16 units of the text; 2^28 where it is left out. */
    readonly textLength?: number;
  };
}

const BY_KEYWORD: ReadonlyMap<string, LineForm> = new Map(LINES.map((line) => [line.keyword, line]));

/**
 * The model of a text; `lines.ts` has the grammar. `parseModel(printModel(model))` is `model`, to the last bit.
 *
 * Throws `TextError` (codes `text.*`, with line and column) for what cannot be read, and `FretworkError` with the code
 * of the broken rule where the model that was read is none (`checkModel`).
 */
export function parseModel(text: string, options: ParseOptions = {}): Model {
  const model = readText(text, options);
  checkModel(model);
  return model;
}

/** `parseModel` without the rules that look at the whole model. */
export function readText(text: string, { tensors = new Map(), limits = {} }: ParseOptions = {}): Model {
  const { textLength = 2 ** 28 } = limits;
  if (text.length > textLength) {
    throw new TextError('text.too-long', { line: 1, column: 1 }, 'the text is too long', {
      expected: `at most ${textLength} characters`, actual: String(text.length), hint: 'print large models with weights omitted, or raise limits.textLength',
    });
  }
  const at = new Cursor(text);
  const draft = emptyDraft();
  skipBlank(at);
  readVersion(at);
  for (skipBlank(at); at.peek.kind !== 'end'; skipBlank(at)) readLine(at, draft);
  return assemble(at, draft, tensors);
}

function skipBlank(at: Cursor): void {
  while (at.peek.kind === 'newline') at.next();
}

function readVersion(at: Cursor): void {
  const place = at.peek;
  const hint = `the text begins with the line: fretwork ${VERSION}`;
  if (!at.take('fretwork')) {
    at.fail('text.version', place, 'this is no Fretwork text', { expected: `fretwork ${VERSION}`, actual: showToken(place), hint });
  }
  const version = at.peek;
  if (!at.take(String(VERSION))) {
    at.fail('text.version', version, 'this version cannot be read', { expected: String(VERSION), actual: showToken(version), hint });
  }
  at.endLine();
}

function readLine(at: Cursor, draft: Draft): void {
  at.form = '';
  const token = at.next();
  const line = token.kind === 'word' ? BY_KEYWORD.get(token.text) : undefined;
  if (line === undefined) {
    const words = LINES.filter((l) => l.inside === undefined || l.inside === draft.block).map((l) => l.keyword);
    at.fail('text.keyword', token, 'no line begins like this', {
      expected: words.join(', '), actual: showToken(token), hint: 'names that are no plain words are quoted',
    });
  }
  at.form = line.form;
  if (line.inside !== undefined && line.inside !== draft.block) {
    at.fail('text.place', token, `${quote(line.keyword)} stands inside a ${line.inside}`, {
      expected: `a ${line.inside} line before it`, actual: draft.block === undefined ? 'none' : `a ${draft.block}`,
    });
  }
  if (line.inside === undefined) draft.block = line.opens;
  READ[line.keyword](at, draft, token);
  at.endLine();
}
