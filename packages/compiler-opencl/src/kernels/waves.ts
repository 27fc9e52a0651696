/**
 * Products for GPUs. Lane l of a work-group of so many lanes has positions l, lanes + l, … of its tile, so that neighbours load
 * neighbours. The columns that a group of rows keeps are cut into parts; the items of a work-group that have the same positions
 * take one after another, and add their sums up in local memory, where each then finishes some of the outputs.
 *
 * A column has a weight for every row of the group, zero where a row does not keep it: a case per set of rows, as in other
 * kernels, saves products, but its code is fetched more slowly than it is carried out (docs/opencl.md). So 0 · Infinity is NaN here.
 */
import { activated } from './prelude.js';
import { MOST_CELLS, WAVE_COLUMNS, type ProductVariant } from './manifest.js';
import { range } from './segments.js';
import { signatureOf, spaceOf } from './signature.js';

/** Bits of a column's place that say which cell of the kernel it belongs to, of convolutions without planes. */
export const CELL_BITS: number = Math.log2(MOST_CELLS);

const sum = (r: number, q: number): string => `s${r}_${q}`;

/** What reads activations, and knows how they are addressed. `place`: from the item's first position; `cell`: of the kernel, an expression. */
interface Reader {
  /** Lines that find the places of positions `p0`, `p1`, …. */
  readonly places: readonly string[];
  readonly read: (base: string, place: string, cell: string, q: number) => string;
  /** The place and the cell of an entry of the table of columns. */
  readonly entry: (entry: string) => readonly [place: string, cell: string];
}

const direct: Reader = {
  places: [],
  read: (base, place, _, q) => `LOAD(${base} + ${place} + p${q})`,
  entry: (entry) => [entry, ''],
};

const implicit = (pixels: number): Reader => ({
  places: [
    `  int ${range(pixels).map((q) => `b${q}`).join(', ')}; uint ${range(pixels).map((q) => `inside${q} = 0`).join(', ')};`,
    ...range(pixels).map((q) => `  { const int y0 = p${q} / outWidth * strideY - top, x0 = p${q} % outWidth * strideX - left; b${q} = y0 * width + x0; for (int ky = 0; ky < kernelY; ky++) for (int kx = 0; kx < kernelX; kx++) { const int row = y0 + ky * dilationY, column = x0 + kx * dilationX; if (row >= 0 && row < height && column >= 0 && column < width) inside${q} |= 1u << (ky * kernelX + kx); } }`),
  ],
  read: (base, place, cell, q) => `(inside${q} >> ${cell} & 1 ? LOAD(${base} + ${place} + b${q}) : R(0))`,
  entry: (entry) => [`(${entry} >> ${CELL_BITS})`, `(${entry} & ${MOST_CELLS - 1})`],
});

/** Element `i` of weights that were loaded by fours as m0, m1, …. */
const fourth = (i: number): string => `m${i >> 2}.s${i & 3}`;

const fours = (space: string, count: number): string => range(count).map((k) => `const REAL4 m${k} = ALIGNED4(${space}, weight${k === 0 ? '' : ` + ${4 * k}`});`).join(' ');

/** Adds the products of column `c` of those that are loaded: its activations are a‹c›_0, a‹c›_1, …. */
const multiply = ({ rows, pixels }: ProductVariant, c: number): string =>
  range(rows).map((r) => range(pixels).map((q) => `${sum(r, q)} = MAD(${fourth(c * rows + r)}, a${c}_${q}, ${sum(r, q)});`).join(' ')).join(' ');

/** OpenCL C of one row of the manifest that is called `name`. */
export function waveKernel(row: ProductVariant, name: string, word: string): string {
  const space = spaceOf(row);
  const { rows, pixels } = row;
  const sums = rows * pixels;
  const reader = row.implicit ? implicit(pixels) : direct;
  return `${signatureOf(row, name)}
  const int lane = get_local_id(tileAxis), lanes = get_local_size(tileAxis), item = get_local_id(1 - tileAxis), items = get_local_size(1 - tileAxis);
  const int group = get_group_id(1 - tileAxis), n = get_global_id(2), first = get_group_id(tileAxis) * lanes * ${pixels} + lane;
  __global const int *table = program + program[2 * group];
  ${space} const STORED *bias = w + program[2 * group + 1];
  /* Behind the last position is the last one again, which is not stored. */
  const int ${range(pixels).map((q) => `p${q} = min(first + ${q} * lanes, positions - 1)`).join(', ')};
${reader.places.join('\n')}
  REAL ${range(rows).flatMap((r) => range(pixels).map((q) => `${sum(r, q)} = R(0)`)).join(', ')};
  x += n * batchStep;
  for (int part = item; part < parts; part += items) {
${(row.whole ? denseLoop : columnLoop)(row, space, reader).join('\n')}
  }
${range(rows).flatMap((r) => range(pixels).map((q) => `  shared[(item * ${sums} + ${r * pixels + q}) * lanes + lane] = ${sum(r, q)};`)).join('\n')}
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int e = item; e < ${sums}; e += items) {
    const int r = e / ${pixels}, row = table[r], p = first + e % ${pixels} * lanes;
    if (row < 0 || p >= positions) continue;
    const int to = n * outStep + row * rowStep + p * pixelStep;
    REAL v = LOAD(bias + r);
    if (hasResidual) v += LOAD(z + to);
    for (int i = 0; i < items; i++) v += shared[(i * ${sums} + e) * lanes + lane];
    STORE(${activated(word, 1, 'v')}, y + to);
  }
}`;
}

/**
 * A part has some of the columns that there are. What is left after whole turns is loaded like a turn, since loads that wait for one
 * another are what takes time; columns that are not there are the last one again, and are not multiplied: there may be an infinity in them.
 */
function columnLoop(row: ProductVariant, space: string, { read, entry }: Reader): string[] {
  const { rows: height, pixels } = row;
  const perColumn = height >> 2;
  const four = (first: number): string => `const int4 c${first} = *(__global const int4 *)(at + c + ${first}); ${range(4).flatMap((i) => range(pixels).map((q) => `const REAL a${first + i}_${q} = ${read('x', ...entry(`c${first}.s${i}`), q)};`)).join(' ')}`;
  return [
    `    const int columns = table[${height}], share = ((columns + parts - 1) / parts + 3) & ~3, last = min(columns, (part + 1) * share);`,
    `    __global const int *at = table + ${height + 4};`,
    '    int c = part * share;',
    `    ${space} const STORED *weight = bias + ${height} + c * ${height};`,
    `    for (; c + ${WAVE_COLUMNS} <= last; c += ${WAVE_COLUMNS}) {`,
    `      ${fours(space, WAVE_COLUMNS * perColumn)}`, ...range(WAVE_COLUMNS / 4).map((i) => `      ${four(4 * i)}`), ...range(WAVE_COLUMNS).map((i) => `      ${multiply(row, i)}`),
    `      weight += ${WAVE_COLUMNS * height};`,
    '    }',
    '    for (; c < last; c += 4) {',
    `      ${fours(space, 4 * perColumn)}`, `      ${four(0)}`, `      ${multiply(row, 0)}`,
    ...[1, 2, 3].map((i) => `      if (c + ${i} < last) { ${multiply(row, i)} }`),
    `      weight += ${4 * height};`,
    '    }',
  ];
}

/** A part has some of the channels: several at a time where a kernel has one cell. */
function denseLoop(row: ProductVariant, space: string, { read }: Reader): string[] {
  const { rows: height, pixels, unroll: cells } = row;
  const perColumn = height >> 2;
  /** One turn of so many channels. */
  const turn = (channels: number): string[] => [
    `      ${fours(space, channels * cells * perColumn)}`,
    ...range(channels * cells).map((c) => `      ${range(pixels).map((q) => `const REAL a${c}_${q} = ${read('from', cells === 1 ? `${c} * channelStep` : `o${c}`, String(c % cells), q)};`).join(' ')}`),
    ...range(channels * cells).map((c) => `      ${multiply(row, c)}`),
    `      weight += ${channels * cells * height}; from += ${channels} * channelStep;`,
  ];
  return [
    '    int channel = (int)((long)channels * part / parts);',
    '    const int last = (int)((long)channels * (part + 1) / parts);',
    `    __global const STORED *from = x + table[${height}] + channel * channelStep;`,
    `    ${space} const STORED *weight = bias + ${height} + channel * ${cells * height};`,
    ...(cells === 1 ? [
      `    for (; channel + ${WAVE_COLUMNS} <= last; channel += ${WAVE_COLUMNS}) {`, ...turn(WAVE_COLUMNS), '    }',
    ] : [
      '    __global const int *cell = program + 2 * get_num_groups(1 - tileAxis);', `    const int ${range(cells).map((c) => `o${c} = cell[${c}]`).join(', ')};`,
    ]),
    '    for (; channel < last; channel++) {', ...turn(1), '    }',
  ];
}
