/** C text of the kernels for one activation vector. */
import { kernelName, type KernelVariant } from '@fretwork/compiler';
import type { CFunction } from './c-function.js';
import { halfVectorLines } from './vector-half.js';

const HEAD = 'float *y, const float *x, const uint16_t *p, const float *w, int segments';

const functionOf = (kernel: KernelVariant, lines: readonly string[]): CFunction => {
  const head = `void FW_${kernelName(kernel)}(${HEAD})`;
  return { declaration: `${head};`, definition: [`${head} {`, ...lines.map((line) => `  ${line}`), '}'].join('\n') };
};

export const vectorKernel = (kernel: KernelVariant): CFunction =>
  functionOf(kernel, kernel.type === 'f16' ? halfVectorLines(kernel.rows) : kernel.operator === 'run' ? runs(kernel.rows) : kernel.rows % 4 === 0 ? interleaved(kernel.rows) : dots(kernel.rows));

/** Sums of `rows` interleaved rows, in `sets`: enough of them to hide the latency of a multiply-add. */
const setsOf = (rows: number): number => (rows >= 12 ? 2 : 4);

const total = (rows: number): string[] => {
  const [vectors, sets] = [rows / 4, setsOf(rows)];
  return Array.from({ length: vectors }, (_, v) => {
    const all = Array.from({ length: sets }, (_, s) => `a${s}_${v}`);
    const sum = sets === 2 ? `vaddq_f32(${all.join(', ')})` : `vaddq_f32(vaddq_f32(${all[0]}, ${all[1]}), vaddq_f32(${all[2]}, ${all[3]}))`;
    return `const float32x4_t t${v} = ${sum};`;
  });
};

/** Rows that stand one behind the other are added as vectors. */
function scatter(rows: number): string[] {
  const each = Array.from({ length: rows / 4 }, (_, v) => v);
  return [
    `if (r[${rows - 1}] - r[0] == ${rows - 1}) {`,
    ...each.map((v) => `  vst1q_f32(y + r[0] + ${4 * v}, vaddq_f32(vld1q_f32(y + r[0] + ${4 * v}), t${v}));`),
    '} else {',
    ...each.map((v) => `  ${[0, 1, 2, 3].map((l) => `y[r[${4 * v + l}]] += vgetq_lane_f32(t${v}, ${l});`).join(' ')}`),
    '}',
  ];
}

const zeroed = (rows: number): string =>
  `float32x4_t ${Array.from({ length: setsOf(rows) }, (_, s) => Array.from({ length: rows / 4 }, (_, v) => `a${s}_${v} = zero`)).flat().join(', ')};`;

function interleaved(rows: number): string[] {
  const [vectors, sets] = [rows / 4, setsOf(rows)];
  const column = (c: number, set: number): string[] =>
    Array.from({ length: vectors }, (_, v) => `a${set}_${v} = vfmaq_n_f32(a${set}_${v}, vld1q_f32(w + ${c * rows + 4 * v}), x[p[${c}]]);`);
  return [
    'const float32x4_t zero = vdupq_n_f32(0.0f);',
    'for (; segments > 0; segments--) {',
    '  int n = *p++;',
    `  const uint16_t *r = p;`,
    `  p += ${rows};`,
    `  ${zeroed(rows)}`,
    '  for (; n >= 4; n -= 4) {',
    ...[0, 1, 2, 3].flatMap((c) => column(c, c % sets)).map((line) => `    ${line}`),
    `    w += ${4 * rows};`,
    '    p += 4;',
    '  }',
    '  for (; n > 0; n--) {',
    ...column(0, 0).map((line) => `    ${line}`),
    `    w += ${rows};`,
    '    p += 1;',
    '  }',
    ...total(rows).map((line) => `  ${line}`),
    ...scatter(rows).map((line) => `  ${line}`),
    '}',
  ];
}

function runs(rows: number): string[] {
  const [vectors, sets] = [rows / 4, setsOf(rows)];
  const column = (c: number, set: number): string[] =>
    Array.from({ length: vectors }, (_, v) => `a${set}_${v} = vfmaq_laneq_f32(a${set}_${v}, vld1q_f32(w + ${c * rows + 4 * v}), v, ${c});`);
  return [
    'const float32x4_t zero = vdupq_n_f32(0.0f);',
    'for (; segments > 0; segments--) {',
    '  int n = *p++;',
    '  const uint16_t *r = p;',
    `  const float *xs = x + p[${rows}];`,
    `  p += ${rows + 1};`,
    `  ${zeroed(rows)}`,
    '  for (; n >= 4; n -= 4) {',
    '    const float32x4_t v = vld1q_f32(xs);',
    ...[0, 1, 2, 3].flatMap((c) => column(c, c % sets)).map((line) => `    ${line}`),
    `    w += ${4 * rows};`,
    '    xs += 4;',
    '  }',
    '  for (; n > 0; n--) {',
    '    const float32x4_t v = vdupq_n_f32(*xs++);',
    ...column(0, 0).map((line) => `    ${line}`),
    `    w += ${rows};`,
    '  }',
    ...total(rows).map((line) => `  ${line}`),
    ...scatter(rows).map((line) => `  ${line}`),
    '}',
  ];
}

/**
 * Dot products over four gathered activations at a time. Columns left over are gathered with zeros behind them, so that
 * whole vectors of weights may be read: what belongs to the next row, or lies behind the last, counts for nothing.
 */
function dots(rows: number): string[] {
  const each = Array.from({ length: rows }, (_, r) => r);
  const add = (r: number, at: string): string => `a${r} = vfmaq_f32(a${r}, v, vld1q_f32(w + ${at}));`;
  return [
    'for (; segments > 0; segments--) {',
    '  const unsigned n = *p++;',
    '  const uint16_t *r = p;',
    `  p += ${rows};`,
    `  float32x4_t ${each.map((r) => `a${r} = vdupq_n_f32(0.0f)`).join(', ')};`,
    '  for (const uint16_t *end = p + (n & ~3u); p != end; p += 4) {',
    '    float32x4_t v = vld1q_dup_f32(x + p[0]);',
    ...[1, 2, 3].map((c) => `    v = vld1q_lane_f32(x + p[${c}], v, ${c});`),
    ...each.map((r) => `    ${add(r, `${4 * r}`)}`),
    `    w += ${4 * rows};`,
    '  }',
    '  const unsigned rest = n & 3;',
    '  if (rest != 0) {',
    '    float32x4_t v = vsetq_lane_f32(x[p[0]], vdupq_n_f32(0.0f), 0);',
    '    if (rest > 1) v = vld1q_lane_f32(x + p[1], v, 1);',
    '    if (rest > 2) v = vld1q_lane_f32(x + p[2], v, 2);',
    ...each.map((r) => `    ${add(r, r === 0 ? '0' : `${r} * rest`)}`),
    `    w += ${rows} * rest;`,
    '    p += rest;',
    '  }',
    ...sumsOf(rows).map((line) => `  ${line}`),
    '}',
  ];
}

/** Adds the lanes of each sum to its row: pairs of sums at once. */
function sumsOf(rows: number): string[] {
  const lines: string[] = [];
  for (let r = 0; r < rows; r += 4) {
    const own = Array.from({ length: Math.min(4, rows - r) }, (_, k) => r + k);
    if (own.length === 1) {
      lines.push(`y[r[${r}]] += vaddvq_f32(a${r});`);
      continue;
    }
    const pair = (k: number): string => `vpaddq_f32(a${own[k]!}, a${own[Math.min(k + 1, own.length - 1)]!})`;
    lines.push(
      `const float32x4_t t${r} = vpaddq_f32(${pair(0)}, ${own.length > 2 ? pair(2) : pair(0)});`,
      ...own.map((row, k) => `y[r[${row}]] += vgetq_lane_f32(t${r}, ${k});`),
    );
  }
  return lines;
}
