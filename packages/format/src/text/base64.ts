/** Base64 (RFC 4648) without padding, of bytes in memory. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CODES: Uint8Array = Uint8Array.from(ALPHABET, (c) => c.charCodeAt(0));
const VALUES: Int8Array = new Int8Array(128).fill(-1);
CODES.forEach((code, value) => { VALUES[code] = value; });

/** Bytes per printed line: 96 characters. */
const LINE = 72;

/** Base64 in lines of 96 characters, each after a line break and two blanks. */
export function printBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil((bytes.length * 4) / 3) + 3 * Math.ceil(bytes.length / LINE));
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    if (i % LINE === 0) {
      text.set([0x0a, 0x20, 0x20], at);
      at += 3;
    }
    const bits = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    // Two to four characters for one to three bytes; those past the end are not kept.
    for (let shift = 18; shift >= 0 && at < text.length; shift -= 6) text[at++] = CODES[(bits >> shift) & 63]!;
  }
  return new TextDecoder().decode(text);
}

/** The bytes of base64 that may be cut into words anywhere; `undefined` where it is none. */
export function readBase64(words: readonly string[]): Uint8Array | undefined {
  const characters = words.reduce((n, word) => n + word.length, 0);
  if (characters % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((characters * 3) / 4));
  let [bits, held, at] = [0, 0, 0];
  for (const word of words) {
    for (let i = 0; i < word.length; i++) {
      const value = VALUES[word.charCodeAt(i)] ?? -1;
      if (value < 0) return undefined;
      bits = ((bits << 6) | value) & 0xffffff;
      held += 6;
      if (held >= 8) {
        held -= 8;
        bytes[at++] = bits >> held;
      }
    }
  }
  // Bits left over carry nothing: one text for the same bytes.
  return (bits & ((1 << held) - 1)) === 0 ? bytes : undefined;
}
