/** C text of Winograd's transforms for panels: each lane is a channel, so that maps of one tile fill registers too. Also what turns four maps into vectors of four channels, and back. */
import { inputLines, outputLines } from '../winograd/transforms.js';
import { support, type CFunction } from './c-function.js';

const four = [0, 1, 2, 3];
const six = [0, 1, 2, 3, 4, 5];

/** C statements that declare `c0`..`c3`, the columns of the 4x4 matrix with rows `r0`..`r3`. */
const turnLines = (r: readonly string[]): string[] => [
  `const float32x4_t p0 = vtrn1q_f32(${r[0]}, ${r[1]}), p1 = vtrn2q_f32(${r[0]}, ${r[1]}), p2 = vtrn1q_f32(${r[2]}, ${r[3]}), p3 = vtrn2q_f32(${r[2]}, ${r[3]});`,
  ...four.map((k) => `const float32x4_t c${k} = vreinterpretq_f32_f64(vtrn${k < 2 ? 1 : 2}q_f64(vreinterpretq_f64_f32(p${k % 2}), vreinterpretq_f64_f32(p${k % 2 + 2})));`),
];

/** With the activation's bounds `l` and `h`. */
const bounded = (x: string): string => `vminq_f32(vmaxq_f32(${x}, l), h)`;

const indented = (lines: readonly string[], by: number): string => lines.map((line) => `${' '.repeat(by)}${line}`).join('\n');

export const WINOGRAD_PANELS: readonly (readonly [name: string, text: CFunction])[] = [
  // Padded rows of four channels at a time first; then 36 vectors per tile, `plane` floats apart. Tiles are `pitch` floats apart.
  ['winograd_panels_in', support(
    'void FW_winograd_panels_in(float *to, const float *x, float *rows, int channels, int height, int width, int top, int left, int down, int across, int pitch, int plane)', `
  const int line = 4 * across + 2, size = height * width;
  const float32x4_t zero = vdupq_n_f32(0.0f);
  for (; channels > 0; channels -= 4, x += 4 * size, to += 4) {
    float *row = rows;
    for (int r = top; r < top + 4 * down + 2; r++) {
      int i = 0;
      if (r >= 0 && r < height) {
        const int count = width < line - left ? width : line - left;
        const float *from = x + r * width;
        for (; i < left; i++, row += 4) vst1q_f32(row, zero);
        for (; i + 4 <= left + count; i += 4, from += 4, row += 16) {
          const float32x4_t ${four.map((k) => `r${k} = vld1q_f32(from + ${k} * size)`).join(', ')};
${indented(turnLines(four.map((k) => `r${k}`)), 10)}
          ${four.map((k) => `vst1q_f32(row + ${4 * k}, c${k});`).join(' ')}
        }
        for (; i < left + count; i++, from++, row += 4) { ${four.map((k) => `row[${k}] = from[${k} * size];`).join(' ')} }
      }
      for (; i < line; i++, row += 4) vst1q_f32(row, zero);
    }
    for (int i = 0; i < down; i++)
      for (int j = 0; j < across; j++) {
        float32x4_t t[6][6];
        const float *from = rows + 16 * (i * line + j);
        for (int r = 0; r < 6; r++, from += 4 * line) {
          const float32x4_t ${six.map((k) => `d${k} = vld1q_f32(from + ${4 * k})`).join(', ')};
${indented(inputLines(), 10)}
          ${six.map((k) => `t[r][${k}] = t${k};`).join(' ')}
        }
        float *tile = to + (i * across + j) * pitch;
        for (int k = 0; k < 6; k++) {
          const float32x4_t ${six.map((r) => `d${r} = t[${r}][k]`).join(', ')};
${indented(inputLines(), 10)}
          ${six.map((r) => `vst1q_f32(tile + ${r === 0 ? 'k' : `(${6 * r} + k)`} * plane, t${r});`).join(' ')}
        }
      }
  }
`)],
  // The way back, with biases, plus `more` where it is there, and the activation's bounds.
  ['winograd_panels_out', support(
    'void FW_winograd_panels_out(float *y, const float *from, const float *bias, const float *more, int filters, int height, int width, int top, int down, int across, int pitch, int plane, float low, float high)', `
  const float32x4_t l = vdupq_n_f32(low), h = vdupq_n_f32(high);
  const int size = height * width;
  for (; filters > 0; filters -= 4, y += 4 * size, from += 4, bias += 4, more = more == NULL ? NULL : more + 4 * size) {
    const float32x4_t b = vld1q_f32(bias);
    for (int i = 0; i < down; i++)
      for (int j = 0; j < across; j++) {
        float32x4_t t[4][6];
        const float *tile = from + (i * across + j) * pitch;
        for (int k = 0; k < 6; k++) {
          const float32x4_t ${six.map((r) => `m${r} = vld1q_f32(tile + ${r === 0 ? 'k' : `(${6 * r} + k)`} * plane)`).join(', ')};
${indented(outputLines(), 10)}
          ${four.map((r) => `t[${r}][k] = o${r};`).join(' ')}
        }
        const int count = width - 4 * j < 4 ? width - 4 * j : 4;
        for (int r = 0; r < 4 && top + 4 * i + r < height; r++) {
          const float32x4_t ${six.map((k) => `m${k} = t[r][${k}]`).join(', ')};
${indented(outputLines(), 10)}
          const float32x4_t ${four.map((k) => `r${k} = vaddq_f32(o${k}, b)`).join(', ')};
${indented(turnLines(four.map((k) => `r${k}`)), 10)}
          const int at = (top + 4 * i + r) * width + 4 * j;
          float *const to = y + at;
          if (count == 4 && more != NULL) {
            ${four.map((k) => `vst1q_f32(to + ${k} * size, ${bounded(`vaddq_f32(c${k}, vld1q_f32(more + at + ${k} * size))`)});`).join(' ')}
          } else if (count == 4) {
            ${four.map((k) => `vst1q_f32(to + ${k} * size, ${bounded(`c${k}`)});`).join(' ')}
          } else {
            float part[16];
            ${four.map((k) => `vst1q_f32(part + ${4 * k}, ${bounded(`c${k}`)});`).join(' ')}
            if (more != NULL) {
              ${four.map((k) => `vst1q_f32(part + ${4 * k}, c${k});`).join(' ')}
              for (int k = 0; k < 4; k++)
                for (int c = 0; c < count; c++) part[4 * k + c] += more[at + k * size + c];
              ${four.map((k) => `vst1q_f32(part + ${4 * k}, ${bounded(`vld1q_f32(part + ${4 * k})`)});`).join(' ')}
            }
            for (int k = 0; k < 4; k++)
              for (int c = 0; c < count; c++) to[k * size + c] = part[4 * k + c];
          }
        }
      }
  }
`)],
  // Maps `[channels][size]` to `[size][pitch]`, channels last; whole fours of channels.
  ['channels_last', support('void FW_channels_last(float *to, const float *x, int channels, int size, int pitch)', `
  for (; channels > 0; channels -= 4, x += 4 * size, to += 4) {
    int i = 0;
    float *at = to;
    for (; i + 4 <= size; i += 4, at += 4 * pitch) {
      const float32x4_t ${four.map((k) => `r${k} = vld1q_f32(x + ${k} * size + i)`).join(', ')};
${indented(turnLines(four.map((k) => `r${k}`)), 6)}
      ${four.map((k) => `vst1q_f32(at + ${k} * pitch, c${k});`).join(' ')}
    }
    for (; i < size; i++, at += pitch) { ${four.map((k) => `at[${k}] = x[${k} * size + i];`).join(' ')} }
  }
`)],
  // And back, plus `more` where it is there, with the activation's bounds.
  ['channels_first', support('void FW_channels_first(float *y, const float *from, const float *more, int channels, int size, int pitch, float low, float high)', `
  const float32x4_t l = vdupq_n_f32(low), h = vdupq_n_f32(high);
  for (; channels > 0; channels -= 4, y += 4 * size, from += 4, more = more == NULL ? NULL : more + 4 * size) {
    int i = 0;
    const float *at = from;
    for (; i + 4 <= size; i += 4, at += 4 * pitch) {
      const float32x4_t ${four.map((k) => `r${k} = vld1q_f32(at + ${k} * pitch)`).join(', ')};
${indented(turnLines(four.map((k) => `r${k}`)), 6)}
      if (more == NULL) {
        ${four.map((k) => `vst1q_f32(y + ${k} * size + i, ${bounded(`c${k}`)});`).join(' ')}
      } else {
        ${four.map((k) => `vst1q_f32(y + ${k} * size + i, ${bounded(`vaddq_f32(c${k}, vld1q_f32(more + ${k} * size + i))`)});`).join(' ')}
      }
    }
    for (; i < size; i++, at += pitch) {
      float part[4];
      vst1q_f32(part, vld1q_f32(at));
      if (more != NULL)
        for (int k = 0; k < 4; k++) part[k] += more[k * size + i];
      vst1q_f32(part, ${bounded('vld1q_f32(part)')});
      for (int k = 0; k < 4; k++) y[k * size + i] = part[k];
    }
  }
`)],
];
