/** What an error speaks of; every field that is known is given. */
export interface ErrorDetails {
  /** Layer the error speaks of. */
  readonly layer?: string;
  /** Tensor the error speaks of. */
  readonly tensor?: string;
  /** Byte offset in the file. */
  readonly offset?: number;
  readonly expected?: string;
  readonly actual?: string;
  /** The next step for the user. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The one error class of the Fretwork packages. `code` is stable (`area.what`, e.g. `header.too-long`) and documented;
 * the message carries place, expected, actual and hint, so that printing it is enough.
 */
export class FretworkError extends Error {
  readonly code: string;
  /** What is wrong, without place, facts, code and hint. */
  readonly says: string;
  readonly details: ErrorDetails;

  constructor(code: string, says: string, details: ErrorDetails = {}) {
    super(compose(code, says, details), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'FretworkError';
    this.code = code;
    this.says = says;
    this.details = details;
  }
}

function compose(code: string, says: string, d: ErrorDetails): string {
  const place = [
    d.layer === undefined ? '' : `layer ${quote(d.layer)}`,
    d.tensor === undefined ? '' : `tensor ${quote(d.tensor)}`,
    d.offset === undefined ? '' : `byte ${d.offset}`,
  ].filter((s) => s !== '').join(', ');
  const facts = [
    d.expected === undefined ? '' : `expected ${d.expected}`,
    d.actual === undefined ? '' : `found ${d.actual}`,
  ].filter((s) => s !== '').join(', ');
  return `${place === '' ? '' : `${place}: `}${says}${facts === '' ? '' : ` (${facts})`} [${code}]${d.hint === undefined ? '' : `\n  → ${d.hint}`}`;
}

/** Names come from files: control characters are shown, long names cut, so that a message stays one readable line. */
export function quote(name: string): string {
  const text = JSON.stringify(name.length > 120 ? `${name.slice(0, 117)}...` : name);
  return text.replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
