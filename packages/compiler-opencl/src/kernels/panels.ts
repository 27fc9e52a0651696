/**
 * Products whose sums lie in a panel of private memory, which the first cache of a processor holds: a piece of a segment (up
 * to four rows and sixteen weights) keeps its weights in registers and goes over all positions of the tile. So a jump to
 * the code of a piece serves hundreds of products, whichever rows it has.
 */
import { activated, real } from './prelude.js';
import { PIECES, WIDEST, type ProductVariant } from './manifest.js';
import { range } from './segments.js';
import { signatureOf, spaceOf } from './signature.js';

const all = (count: number, text: (i: number) => string, between = ' '): string => range(count).map(text).join(between);

/** Bits of a piece's first word: which code it needs, then which rows of the group it has. */
export const CODE_BITS = 8;
export const SLOT_BITS = 5;

interface PieceText {
  /** Declares s‹r›, the sums of row r of the piece. */
  readonly sums: (r: number) => string;
  /** Declares x‹c›, the activations of its column c. */
  readonly column: (c: number) => string;
  /** The expression of vector `q` of x‹c›. */
  readonly load: (c: number, q: string) => string;
  /** Vectors that lie one behind the other; where one more is to be done, its place in the sums and among the activations. */
  readonly last: number;
  readonly tail?: readonly [sum: string, load: (c: number) => string];
}

/** A piece of rows x columns: its weights in registers, all positions one after another. */
export function pieceOf([height, columns]: readonly [number, number], { sums, column, load, last, tail }: PieceText): string {
  const V = real(WIDEST);
  const step = (q: string, of: (c: number) => string): string => `${all(columns, (c) => `const ${V} a${c} = ${of(c)};`)} ${all(height, (r) => `${V} t${r} = s${r}[${q}];`)} ${all(columns, (c) => all(height, (r) => `t${r} = MAD((${V})(m${c}_${r}), a${c}, t${r});`))} ${all(height, (r) => `s${r}[${q}] = t${r};`)}`;
  return `{ ${all(height, sums)} ${all(columns, (c) => `${column(c)} ${all(height, (r) => `const REAL m${c}_${r} = LOAD(weight + ${c * height + r});`)}`)} ${last === 0 ? '' : `for (int q = 0; q < ${last}; q++) { ${step('q', (c) => load(c, 'q'))} } `}${tail === undefined ? '' : `{ ${step(tail[0], tail[1])} } `}at += ${columns}; weight += ${columns * height}; break; }`;
}

export function panelKernel(row: ProductVariant, name: string, word: string): string {
  const [rows, vectors, V] = [row.rows, row.pixels / WIDEST, real(WIDEST)];
  const last = vectors - 1;
  const piece = (shape: readonly [number, number]): string => pieceOf(shape, {
    sums: (r) => `${V} *s${r} = s + (code >> ${CODE_BITS + SLOT_BITS * r} & ${2 ** SLOT_BITS - 1}) * ${vectors};`,
    column: (c) => `__global const STORED *x${c} = x + at[${c}];`,
    load: (c, q) => `LOAD${WIDEST}(x${c} + ${WIDEST} * ${q})`,
    last, tail: [String(last), (c) => `LOAD${WIDEST}(x${c} + ${last === 0 ? '0' : 'tail'})`],
  });
  return `${signatureOf(row, name)}
  const int tile = get_global_id(tileAxis), group = get_global_id(1 - tileAxis), n = get_global_id(2);
  if (tile >= tiles) return;
  const int first = tile * ${row.pixels}, p = max(0, min(first, positions - ${row.pixels})), skip = first - p, tail = min(${last * WIDEST}, positions - ${WIDEST});
  __global const int *at = program + program[2 * group], *rows = at;
  ${spaceOf(row)} const STORED *weight = w + program[2 * group + 1];
  ${V} s[${rows * vectors}];
  x += n * batchStep + p;
  y += n * outStep + p * pixelStep;
  z += n * outStep + p * pixelStep;
  for (int r = 0; r < ${rows}; r++) {
    const ${V} bias = (${V})(LOAD(weight + r));
    for (int q = 0; q < ${vectors}; q++) s[r * ${vectors} + q] = bias;
    if (hasResidual && rows[r] >= 0) for (int q = 0; q < ${vectors}; q++) s[r * ${vectors} + q] += LOAD${WIDEST}(z + rows[r] * rowStep + min(q * ${WIDEST}, tail));
  }
  weight += ${rows};
  at += ${rows};
  for (int pieces = *at++; pieces > 0; pieces--) {
    const int code = *at++;
    switch (code & ${2 ** CODE_BITS - 1}) {
${PIECES.map((shape, i) => `      case ${i}: ${piece(shape)}`).join('\n')}
    }
  }
  for (int r = 0; r < ${rows}; r++) {
    if (rows[r] < 0) continue;
    for (int q = 0; q < ${vectors}; q++) {
      const int place = min(q * ${WIDEST}, tail);
      const ${V} v = ${activated(word, WIDEST, `s[r * ${vectors} + q]`)};
      __global STORED *to = y + rows[r] * rowStep + place * pixelStep;
      if (pixelStep == 1 && skip <= place) STORE${WIDEST}(v, to); else put${WIDEST}(v, to, pixelStep, skip - place);
    }
  }
}`;
}
