import { FretworkError, type ErrorDetails } from '../error.js';

/** A place in a text; both count from 1, columns in UTF-16 units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a text and where; its codes are `text.*`. The message begins with `line:column`. */
export class TextError extends FretworkError implements TextPlace {
  readonly line: number;
  readonly column: number;

  constructor(code: `text.${string}`, place: TextPlace, says: string, details: ErrorDetails = {}) {
    super(code, `${place.line}:${place.column}: ${says}`, details);
    this.name = 'TextError';
    this.line = place.line;
    this.column = place.column;
  }
}
