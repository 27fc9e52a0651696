/**
 * The text form of a model, line by line.
 *
 * A text is made of lines; each begins with a keyword of the table below, and its `form` is the grammar. Capitals
 * stand for what the model says, `[…]` and `(…)` are lists with commas in which lines may break, `{…}` may be left
 * out, `…|…` is a choice. `#` begins a comment up to the end of the line. Blank lines and indentation are for the eye.
 *
 * - Names: plain words of letters, digits and `_ . / : -` (not first or doubled), or strings as in JSON.
 * - Numbers: decimal, `NaN`, `Infinity`, `-Infinity`, `-0`; elements of floats also as `0x` and their bits.
 * - Sizes: a number, a name, or `?` for one that is not known. A name that looks like a number is quoted.
 * - Elements: `[1, 2, 3]`, or in parentheses base64 without padding of the little-endian bytes.
 * - SCHEME is one of: `dense`, `unstructured rate N`, `filter rate N`, `channel rate N`, `pattern keep N patterns N
 *   rate N`, `block-punched block FILTERSxCHANNELS rate N`, `bcr block ROWSxCOLUMNS rate N rows SHARE`.
 * - MATRIX is one of: `csr RxC kept N`, `bcrc RxC kept N`, `bcr RxC block RxC kept N`, `pattern RxC kernel N bits 4|8
 *   kept N`; `kept` counts stored weights and is checked against the arrays.
 *
 * Lines of a block (`inside`) follow the line that opens it. The first line is `fretwork 1`; layers stand in the order
 * they run; a tensor's line stands before its `data`.
 */

/** The version in the first line of every text. */
export const VERSION = 1;

/** A group of lines that belong to one line. */
export type Block = 'layer' | 'tensor' | 'plan' | 'recipe';

export type Keyword =
  | 'model' | 'producer' | 'doc' | 'metadata' | 'input' | 'output' | 'value'
  | 'layer' | 'domain' | 'int' | 'float' | 'string' | 'ints' | 'floats' | 'strings' | 'constant' | 'activation' | 'scheme' | 'tuning' | 'origin'
  | 'tensor' | 'matrix' | 'plan' | 'map' | 'recipe' | 'step' | 'hash' | 'data';

export interface LineForm {
  readonly keyword: Keyword;
  /** The block it belongs to; left out: none. */
  readonly inside?: Block;
  /** The block it opens. */
  readonly opens?: Block;
  readonly form: string;
}

/** Every line there is. */
export const LINES: readonly LineForm[] = [
  { keyword: 'model', form: 'model NAME' },
  { keyword: 'producer', form: 'producer NAME version VERSION opset NUMBER' },
  { keyword: 'doc', form: 'doc "TEXT"' },
  { keyword: 'metadata', form: 'metadata KEY "VALUE"' },
  { keyword: 'input', form: 'input NAME TYPE {[SIZE, …]}' },
  { keyword: 'output', form: 'output NAME TYPE {[SIZE, …]}' },
  { keyword: 'value', form: 'value NAME TYPE {[SIZE, …]}' },
  { keyword: 'layer', opens: 'layer', form: 'layer NAME = OPERATOR(INPUT, …) -> OUTPUT, …' },
  { keyword: 'domain', inside: 'layer', form: 'domain NAME' },
  { keyword: 'int', inside: 'layer', form: 'int NAME = NUMBER' },
  { keyword: 'float', inside: 'layer', form: 'float NAME = NUMBER' },
  { keyword: 'string', inside: 'layer', form: 'string NAME = "TEXT"' },
  { keyword: 'ints', inside: 'layer', form: 'ints NAME = [NUMBER, …]' },
  { keyword: 'floats', inside: 'layer', form: 'floats NAME = [NUMBER, …]' },
  { keyword: 'strings', inside: 'layer', form: 'strings NAME = ["TEXT", …]' },
  { keyword: 'constant', inside: 'layer', form: 'constant NAME TYPE [SIZE, …] = ELEMENTS' },
  { keyword: 'activation', inside: 'layer', form: 'activation KIND {alpha NUMBER} {beta NUMBER}' },
  { keyword: 'scheme', inside: 'layer', form: 'scheme SCHEME' },
  { keyword: 'tuning', inside: 'layer', form: 'tuning {kernel NAME} {tile [N, …]} {unroll [N, …]} {permute NAME}' },
  { keyword: 'origin', inside: 'layer', form: 'origin [NAME, …]' },
  { keyword: 'tensor', opens: 'tensor', form: 'tensor NAME TYPE [SIZE, …] {= ELEMENTS | sparse COUNT of ROWSxCOLUMNS row-major|column-major kernel N}' },
  { keyword: 'matrix', inside: 'tensor', form: 'matrix MATRIX' },
  { keyword: 'plan', opens: 'plan', form: 'plan target NAME mapper NAME' },
  { keyword: 'map', inside: 'plan', form: 'map LAYER SCHEME {predicted MILLISECONDS} because "REASON"' },
  { keyword: 'recipe', opens: 'recipe', form: 'recipe' },
  { keyword: 'step', inside: 'recipe', form: 'step TOOL version VERSION seed NUMBER options "JSON"' },
  { keyword: 'hash', inside: 'recipe', form: 'hash NAME SHA256' },
  { keyword: 'data', form: 'data TENSOR {MATRIX-NUMBER ARRAY} TYPE = (BASE64)' },
];
