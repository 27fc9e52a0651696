/**
 * Products for processors with wide vectors, whose first cache is too small for the activations of all columns: an item does many
 * rows of one tile of positions. Some columns at a time are packed side by side, where the first cache holds them and no load
 * crosses two of its lines, and pieces of segments of all rows go over them, those of one shape one after another. The sums of
 * the rows lie in private memory, which the second cache holds. Where rows are few nothing is packed.
 */
import { activated, real } from './prelude.js';
import { pieceOf } from './panels.js';
import { PIECES, WIDEST, type ProductVariant } from './manifest.js';
import { signatureOf, spaceOf } from './signature.js';

/** Bits of a row of an item in a piece's word. */
export const ROW_BITS = 8;

export function tileKernel(row: ProductVariant, name: string, word: string): string {
  const [vectors, V] = [row.pixels / WIDEST, real(WIDEST)];
  const last = vectors - 1;
  /** For each vector of positions, by its number and its place: the last one may reach back into the one before. */
  const each = (text: (q: string, place: string) => string): string => `for (int q = 0; q < ${last}; q++) { ${text('q', `q * ${WIDEST}`)} } ${text(String(last), 'tail')}`;
  const residual = (place: string): string => `LOAD${WIDEST}(z + row[r] * rowStep + ${place})`;
  const packing = `    const int columns = *at++;
    for (int c = 0; c < columns; c++) {
      __global const STORED *from = x + at[c];
      ${V} *to = pack + c * ${vectors};
      ${each((q, place) => `to[${q}] = LOAD${WIDEST}(from + ${place});`)}
    }
    at += columns;
`;
  return `${signatureOf(row, name)}
  const int tile = get_global_id(tileAxis), item = get_global_id(1 - tileAxis), n = get_global_id(2);
  if (tile >= tiles) return;
  const int first = tile * ${row.pixels}, p = max(0, min(first, positions - ${row.pixels})), skip = first - p, tail = min(${last * WIDEST}, positions - ${WIDEST});
  __global const int *at = program + program[2 * item];
  ${spaceOf(row)} const STORED *weight = w + program[2 * item + 1];
  const int rows = *at++;
  __global const int *row = at;
  ${V} ${row.packs ? `pack[${row.unroll * vectors}], ` : ''}sums[${row.itemRows * vectors}];
  x += n * batchStep + p;
  y += n * outStep + p * pixelStep;
  z += n * outStep + p * pixelStep;
  for (int r = 0; r < rows; r++) {
    const ${V} bias = (${V})(LOAD(weight + r));
    ${each((q) => `sums[r * ${vectors} + ${q}] = bias;`)}
    if (hasResidual) { ${each((q, place) => `sums[r * ${vectors} + ${q}] += ${residual(place)};`)} }
  }
  weight += rows;
  at += rows;
  for (int chunks = *at++; chunks > 0; chunks--) {
${row.packs ? packing : ''}    for (int pieces = *at++; pieces > 0; pieces--) {
      const int code = at[0], own = at[1];
      at += 2;
      switch (code) {
${PIECES.map((shape, i) => `      case ${i}: ${pieceOf(shape, {
    sums: (r) => `${V} *s${r} = sums + (own >> ${ROW_BITS * r} & ${2 ** ROW_BITS - 1}) * ${vectors};`,
    ...(row.packs
      ? { column: (c) => `const ${V} *x${c} = pack + at[${c}];`, load: (c, q) => `x${c}[${q}]`, last: vectors }
      : { column: (c) => `__global const STORED *x${c} = x + at[${c}];`, load: (c, q) => `LOAD${WIDEST}(x${c} + ${WIDEST} * ${q})`, last, tail: [String(last), (c) => `LOAD${WIDEST}(x${c} + tail)`] }),
  })}`).join('\n')}
      }
    }
  }
  for (int r = 0; r < rows; r++) {
    ${V} *s = sums + r * ${vectors};
    __global STORED *to = y + row[r] * rowStep;
    ${each((q, place) => `{ const ${V} v = ${activated(word, WIDEST, `s[${q}]`)}; if (pixelStep == 1 && skip <= ${place}) STORE${WIDEST}(v, to + ${place}); else put${WIDEST}(v, to + (${place}) * pixelStep, pixelStep, skip - (${place})); }`)}
  }
}`;
}
