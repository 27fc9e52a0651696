/** C text of the depthwise kernels: 3x3, one cell of padding before each side, straight from the input's planes. */
import { kernelName, type KernelVariant } from '@fretwork/compiler';
import type { CFunction } from './c-function.js';

/** Floats per channel: nine weights, the bias, and what fills whole vectors. */
export const DEPTHWISE_WEIGHTS = 12;

/** Where a vector of outputs lies in its row: columns that lack a neighbour take zeros from a register. */
type Place = 'first' | 'inner' | 'last';

const PARAMETERS = 'float *y, const float *x, const float *w, const float *zeros, int channels, int height, int width, int clamps, float low, float high';

/** The stride that an operator's name says: `depthwise3s2`. */
const strideOf = ({ operator }: KernelVariant): number => Number(operator.at(-1));

/** Outputs of all channels, in blocks of `rows` rows x 4 columns; rows left over in lower blocks. `zeros`: a row of them. */
export function depthwiseKernel(kernel: KernelVariant): CFunction {
  const stride = strideOf(kernel);
  const head = `void FW_${kernelName(kernel)}(${PARAMETERS})`;
  const heights = [kernel.rows, 3, 1];
  const lines = [
    'const float32x4_t zero = vdupq_n_f32(0.0f), l = vdupq_n_f32(low), h = vdupq_n_f32(high);',
    `const int rows = (height + ${stride - 1}) / ${stride}, columns = width / ${stride};`,
    `for (; channels > 0; channels--, x += height * width, w += ${DEPTHWISE_WEIGHTS}) {`,
    '  const float32x4_t w0 = vld1q_f32(w), w1 = vld1q_f32(w + 4), w2 = vld1q_f32(w + 8);',
    '  int r = 0;',
    ...heights.flatMap((height) => blockRows(height, stride)).map((line) => `  ${line}`),
    '}',
  ];
  return { declaration: `${head};`, definition: [`${head} {`, ...lines.map((line) => `  ${line}`), '}'].join('\n') };
}

function blockRows(height: number, stride: number): string[] {
  const inputs = Array.from({ length: (height - 1) * stride + 3 }, (_, i) => i);
  // Between the first and the last none is outside.
  const last = inputs.length - 1;
  const at = (i: number): string => (stride === 1 ? `r + ${i - 1}` : `${stride} * r + ${i - 1}`);
  const outputs = (place: Place): string[] => blockColumns(height, stride, place).map((line) => `    ${line}`);
  return [
    `for (; r + ${height} <= rows; r += ${height}, y += ${height} * columns) {`,
    `  const float *x1 = x + (${at(1)}) * width, *x0 = ${at(0)} >= 0 ? x1 - width : zeros;`,
    ...inputs.slice(2, -1).map((i) => `  const float *x${i} = x${i - 1} + width;`),
    `  const float *x${last} = ${at(last)} < height ? x${last - 1} + width : zeros;`,
    '  {', '    const int c = 0;', ...outputs('first'), '  }',
    `  for (int c = 4; c + ${stride === 1 ? '5' : '4'} <= columns; c += 4) {`, ...outputs('inner'), '  }',
    ...(stride === 1 ? ['  {', '    const int c = columns - 4;', ...outputs('last'), '  }']
      : ['  if (columns % 4 != 0) {', '    const int c = columns - 4;', ...outputs('inner'), '  }']),
    '}',
  ];
}

function blockColumns(height: number, stride: number, place: Place): string[] {
  const each = Array.from({ length: height }, (_, r) => r);
  const tap = (t: number): string => `w${t >> 2}, ${t & 3}`;
  return [
    `float32x4_t ${each.map((r) => `a${r} = vdupq_laneq_f32(w2, 1)`).join(', ')};`,
    ...Array.from({ length: (height - 1) * stride + 3 }, (_, i) => {
      const uses = each.filter((r) => i >= r * stride && i < r * stride + 3);
      const sums = uses.flatMap((r) => [0, 1, 2].map((k) => `a${r} = vfmaq_laneq_f32(a${r}, v${k}, ${tap(3 * (i - r * stride) + k)});`));
      return `{ ${(stride === 1 ? neighbours : everyOther)(i, place)} ${sums.join(' ')} }`;
    }),
    `if (clamps) { ${each.map((r) => `a${r} = vminq_f32(vmaxq_f32(a${r}, l), h);`).join(' ')} }`,
    'float *o = y + c;',
    ...each.map((r) => `vst1q_f32(o, a${r});${r === height - 1 ? '' : ' o += columns;'}`),
  ];
}

const neighbours = (i: number, place: Place): string => [
  `const float32x4_t v1 = vld1q_f32(x${i} + c);`,
  `const float32x4_t v0 = ${place === 'first' ? 'vextq_f32(zero, v1, 3)' : `vld1q_f32(x${i} + c - 1)`};`,
  `const float32x4_t v2 = ${place === 'last' ? 'vextq_f32(v1, zero, 1)' : `vld1q_f32(x${i} + c + 1)`};`,
].join(' ');

/** Of a width that is even: nothing is missing behind the last column. */
const everyOther = (i: number, place: Place): string => [
  `const float32x4x2_t p = vld2q_f32(x${i} + 2 * c);`,
  'const float32x4_t v1 = p.val[0], v2 = p.val[1];',
  `const float32x4_t v0 = ${place === 'first' ? 'vextq_f32(zero, v2, 3)' : `vld2q_f32(x${i} + 2 * c - 2).val[1]`};`,
].join(' ');
