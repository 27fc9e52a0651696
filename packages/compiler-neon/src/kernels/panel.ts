/**
 * C text of the panel kernels, for whole weights and few positions: filters in the lanes, so that one position fills registers as
 * well as many. Activations lie channels last, weights in panels of sixteen filters: `[panel][channel][16]`.
 */
import { kernelName, type KernelVariant } from '@fretwork/compiler';
import { support, type CFunction } from './c-function.js';

/** Filters of a panel. */
export const PANEL = 16;

/** Most positions that a kernel takes, of one panel and of two at a time. */
export const MOST_POSITIONS = { one: 6, two: 3 } as const;

const many = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** `rows` filters x `pixels` positions, `ystep` and `xstep` floats apart; `first`: sums start at zero, not at what lies in `y`. */
export function panelKernel(kernel: KernelVariant): CFunction {
  const { rows, pixels, unroll } = kernel;
  const [vectors, positions] = [many(rows / 4), many(pixels)];
  const weights = (k: number, v: number): string => `w${Math.floor(v / 4)} + ${PANEL * k + 4 * (v % 4)}`;
  const panels = many(rows / PANEL);
  return support(`void FW_${kernelName(kernel)}(float *y, const float *x, const float *w0, int channels, ptrdiff_t ystep, ptrdiff_t xstep, int first)`, [
    ...panels.slice(1).map((k) => `const float *w${k} = w${k - 1} + ${PANEL} * (ptrdiff_t)channels;`),
    ...positions.map((p) => `float *const y${p} = y + ${p} * ystep;`),
    ...positions.map((p) => `const char *const x${p} = (const char *)(x + ${p} * xstep);`),
    `float32x4_t ${positions.flatMap((p) => vectors.map((v) => `a${p}_${v}`)).join(', ')};`,
    'if (first) {',
    `  ${positions.flatMap((p) => vectors.map((v) => `a${p}_${v}`)).join(' = ')} = vdupq_n_f32(0.0f);`,
    '} else {',
    ...positions.map((p) => `  ${vectors.map((v) => `a${p}_${v} = vld1q_f32(y${p} + ${4 * v});`).join(' ')}`),
    '}',
    `for (ptrdiff_t i = 0; i != 4 * (ptrdiff_t)channels; i += ${4 * unroll}) {`,
    ...positions.map((p) => `  const float32x4_t v${p} = vld1q_f32((const float *)(const void *)(x${p} + i));`),
    ...many(unroll).flatMap((k) => vectors.map((v) => `  { const float32x4_t b = vld1q_f32(${weights(k, v)}); ${positions.map((p) => `a${p}_${v} = vfmaq_laneq_f32(a${p}_${v}, b, v${p}, ${k});`).join(' ')} }`)),
    ...panels.map((k) => `  w${k} += ${PANEL * unroll};`),
    '}',
    ...positions.map((p) => vectors.map((v) => `vst1q_f32(y${p} + ${4 * v}, a${p}_${v});`).join(' ')),
  ].map((line) => `  ${line}`).join('\n'));
}

/** All panels at `positions` positions, in nearly equal passes; few positions take two panels at a time. */
export function panelDriver(kernels: readonly KernelVariant[]): CFunction {
  const cases = (panels: number): string => kernels.filter(({ rows }) => rows === panels * PANEL).map((kernel) =>
    `        case ${kernel.pixels}: FW_${kernelName(kernel)}(to, from, w, channels, ystep, xstep, first); break;`).join('\n');
  const pairs = cases(2);
  return support('void FW_panels(float *y, const float *x, const float *w, int panels, int channels, int positions, ptrdiff_t ystep, ptrdiff_t xstep, int first)', `
  while (panels > 0) {
    const int wide = ${pairs === '' ? '1' : `positions <= ${MOST_POSITIONS.two} && panels > 1 ? 2 : 1`};
    float *to = y;
    const float *from = x;
    int left = positions;
    for (int passes = (positions + ${MOST_POSITIONS.one - 1}) / ${MOST_POSITIONS.one}; passes > 0; passes--) {
      const int width = (left + passes - 1) / passes;
${pairs === '' ? '' : `      if (wide == 2)
        switch (width) {
${pairs}
        }
      else
`}        switch (width) {
${cases(1)}
        }
      to += width * ystep;
      from += width * xstep;
      left -= width;
    }
    panels -= wide;
    y += ${PANEL} * wide;
    w += ${PANEL} * wide * (ptrdiff_t)channels;
  }
`);
}
