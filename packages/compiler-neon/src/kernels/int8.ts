/**
 * C text of the kernels on bytes: activations and weights of -127 to 127, sums of 32 bits, four columns at a time (`sdot`). Columns of a
 * segment are done in quads, the last filled up with zero weights.
 */
import { kernelName, type KernelVariant } from '@fretwork/compiler';
import { support, type CFunction } from './c-function.js';

/** Positions of a vector. */
export const BYTES = 16;

/** Most vectors of sixteen positions that a kernel of each row count takes: up to 24 sums of four. */
export const WIDEST: Readonly<Record<number, number>> = { 1: 6, 2: 3, 3: 2, 4: 1 };

/** Bytes of weights that one quad of columns has. */
export const quadBytes = (rows: number): number => (rows <= 2 ? 8 : 16);

const many = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const STREAM = 'int32_t *y, const int8_t *x, const int32_t *p, const int8_t *w, int segments';

/** Four vectors of one byte per column become four of four columns per position: they are loaded once and used by every row. */
export function streamOfBytes(kernel: KernelVariant): CFunction {
  const { rows, pixels } = kernel;
  const [eachRow, eachVector, four] = [many(rows), many(pixels / BYTES), many(4)];
  const sum = (r: number, v: number, k: number): string => `a${r}_${4 * v + k}`;
  const dot = rows <= 2 ? 'vdotq_lane_s32' : 'vdotq_laneq_s32';
  return support(`void FW_${kernelName(kernel)}(${STREAM})`, [
    'for (; segments > 0; segments--) {',
    '  const int32_t head = *p++;',
    ...eachRow.map((r) => `  int32_t *y${r} = (int32_t *)(void *)((char *)y + p[${r}]);`),
    `  p += ${rows};`,
    `  int32x4_t ${eachRow.flatMap((r) => eachVector.flatMap((v) => four.map((k) => sum(r, v, k)))).join(', ')};`,
    '  if (head & 1) {',
    `    ${eachRow.flatMap((r) => eachVector.flatMap((v) => four.map((k) => sum(r, v, k)))).join(' = ')} = vdupq_n_s32(0);`,
    '  } else {',
    ...eachRow.map((r) => `    ${eachVector.flatMap((v) => four.map((k) => `${sum(r, v, k)} = vld1q_s32(y${r} + ${BYTES * v + 4 * k});`)).join(' ')}`),
    '  }',
    `  for (int n = head >> 2; n > 0; n--, p += 4, w += ${quadBytes(rows)}) {`,
    `    const ${rows <= 2 ? 'int8x8_t b = vld1_s8(w)' : 'int8x16_t b = vld1q_s8(w)'};`,
    ...eachVector.flatMap((v) => [
      '    {',
      `      const int8x16x2_t f = vzipq_s8(vld1q_s8(x + p[0] + ${BYTES * v}), vld1q_s8(x + p[1] + ${BYTES * v})), s = vzipq_s8(vld1q_s8(x + p[2] + ${BYTES * v}), vld1q_s8(x + p[3] + ${BYTES * v}));`,
      ...[0, 1].map((h) => `      const int16x8x2_t q${h} = vzipq_s16(vreinterpretq_s16_s8(f.val[${h}]), vreinterpretq_s16_s8(s.val[${h}]));`),
      ...eachRow.map((r) => `      ${four.map((k) => `${sum(r, v, k)} = ${dot}(${sum(r, v, k)}, vreinterpretq_s8_s16(q${k >> 1}.val[${k & 1}]), b, ${r});`).join(' ')}`),
      '    }',
    ]),
    '  }',
    ...eachRow.map((r) => `  ${eachVector.flatMap((v) => four.map((k) => `vst1q_s32(y${r} + ${BYTES * v + 4 * k}, ${sum(r, v, k)});`)).join(' ')}`),
    '}',
  ].map((line) => `  ${line}`).join('\n'));
}

/** Runs the segments of one row count over `vectors` x 16 positions, in nearly equal passes. */
export function streamOfBytesDriver(rows: number, kernels: readonly KernelVariant[]): CFunction {
  const most = Math.max(...kernels.map(({ pixels }) => pixels / BYTES));
  return support(`void FW_bytes${rows}(${STREAM}, int vectors)`, `
  for (int passes = (vectors + ${most - 1}) / ${most}; passes > 0; passes--) {
    const int width = (vectors + passes - 1) / passes;
    switch (width) {
${kernels.map((kernel) => `    case ${kernel.pixels / BYTES}: FW_${kernelName(kernel)}(y, x, p, w, segments); break;`).join('\n')}
    }
    y += ${BYTES} * width;
    x += ${BYTES} * width;
    vectors -= width;
  }
`);
}

/** Bytes of a window: one table of four registers, from which sixteen columns are picked at once. */
export const WINDOW = 64;

/** Dot products of some rows with one vector of bytes, sixteen columns at a time: picked from windows, gathered one by one, or where they lie one behind the other. */
export function vectorOfBytes(kernel: KernelVariant): CFunction {
  const { rows, operator } = kernel;
  const each = many(rows);
  const dots = (weights: number): string[] => each.map((r) => `a${r} = vdotq_s32(a${r}, v, vld1q_s8(w + ${weights + 16 * r}));`);
  const sixteens = (head: string, lines: readonly string[], bytes: number): string[] => [`for (${head}; n > 0; n--, w += ${bytes}) {`, ...lines.map((line) => `  ${line}`), '}'];
  const body: Readonly<Record<string, () => readonly string[]>> = {
    vector: () => sixteens('int n = head', ['int8x16_t v = vld1q_dup_s8(x + p[0]);', ...many(15).map((c) => `v = vld1q_lane_s8(x + p[${c + 1}], v, ${c + 1});`), 'p += 16;', ...dots(0)], 16 * rows),
    run: () => ['const int8_t *from = x + *p++;', ...sixteens('int n = head', ['const int8x16_t v = vld1q_s8(from);', 'from += 16;', ...dots(0)], 16 * rows)],
    window: () => [
      'for (int windows = head; windows > 0; windows--, p += 2) {', '  const int8_t *from = x + p[0];',
      `  const int8x16x4_t table = {{${many(4).map((k) => `vld1q_s8(from + ${16 * k})`).join(', ')}}};`,
      ...sixteens('int n = p[1]', ['const int8x16_t v = vqtbl4q_s8(table, vld1q_u8((const uint8_t *)w));', ...dots(16)], 16 * rows + 16).map((line) => `  ${line}`), '}',
    ],
  };
  return support(`void FW_${kernelName(kernel)}(int32_t *y, const int8_t *x, const uint16_t *p, const int8_t *w, int segments)`, [
    'for (; segments > 0; segments--) {',
    '  const int head = *p++;',
    '  const uint16_t *r = p;',
    `  p += ${rows};`,
    `  int32x4_t ${each.map((r) => `a${r} = vdupq_n_s32(0)`).join(', ')};`,
    ...body[operator]!().map((line) => `  ${line}`),
    ...each.map((r) => `  y[r[${r}]] += vaddvq_s32(a${r});`),
    '}',
  ].map((line) => `  ${line}`).join('\n'));
}

/** From floats to bytes and back. */
export const BYTE_SUPPORT: readonly (readonly [name: string, text: CFunction])[] = [
  ['largest', support('float FW_largest(const float *x, int size)', `
  float32x4_t a = vdupq_n_f32(0.0f), b = a, c = a, d = a;
  int i = 0;
  for (; i + 16 <= size; i += 16) {
    a = vmaxq_f32(a, vabsq_f32(vld1q_f32(x + i)));
    b = vmaxq_f32(b, vabsq_f32(vld1q_f32(x + i + 4)));
    c = vmaxq_f32(c, vabsq_f32(vld1q_f32(x + i + 8)));
    d = vmaxq_f32(d, vabsq_f32(vld1q_f32(x + i + 12)));
  }
  float v = vmaxvq_f32(vmaxq_f32(vmaxq_f32(a, b), vmaxq_f32(c, d)));
  for (; i < size; i++) v = fabsf(x[i]) > v ? fabsf(x[i]) : v;
  return v;
`)],
  // To the nearest whole number; NaN becomes 0.
  ['to_bytes', support('void FW_to_bytes(int8_t *to, const float *x, int size, float factor)', `
  int i = 0;
  for (; i + 16 <= size; i += 16) {
    const int32x4_t a = vcvtaq_s32_f32(vmulq_n_f32(vld1q_f32(x + i), factor)), b = vcvtaq_s32_f32(vmulq_n_f32(vld1q_f32(x + i + 4), factor));
    const int32x4_t c = vcvtaq_s32_f32(vmulq_n_f32(vld1q_f32(x + i + 8), factor)), d = vcvtaq_s32_f32(vmulq_n_f32(vld1q_f32(x + i + 12), factor));
    vst1q_s8(to + i, vqmovn_high_s16(vqmovn_s16(vqmovn_high_s32(vqmovn_s32(a), b)), vqmovn_high_s32(vqmovn_s32(c), d)));
  }
  for (; i < size; i++) {
    const float v = roundf(x[i] * factor);
    to[i] = (int8_t)(v > 127.0f ? 127 : v < -127.0f ? -127 : isnan(v) ? 0 : (int)v);
  }
`)],
  ['from_sums', support('void FW_from_sums(float *y, const int32_t *sums, int rows, int positions, int pitch, const float *scales, float factor, const float *bias, float low, float high)', `
  const float32x4_t l = vdupq_n_f32(low), h = vdupq_n_f32(high);
  for (int r = 0; r < rows; r++, y += positions, sums += pitch) {
    const float scale = scales[r] * factor;
    int i = 0;
    for (; i + 4 <= positions; i += 4) vst1q_f32(y + i, vminq_f32(vmaxq_f32(vfmaq_n_f32(vdupq_n_f32(bias[r]), vcvtq_f32_s32(vld1q_s32(sums + i)), scale), l), h));
    for (; i < positions; i++) {
      const float v = (float)sums[i] * scale + bias[r];
      y[i] = v < low ? low : v > high ? high : v;
    }
  }
`)],
  // `base` may be `y` itself.
  ['add_sums', support('void FW_add_sums(float *y, const int32_t *sums, int size, const float *scales, float factor, const float *base)', `
  int i = 0;
  for (; i + 4 <= size; i += 4) vst1q_f32(y + i, vfmaq_f32(vld1q_f32(base + i), vcvtq_f32_s32(vld1q_s32(sums + i)), vmulq_n_f32(vld1q_f32(scales + i), factor)));
  for (; i < size; i++) y[i] = (float)sums[i] * (scales[i] * factor) + base[i];
`)],
];
