/** C text of the kernels for one activation vector of halves: eight or sixteen interleaved rows, or dot products of one to seven. */

const lanes = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** As `vector.ts` says it for float32; a row's sum is added in float where its lanes are. */
export const halfVectorLines = (rows: number): string[] => [
  'for (; segments > 0; segments--) {', '  unsigned n = *p++;', '  const uint16_t *r = p;', `  p += ${rows};`,
  ...(rows % 8 === 0 ? interleaved(rows) : dots(rows)).map((line) => `  ${line}`), '}',
];

/** Four sets of sums hide the latency of a multiply-add; two where there are twice as many vectors. */
function interleaved(rows: number): string[] {
  const [vectors, sets] = [rows / 8, 32 / rows];
  const each = Array.from({ length: vectors }, (_, v) => v);
  const all = Array.from({ length: sets }, (_, s) => s);
  const column = (c: number, set: number): string[] => each.map((v) => `a${set}_${v} = vfmaq_n_f16(a${set}_${v}, vld1q_f16(w + ${c * rows + 8 * v}), x[p[${c}]]);`);
  return [
    `float16x8_t ${all.flatMap((s) => each.map((v) => `a${s}_${v} = vdupq_n_f16(0.0f)`)).join(', ')};`,
    'for (; n >= 4; n -= 4) {',
    ...[0, 1, 2, 3].flatMap((c) => column(c, c % sets)).map((line) => `  ${line}`),
    `  w += ${4 * rows};`, '  p += 4;', '}',
    'for (; n > 0; n--) {', ...column(0, 0).map((line) => `  ${line}`), `  w += ${rows};`, '  p += 1;', '}',
    ...each.map((v) => `const float16x8_t t${v} = ${all.map((s) => `a${s}_${v}`).reduce((a, b) => `vaddq_f16(${a}, ${b})`)};`),
    `if (r[${rows - 1}] - r[0] == ${rows - 1}) {`,
    ...each.map((v) => `  vst1q_f16(y + r[0] + ${8 * v}, vaddq_f16(vld1q_f16(y + r[0] + ${8 * v}), t${v}));`),
    '} else {',
    ...each.map((v) => `  ${lanes.map((l) => `y[r[${8 * v + l}]] += vgetq_lane_f16(t${v}, ${l});`).join(' ')}`),
    '}',
  ];
}

function dots(rows: number): string[] {
  const each = Array.from({ length: rows }, (_, r) => r);
  const add = (r: number, at: string): string => `a${r} = vfmaq_f16(a${r}, v, vld1q_f16(w + ${at}));`;
  return [
    `float16x8_t ${each.map((r) => `a${r} = vdupq_n_f16(0.0f)`).join(', ')};`,
    'for (; n >= 8; n -= 8) {',
    '  float16x8_t v = vdupq_n_f16(0.0f);',
    ...lanes.map((c) => `  v = vld1q_lane_f16(x + p[${c}], v, ${c});`),
    ...each.map((r) => `  ${add(r, `${8 * r}`)}`),
    `  w += ${8 * rows};`, '  p += 8;', '}',
    'if (n != 0) {',
    '  float16x8_t v = vld1q_lane_f16(x + p[0], vdupq_n_f16(0.0f), 0);',
    ...lanes.slice(1, 7).map((c) => `  if (n > ${c}) v = vld1q_lane_f16(x + p[${c}], v, ${c});`),
    ...each.map((r) => `  ${add(r, r === 0 ? '0' : `${r} * n`)}`),
    `  w += ${rows} * n;`, '  p += n;', '}',
    ...each.map((r) => `y[r[${r}]] += vaddvq_f32(vaddq_f32(vcvt_f32_f16(vget_low_f16(a${r})), vcvt_f32_f16(vget_high_f16(a${r}))));`),
  ];
}
