/** C text of the stream kernels and of what calls them. */
import { kernelName, type KernelVariant } from '@fretwork/compiler';
import { FAMILIES, type FloatType } from '../family.js';
import type { CFunction } from './c-function.js';

const PARAMETERS = 'float *y, const float *x, const float *more, const int32_t *p, const float *w, int segments';

/** One kernel: `rows` x `pixels` sums in registers. See `kernels/manifest.ts`, and `product/stream-program.ts` for what `p` and `w` hold. */
export function streamKernel(kernel: KernelVariant): CFunction {
  const { rows, pixels, unroll } = kernel;
  const { lanes, text } = FAMILIES[kernel.type as FloatType];
  const vectors = pixels / lanes;
  const eachRow = Array.from({ length: rows }, (_, r) => r);
  const eachVector = Array.from({ length: vectors }, (_, v) => v);
  const sum = (r: number, v: number): string => `a${r}_${v}`;
  const head = `void FW_${kernelName(kernel)}(${PARAMETERS}, float low, float high)`;
  const column = (c: number, weight: (r: number) => string): string[] => [
    `const float *x${c} = (const float *)(const void *)((const char *)x + p[${c}]);`,
    ...eachVector.map((v) => `{ const float32x4_t v = vld1q_f32(x${c} + ${lanes * v}); ${eachRow.map((r) => `${sum(r, v)} = vfmaq_laneq_f32(${sum(r, v)}, v, ${weight(r)});`).join(' ')} }`),
  ];
  // Vectors of weights are loaded by the first column that needs them: earlier, they would take registers from sums.
  const wordsFrom = (c: number): string[] => Array.from({ length: unroll * rows / lanes }, (_, k) => k).filter((k) => Math.floor(lanes * k / rows) === c).map((k) => `const float32x4_t w${k} = vld1q_f32(w + ${lanes * k});`);
  const lane = (place: number): string => `w${Math.floor(place / lanes)}, ${place % lanes}`;
  const lines = [
    'for (; segments > 0; segments--) {',
    '  const int32_t head = *p++;',
    '  unsigned n = (unsigned)head >> 2;',
    ...eachRow.map((r) => `  float *y${r} = (float *)(void *)((char *)y + p[${r}]);`),
    `  p += ${rows};`,
    `  float32x4_t ${eachRow.flatMap((r) => eachVector.map((v) => sum(r, v))).join(', ')};`,
    '  if (head & 1) {',
    ...firstSums(lanes === 4 ? rows : 1, eachRow.map((r) => eachVector.map((v) => sum(r, v)).join(' = '))).map((line) => `    ${line}`),
    `    w += ${rows};`,
    '  } else {',
    ...eachRow.map((r) => `    ${eachVector.map((v) => `${sum(r, v)} = vld1q_f32(y${r} + ${lanes * v});`).join(' ')}`),
    '  }',
    `  for (const int32_t *end = p + (n - n % ${unroll}); p != end;) {`,
    ...Array.from({ length: unroll }, (_, c) => [...wordsFrom(c), ...column(c, (r) => lane(c * rows + r))]).flat().map((line) => `    ${line}`),
    `    w += ${unroll * rows};`,
    `    p += ${unroll};`,
    '  }',
    `  for (n %= ${unroll}; n != 0; n--) {`,
    ...(lanes === 4 ? [...tailWeights(rows), ...column(0, tailLane(rows))] : column(0, (r) => `vdupq_n_f32(w[${r}]), 0`)).map((line) => `    ${line}`),
    `    w += ${rows};`,
    '    p += 1;',
    '  }',
    '  if (head & 2) {',
    '    if (more != NULL) {',
    ...eachRow.map((r) => `      ${eachVector.map((v) => `${sum(r, v)} = vaddq_f32(${sum(r, v)}, vld1q_f32(more + (y${r} - y) + ${lanes * v}));`).join(' ')}`),
    '    }',
    '    const float32x4_t l = vdupq_n_f32(low), h = vdupq_n_f32(high);',
    ...eachRow.map((r) => `    ${eachVector.map((v) => `${sum(r, v)} = vminq_f32(vmaxq_f32(${sum(r, v)}, l), h);`).join(' ')}`),
    '  }',
    ...eachRow.map((r) => `  ${eachVector.map((v) => `vst1q_f32(y${r} + ${lanes * v}, ${sum(r, v)});`).join(' ')}`),
    '}',
  ];
  const own = (lines: string): string => (lanes === 4 ? lines : text(lines).replaceAll('float32x4_t', 'float16x8_t').replaceAll('_f32(', '_f16('));
  return { declaration: `${text(head)};`, definition: [`${text(head)} {`, ...lines.map((line) => `  ${own(line)}`), '}'].join('\n') };
}

/** Sums that start at the biases. */
const firstSums = (rows: number, sums: readonly string[]): string[] => (rows === 4
  ? ['const float32x4_t b = vld1q_f32(w);', ...sums.map((all, r) => `${all} = vdupq_laneq_f32(b, ${r});`)]
  : sums.map((all, r) => `${all} = vdupq_n_f32(w[${r}]);`));

/** Weights of one column, without reading past them. */
function tailWeights(rows: number): string[] {
  if (rows === 4) return ['const float32x4_t w0 = vld1q_f32(w);'];
  if (rows === 2) return ['const float32x2_t w0 = vld1_f32(w);'];
  return Array.from({ length: rows }, (_, r) => `const float w${r} = w[${r}];`);
}

/** What stands for `vector, lane` in the tail; other widths of weights have other intrinsics. */
const tailLane = (rows: number) => (r: number): string => (rows === 4 ? `w0, ${r}` : rows === 2 ? `vcombine_f32(w0, w0), ${r}` : `vdupq_n_f32(w${r}), 0`);

/** Runs the segments of one row count over `vectors` vectors of positions, in nearly equal passes, each as wide as a kernel. */
export function streamDriver(rows: number, kernels: readonly KernelVariant[]): CFunction {
  const { lanes, text } = FAMILIES[kernels[0]!.type as FloatType];
  const most = Math.max(...kernels.map(({ pixels }) => pixels / lanes));
  const head = `void FW_stream${rows}(${PARAMETERS}, int vectors, float low, float high)`;
  const lines = [
    `for (int passes = (vectors + ${most - 1}) / ${most}; passes > 0; passes--) {`,
    '  const int width = (vectors + passes - 1) / passes;',
    '  switch (width) {',
    ...kernels.map((kernel) => `  case ${kernel.pixels / lanes}: FW_${kernelName(kernel)}(y, x, more, p, w, segments, low, high); break;`),
    '  }',
    `  y += ${lanes} * width;`,
    `  x += ${lanes} * width;`,
    `  if (more != NULL) more += ${lanes} * width;`,
    '  vectors -= width;',
    '}',
  ];
  return { declaration: `${text(head)};`, definition: [`${text(head)} {`, ...lines.map((line) => `  ${line}`), '}'].join('\n') };
}

/** The widths in which `streamDriver` passes over `vectors`, where the widest kernel takes `most`. */
export function passWidths(vectors: number, most: number): readonly number[] {
  const widths: number[] = [];
  for (let passes = Math.ceil(vectors / most), left = vectors; passes > 0; passes--) {
    const width = Math.ceil(left / passes);
    widths.push(width);
    left -= width;
  }
  return widths;
}
