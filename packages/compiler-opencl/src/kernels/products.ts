import { kernelName } from '@fretwork/compiler';
import { activated, real } from './prelude.js';
import { panelKernel } from './panels.js';
import { tileKernel } from './tiles.js';
import { waveKernel } from './waves.js';
import { ROWS, waveName, WIDEST, type ProductVariant } from './manifest.js';
import { casesOf, eachSegment, range } from './segments.js';
import { signatureOf, spaceOf } from './signature.js';

/** Vectors of a tile, and elements of each. */
const shapeOf = (pixels: number): { readonly width: number; readonly vectors: number } => ({ width: Math.min(pixels, WIDEST), vectors: Math.ceil(pixels / WIDEST) });

/** Names of sums: of row r, vector q; those of further sets are added to the first in the end. */
const sum = (r: number, q: number, set = 0): string => `${set === 0 ? 's' : `t${set}_`}${r}_${q}`;

/** Sums that are made at once, where columns are unrolled: fewer would wait for one another. */
const CHAINS = 8;

/** The name of a kernel and the activation that it applies. In how many parts columns are cut is an argument. */
export const productName = (row: ProductVariant, word: string): string =>
  `${kernelName(row.parts === 0 ? row : { ...row, operator: waveName(row.whole, row.implicit) })}${word === '' ? '' : `_${word}`}`;

/** OpenCL C of one row of the manifest, with the activation called `word`, for segments of `masks`. */
export function productKernel(row: ProductVariant, word: string, masks: readonly number[]): string {
  if (row.operator === 'vector') return vectorKernel(row, word, masks);
  if (row.operator === 'panels') return panelKernel(row, productName(row, word), word);
  if (row.itemRows > 0) return tileKernel(row, productName(row, word), word);
  if (row.parts > 0) return waveKernel(row, productName(row, word), word);
  const { pixels } = row;
  const { width, vectors } = shapeOf(pixels);
  const V = real(width);
  const rows = range(row.rows);
  const lines = [
    signatureOf(row, productName(row, word)),
    '  const int tile = get_global_id(tileAxis), group = get_global_id(1 - tileAxis), n = get_global_id(2);',
    '  if (tile >= tiles) return;',
    '  /* The last tile ends where the positions end; what the one before has stored is not stored again. */',
    `  const int first = tile * ${pixels}, p = ${vectors === 1 ? '' : 'max(0, '}min(first, positions - ${pixels})${vectors === 1 ? '' : ')'}, skip = first - p;`,
    ...(vectors === 1 ? [] : [`  const int tail = min(${(vectors - 1) * width}, positions - ${width});`]),
    '  __global const int *at = program + program[2 * group];',
    `  ${spaceOf(row)} const STORED *weight = w + program[2 * group + 1];`,
    `  const int ${rows.map((r) => `r${r} = at[${r}]`).join(', ')};`,
    '  int from = n * batchStep + p;',
    `  ${V} ${rows.flatMap((r) => range(vectors).map((q) => `${sum(r, q)} = (${V})(LOAD(weight + ${r}))`)).join(', ')};`,
    `  weight += ${row.rows};`,
    `  y += n * outStep + p * pixelStep;`,
    `  z += n * outStep + p * pixelStep;`,
    '  if (hasResidual) {',
    ...rows.map((r) => `    if (r${r} >= 0) {${range(vectors).map((q) => ` ${sum(r, q)} += LOAD${n(width)}(z + r${r} * rowStep + ${placeOf(q, vectors, width)});`).join('')} }`),
    '  }',
    ...(row.whole ? denseLoop(row) : segmentLoop(row, masks)),
    ...rows.map((r) => `  if (r${r} >= 0) {${range(vectors).map((q) => storeOf(r, q, width, vectors, word)).join('')} }`),
    '}',
  ];
  return lines.join('\n');
}

const n = (width: number): string => (width === 1 ? '' : String(width));

/** Where vector `q` begins: the last one may reach back into the one before, so that it ends with the positions. */
const placeOf = (q: number, vectors: number, width: number): string => (q > 0 && q === vectors - 1 ? 'tail' : String(q * width));

function storeOf(r: number, q: number, width: number, vectors: number, word: string): string {
  const value = activated(word, width, sum(r, q));
  const place = placeOf(q, vectors, width);
  const to = `y + r${r} * rowStep + ${place} * pixelStep`;
  return ` if (pixelStep == 1 && skip <= ${place}) STORE${n(width)}(${value}, ${to}); else put${width}(${value}, ${to}, pixelStep, skip - ${place});`;
}

/** Loads of vector `name` from the place `offset` from the tile's first position. */
function loadsOf({ path, pixels }: ProductVariant, name: string, offset: string): string {
  const { width, vectors } = shapeOf(pixels);
  const load = (q: number): string => {
    const place = q === 0 ? '' : ` + ${placeOf(q, vectors, width)}`;
    return path === 'buffer' ? `LOAD${n(width)}(x + from + ${offset}${place})` : `TEXELS${width}(x, (from + ${offset}${place}) >> 2)`;
  };
  return range(vectors).map((q) => `const ${real(width)} ${name}${q} = ${load(q)};`).join(' ');
}

/** Adds the products of one column to the sums of set `set`. */
function multiply(pixels: number, rows: readonly number[], name: string, firstWeight: number, set = 0): string {
  const { width, vectors } = shapeOf(pixels);
  return rows.map((r, k) => `{ const REAL m = LOAD(weight${k + firstWeight === 0 ? '' : ` + ${k + firstWeight}`}); ${range(vectors).map((q) => `${sum(r, q, set)} = MAD((${real(width)})(m), ${name}${q}, ${sum(r, q, set)});`).join(' ')} }`).join(' ');
}

function segmentLoop(row: ProductVariant, masks: readonly number[]): string[] {
  const { pixels, unroll } = row;
  const { width, vectors } = shapeOf(pixels);
  const V = real(width);
  const cases = casesOf(row.rows, masks, (rows) => {
    const sets = Math.min(unroll, Math.max(1, Math.floor(CHAINS / (rows.length * vectors))));
    const others = range(sets).slice(1).flatMap((set) => rows.flatMap((r) => range(vectors).map((q) => [sum(r, q), sum(r, q, set)] as const)));
    const turn = (columns: number): string => `{ ${range(columns).map((c) => loadsOf(row, `a${c}_`, `at[c${c === 0 ? '' : ` + ${c}`}]`)).join(' ')} ${range(columns).map((c) => multiply(pixels, rows, `a${c}_`, c * rows.length, c % sets)).join(' ')} weight += ${columns * rows.length}; }`;
    return `{ int c = 0; ${others.map(([, name]) => `${V} ${name} = (${V})(R(0)); `).join('')}${unroll > 1 ? `for (; c + ${unroll} <= columns; c += ${unroll}) ${turn(unroll)} ` : ''}for (; c < columns; c++) ${turn(1)} ${others.map(([name, other]) => `${name} += ${other}; `).join('')}break; }`;
  });
  return [`  at += ${row.rows};`, ...eachSegment(row.rows, cases)];
}

/** Columns are channels x cells; where the cells of a channel lie is the same for all channels and groups of rows. */
function denseLoop(row: ProductVariant): string[] {
  const { pixels, unroll: cells } = row;
  const rows = range(row.rows);
  return [
    `  from += at[${row.rows}];`,
    ...(cells === 1 ? [] : [`  __global const int *cell = program + 2 * get_global_size(1 - tileAxis);`, `  const int ${range(cells).map((c) => `o${c} = cell[${c}]`).join(', ')};`]),
    '  for (int channel = 0; channel < channels; channel++) {',
    ...range(cells).map((c) => `    { ${loadsOf(row, 'a', cells === 1 ? '0' : `o${c}`)} ${multiply(pixels, rows, 'a', c * row.rows)} }`),
    `    weight += ${cells * row.rows};`,
    '    from += channelStep;',
    '  }',
  ];
}

function vectorKernel(row: ProductVariant, word: string, masks: readonly number[]): string {
  const all = (text: (r: number) => string, between = ' '): string => range(ROWS).map(text).join(between);
  const cases = casesOf(ROWS, masks, (rows) => `for (int c = item; c < columns; c += items) { const REAL a = LOAD(x + at[c]); ${rows.map((r, k) => `s${r} = MAD(LOAD(weight + c * ${rows.length}${k === 0 ? '' : ` + ${k}`}), a, s${r});`).join(' ')} } weight += columns * ${rows.length}; break;`);
  return `__kernel void ${productName(row, word)}(
    __global const STORED *x, __global STORED *y, ${spaceOf(row)} const STORED *w, __global const int *program, __local REAL *parts,
    int batchStep, int outStep, float alpha, float beta) {
  const int item = get_local_id(0), items = get_local_size(0), group = get_global_id(1), n = get_global_id(2);
  __global const int *at = program + program[2 * group];
  ${spaceOf(row)} const STORED *weight = w + program[2 * group + 1], *bias = weight;
  const int ${range(ROWS).map((r) => `r${r} = at[${r}]`).join(', ')};
  REAL ${all((r) => `s${r} = R(0)`, ', ')};
  x += n * batchStep;
  y += n * outStep;
  at += ${ROWS};
  weight += ${ROWS};
${eachSegment(ROWS, cases).join('\n')}
  ${all((r) => `parts[item * ${ROWS} + ${r}] = s${r};`)}
  barrier(CLK_LOCAL_MEM_FENCE);
  if (item != 0) return;
  for (int i = 1; i < items; i++) { ${all((r) => `s${r} += parts[i * ${ROWS} + ${r}];`)} }
${all((r) => `  if (r${r} >= 0) STORE(${activated(word, 1, `s${r} + LOAD(bias + ${r})`)}, y + r${r});`, '\n')}
}`;
}

