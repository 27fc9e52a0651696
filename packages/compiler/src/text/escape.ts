/** Text of a model inside C code. Names come from files: nothing in them may end a comment or a string. */

/** Printable ASCII, the rest as \uXXXX. */
const plain = (text: string, longest: number): string =>
  (text.length > longest ? `${text.slice(0, longest)}...` : text)
    .replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** For the inside of a block comment: no `*` beside `/`, no line end, no backslash before one, no trigraphs. Cut after `longest` characters. */
export const inComment = (text: string, longest = 160): string => plain(text, longest).replace(/\*(?=\/)/g, '* ').replace(/\/(?=\*)/g, '/ ').replace(/\?(?=\?)/g, '? ').replace(/\\$/, '\\ ');

/** A C string literal, quotes included, of the UTF-8 bytes of `text`: whoever prints it sees the name as it was. */
export function cString(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let out = '"';
  for (const byte of bytes) {
    const c = String.fromCharCode(byte);
    // Octal escapes end after three digits; hexadecimal ones would swallow what follows.
    out += byte < 0x20 || byte > 0x7e || c === '"' || c === '\\' || c === '?' ? `\\${byte.toString(8).padStart(3, '0')}` : c;
  }
  return `${out}"`;
}

/** A float literal of the nearest float32. */
export function cFloat(value: number): string {
  const x = Math.fround(value);
  if (Number.isNaN(x)) return 'NAN';
  if (!Number.isFinite(x)) return x < 0 ? '(-INFINITY)' : 'INFINITY';
  // Nine digits tell every float32 from its neighbours; most need fewer.
  const shortest = [6, 7, 8, 9].find((count) => Math.fround(Number(x.toPrecision(count))) === x)!;
  const digits = Object.is(x, -0) ? '-0.0' : String(Number(x.toPrecision(shortest)));
  return `${/[.e]/.test(digits) ? digits : `${digits}.0`}f`;
}
