/**
 * Steps of recurrent cells, fused: the recurrent product of four units and their gates, and the cell. For processors in one item: items
 * share the units out among themselves. For GPUs in one work-group, whose items share the columns out among themselves, each
 * with a weight for all four units, zeros among them, and add up in local memory. Steps \`from\` to \`to\` are done by one work-group with barriers between them, or one
 * step by as many as there are. The state of step k is half k % 2 of \`h\`. \`g\` holds the input products of all steps with
 * their biases, gates side by side.
 */
import { ROWS } from './manifest.js';
import { casesOf, eachSegment, range } from './segments.js';
import { spaceOf } from './signature.js';

/** Columns at a time, and sums of a row that do not wait for one another. */
const [COLUMNS, CHAINS] = [4, 2];

/** The products of a segment of `rows` of the four, each in sums of its own: single elements of a vector are slow to add to. Of all four they are one vector. */
function segment(rows: readonly number[]): string {
  const whole = rows.length === ROWS;
  const sums = whole ? ['p'] : rows.map((r) => `p${r}`);
  const [real, load, value, zero] = whole ? ['REAL4', 'LOAD4', '(REAL4)(a)', '(REAL4)(R(0))'] : ['REAL', 'LOAD', 'a', 'R(0)'];
  const product = (j: number, sum: string, k: number): string => `${sum}_${j % CHAINS} = MAD(${load}(weight + (c + ${j}) * ${rows.length} + ${k}), ${value}, ${sum}_${j % CHAINS});`;
  const turn = (columns: number): string => range(columns).map((j) => `{ const REAL a = LOAD(x + at[c + ${j}]); ${sums.map((sum, k) => product(j, sum, k)).join(' ')} }`).join(' ');
  const added = (sum: string): string => range(CHAINS).map((i) => `${sum}_${i}`).join(' + ');
  return [
    `{ ${real} ${sums.flatMap((sum) => range(CHAINS).map((i) => `${sum}_${i} = ${zero}`)).join(', ')};`,
    `int c = 0; for (; c + ${COLUMNS} <= columns; c += ${COLUMNS}) { ${turn(COLUMNS)} } for (; c < columns; c++) ${turn(1)}`,
    `${whole ? `s += ${added('p')};` : rows.map((r) => `s.s${r} += ${added(`p${r}`)};`).join(' ')} weight += columns * ${rows.length}; break; }`,
  ].join(' ');
}

const MASKS = range(2 ** ROWS - 1).map((i) => i + 1);

const dot = (space: string, name: string): string => `static REAL4 ${name}(${space} const STORED *w, __global const int *program, int group, __global const STORED *x) {
  __global const int *at = program + program[2 * group] + ${ROWS};
  ${space} const STORED *weight = w + program[2 * group + 1] + ${ROWS};
  REAL4 s = (REAL4)(R(0));
${eachSegment(ROWS, casesOf(ROWS, MASKS, segment)).join('\n')}
  return s;
}`;

/** Up to four units: those behind the last one read what the last one reads, and are not stored. */
const units = (expression: (unit: string) => string): string => `(REAL4)(${[0, 1, 2, 3].map((r) => expression(`min(u * ${ROWS} + ${r}, hidden - 1)`)).join(', ')})`;

/** Stores the units that there are. */
const store = (value: string, to: string): string => [0, 1, 2, 3].map((r) => `if (u * ${ROWS} + ${r} < hidden) STORE(${value}.s${r}, ${to} + u * ${ROWS} + ${r});`).join(' ');

const sigmoid = (x: string): string => `sigmoid4(${x}, 0.0f, 0.0f)`;

interface Cell {
  /** Lines of each phase; between two phases all items wait for one another. */
  readonly phases: readonly (readonly string[])[];
}

const gate = (i: number): string => `${units((unit) => `LOAD(sums + ${i} * hidden + ${unit})`)}`;

/** One row per cell. In scope: sums (gates of this step), old, fresh (states), cell, spare, u (four units), product(gate, from). */
export const CELLS: Readonly<Record<string, Cell>> = {
  gru_late: {
    phases: [[
      `const REAL4 z = ${sigmoid(`${gate(0)} + PRODUCT(0, old)`)};`,
      `const REAL4 r = ${sigmoid(`${gate(1)} + PRODUCT(1, old)`)};`,
      `const REAL4 late = ${units((unit) => `LOAD(bias + ${unit})`)} + PRODUCT(2, old);`,
      `const REAL4 made = tanh(${gate(2)} + r * late), was = ${units((unit) => `LOAD(old + ${unit})`)};`,
      'const REAL4 v = z * was + ((REAL4)(R(1)) - z) * made;',
      store('v', 'fresh'),
    ]],
  },
  gru: {
    phases: [[
      `const REAL4 z = ${sigmoid(`${gate(0)} + PRODUCT(0, old)`)};`,
      `const REAL4 r = ${sigmoid(`${gate(1)} + PRODUCT(1, old)`)} * ${units((unit) => `LOAD(old + ${unit})`)};`,
      store('r', 'spare'),
      store('z', 'spare + batch * hidden'),
    ], [
      `const REAL4 made = tanh(${gate(2)} + PRODUCT(2, spare)), was = ${units((unit) => `LOAD(old + ${unit})`)};`,
      `const REAL4 z = ${units((unit) => `LOAD(spare + batch * hidden + ${unit})`)};`,
      'const REAL4 v = z * was + ((REAL4)(R(1)) - z) * made;',
      store('v', 'fresh'),
    ]],
  },
  lstm: {
    phases: [[
      `const REAL4 i = ${sigmoid(`${gate(0)} + PRODUCT(0, old)`)};`,
      `const REAL4 o = ${sigmoid(`${gate(1)} + PRODUCT(1, old)`)};`,
      `const REAL4 f = ${sigmoid(`${gate(2)} + PRODUCT(2, old)`)};`,
      `const REAL4 c = f * ${units((unit) => `LOAD(cell + ${unit})`)} + i * tanh(${gate(3)} + PRODUCT(3, old));`,
      store('c', 'cell'),
      'const REAL4 v = o * tanh(c);',
      store('v', 'fresh'),
    ]],
  },
  rnn: { phases: [[`const REAL4 v = tanh(${gate(0)} + PRODUCT(0, old));`, store('v', 'fresh')]] },
};

/** The sums of one item of those that share a group's columns. */
const part = (name: string): string => `static REAL4 ${name}(__global const STORED *w, __global const int *program, int group, __global const STORED *x, int item, int items) {
  __global const int *table = program + program[2 * group];
  __global const STORED *weight = w + program[2 * group + 1] + ${ROWS};
  const int columns = table[${ROWS}];
  REAL4 s = (REAL4)(R(0));
  for (int c = item; c < columns; c += items) s = MAD(ALIGNED4(__global, weight + ${ROWS} * c), (REAL4)(LOAD(x + table[${ROWS + 4} + c])), s);
  return s;
}`;

const PRODUCT = /PRODUCT\((\d), (\w+)\)/g;

/** Products of a phase, at the most: so many vectors of local memory has an item of those that share columns. */
export const productsOf = (name: string): number => Math.max(...CELLS[name]!.phases.map((lines) => [...lines.join('\n').matchAll(PRODUCT)].length));

/** What each of some units does, between the lines that begin and end it: all of it by itself. */
const byUnits = (lines: readonly string[]): string[] => [
  '      for (int i = get_global_id(0); i < batch * groups; i += get_global_size(0)) {', ...PLACES,
  ...lines.map((line) => `        ${line.replaceAll(PRODUCT, 'FW_NAME_product(w, program, $1 * groups + u, $2)')}`),
  '      }',
];

/** The same of a work-group: products together, the rest by its first item. */
function byColumns(lines: readonly string[]): string[] {
  const products = [...lines.join('\n').matchAll(PRODUCT)];
  const each = (text: (k: number) => string): string => products.map((_, k) => text(k)).join(' ');
  return [
    '      for (int i = get_group_id(0); i < batch * groups; i += get_num_groups(0)) {', ...PLACES,
    ...products.map(([, gate, from], k) => `        shared[${k} * items + item] = FW_NAME_part(w, program, ${gate} * groups + u, ${from}, item, items);`),
    '        barrier(CLK_LOCAL_MEM_FENCE);',
    '        for (int reach = items >> 1; reach > 0; reach >>= 1) {',
    `          if (item < reach) { ${each((k) => `shared[${k} * items + item] += shared[${k} * items + item + reach];`)} }`,
    '          barrier(CLK_LOCAL_MEM_FENCE);',
    '        }',
    '        if (item == 0) {',
    ...lines.map((line) => `          ${line.replaceAll(PRODUCT, (_, gate: string) => `shared[${products.findIndex(([, own]) => own === gate)} * items]`)}`),
    '        }',
    '        barrier(CLK_LOCAL_MEM_FENCE);',
    '      }',
  ];
}

const PLACES = [
  '        const int b = i / groups, u = i % groups;',
  '        __global const STORED *sums = g + (t * batch + b) * gates * hidden, *old = h + ((k & 1) * batch + b) * hidden;',
  '        __global STORED *fresh = h + (((k + 1) & 1) * batch + b) * hidden, *cell = c + b * hidden, *spare = kept + b * hidden;',
];

/** OpenCL C of cell `name`, with the product that it calls. `constant`: weights in constant memory, where items do not share columns. */
export function recurrentKernel(name: string, { constant, columns }: { readonly constant: boolean; readonly columns: boolean }): string {
  const space = spaceOf({ constant: constant && !columns });
  const { phases } = CELLS[name]!;
  const last = phases.length - 1;
  const phase = (lines: readonly string[], p: number): string[] => [
    `    if (phases & ${2 ** p}) {`,
    ...(columns ? byColumns : byUnits)([...lines, ...(p === last ? [`if (hasOutput) { ${store('v', 'y + outOffset + t * outStep + b * hidden')} }`] : [])]),
    '    }',
    '    barrier(CLK_GLOBAL_MEM_FENCE);',
  ];
  return `${columns ? part('FW_NAME_part') : dot(space, 'FW_NAME_product')}
__kernel void FW_NAME(__global const STORED *g, __global STORED *h, ${space} const STORED *w, __global const int *program, __global const STORED *bias, __global STORED *c, __global STORED *kept, __global STORED *y, ${columns ? '__local REAL4 *shared, ' : ''}int hidden, int batch, int gates, int from, int to, int steps, int backwards, int phases, int hasOutput, int outOffset, int outStep) {
  const int groups = (hidden + ${ROWS - 1}) / ${ROWS}${columns ? ', item = get_local_id(0), items = get_local_size(0)' : ''};
  for (int k = from; k < to; k++) {
    const int t = backwards ? steps - 1 - k : k;
${phases.flatMap(phase).join('\n')}
  }
}`;
}
