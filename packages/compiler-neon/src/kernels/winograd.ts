/** C text of Winograd's transforms, four tiles of a row at a time: each lane is a tile. */
import { inputLines, outputLines } from '../winograd/transforms.js';
import { support, type CFunction } from './c-function.js';

const six = Array.from({ length: 6 }, (_, i) => i);

export const WINOGRAD: readonly (readonly [name: string, text: CFunction])[] = [
  // Rows of padded inputs first, so that no tile looks where an edge is; then 36 numbers per tile, `plane` floats apart. Tiles lie
  // one behind the other; what the last four of a row write too much the next row writes over, and `pitch` has room for.
  ['winograd_in', support(
    'void FW_winograd_in(float *to, const float *x, float *rows, int channels, int height, int width, int top, int left, int down, int across, int pitch, int plane)', `
  const int fours = (across + 3) / 4, line = 16 * fours + 4;
  for (int c = 0; c < channels; c++, x += height * width, to += pitch) {
    float *row = rows;
    for (int r = top; r < top + 4 * down + 2; r++, row += line) {
      int end = 0;
      if (r >= 0 && r < height) {
        const int count = width < line - left ? width : line - left;
        end = left + count;
        memset(row, 0, (size_t)left * sizeof(float));
        memcpy(row + left, x + r * width, (size_t)count * sizeof(float));
      }
      memset(row + end, 0, (size_t)(line - end) * sizeof(float));
    }
    for (int i = 0; i < down; i++)
      for (int j = 0; j < fours; j++) {
        float32x4_t t[6][6];
        const float *from = rows + 4 * i * line + 16 * j;
        for (int r = 0; r < 6; r++, from += line) {
          const float32x4x4_t near = vld4q_f32(from), far = vld4q_f32(from + 4);
          const float32x4_t ${six.map((k) => `d${k} = ${k < 4 ? 'near' : 'far'}.val[${k % 4}]`).join(', ')};
${inputLines().map((line) => `          ${line}`).join('\n')}
          ${six.map((k) => `t[r][${k}] = t${k};`).join(' ')}
        }
        float *tile = to + i * across + 4 * j;
        for (int k = 0; k < 6; k++) {
          const float32x4_t ${six.map((r) => `d${r} = t[${r}][k]`).join(', ')};
${inputLines().map((line) => `          ${line}`).join('\n')}
          ${six.map((r) => `vst1q_f32(tile + ${r === 0 ? 'k' : `(${6 * r} + k)`} * plane, t${r});`).join(' ')}
        }
      }
  }
`)],
  // The way back, with biases and the activation's bounds.
  ['winograd_out', support(
    'void FW_winograd_out(float *y, const float *from, const float *bias, int filters, int height, int width, int top, int down, int across, int pitch, int plane, float low, float high)', `
  const float32x4_t l = vdupq_n_f32(low), h = vdupq_n_f32(high);
  for (int f = 0; f < filters; f++, y += height * width, from += pitch) {
    const float32x4_t b = vdupq_n_f32(bias[f]);
    for (int i = 0; i < down; i++)
      for (int j = 0; j < (across + 3) / 4; j++) {
        float32x4_t t[4][6];
        const float *tile = from + i * across + 4 * j;
        for (int k = 0; k < 6; k++) {
          const float32x4_t ${six.map((r) => `m${r} = vld1q_f32(tile + ${r === 0 ? 'k' : `(${6 * r} + k)`} * plane)`).join(', ')};
${outputLines().map((line) => `          ${line}`).join('\n')}
          ${[0, 1, 2, 3].map((r) => `t[${r}][k] = o${r};`).join(' ')}
        }
        const int left = 16 * j, count = width - left < 16 ? width - left : 16;
        for (int r = 0; r < 4 && top + 4 * i + r < height; r++) {
          const float32x4_t ${six.map((k) => `m${k} = t[r][${k}]`).join(', ')};
${outputLines().map((line) => `          ${line}`).join('\n')}
          float32x4x4_t all;
          ${[0, 1, 2, 3].map((k) => `all.val[${k}] = vminq_f32(vmaxq_f32(vaddq_f32(o${k}, b), l), h);`).join(' ')}
          float *const to = y + (top + 4 * i + r) * width + left;
          if (count == 16) vst4q_f32(to, all);
          else {
            float part[16];
            vst4q_f32(part, all);
            memcpy(to, part, (size_t)count * sizeof(float));
          }
        }
      }
  }
`)],
];
