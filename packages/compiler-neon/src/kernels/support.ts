/** C text of what is no matrix product: one row per function; a project holds those that its layers call. */
import { support, type CFunction } from './c-function.js';
import { BYTE_SUPPORT } from './int8.js';
import { WINOGRAD } from './winograd.js';
import { WINOGRAD_PANELS } from './winograd-panels.js';

/**
 * Planes of shifted rows: one copy of each channel per kernel column, so that a kernel row is a distance of whole output rows
 * and outputs lie without gaps. `rows` says which input row each row of a plane is, -1 for zeros.
 */
const stage = (name: string, vectors: string): CFunction => support(
  `void FW_${name}(float *to, const float *x, const int32_t *rows, int plane, int channels, int height, int width, int shifts, int shift, int left, int stride, int columns)`, `
  for (int c = 0; c < channels; c++, x += height * width)
    for (int k = 0; k < shifts; k++) {
      const int start = k * shift - left;
      int first = start < 0 ? (stride - 1 - start) / stride : 0;
      int end = width > start ? (width - start + stride - 1) / stride : 0;
      if (first > columns) first = columns;
      if (end > columns) end = columns;
      if (end < first) end = first;
      for (int r = 0; r < plane; r++, to += columns) {
        if (rows[r] < 0) {
          memset(to, 0, (size_t)columns * sizeof(float));
          continue;
        }
        const float *row = x + (rows[r] * width + start + first * stride);
        for (int i = 0; i < first; i++) to[i] = 0.0f;
        int i = first;${vectors}
        for (; i < end; i++, row += stride) to[i] = *row;
        for (; i < columns; i++) to[i] = 0.0f;
      }
    }
`);

const FLOATS: ReadonlyMap<string, CFunction> = new Map([
  ...WINOGRAD, ...WINOGRAD_PANELS,
  ['stage', stage('stage', `
        if (stride == 1)
          for (; i + 4 <= end; i += 4, row += 4) vst1q_f32(to + i, vld1q_f32(row));`)],
  // Every other cell: what lies between is read too, and may not lie behind the row. By itself, because both in one function take more registers than either.
  ['stage_pairs', stage('stage_pairs', `
        const float *const stop = x + (rows[r] + 1) * width;
        for (; i + 4 <= end && stop - row >= 8; i += 4, row += 8) vst1q_f32(to + i, vld2q_f32(row).val[0]);`)],
  // Puts zeros between the cells of maps, as a transposed convolution asks.
  ['spread', support('void FW_spread(float *to, const float *x, int planes, int height, int width, int down, int right)', `
  const int rows = (height - 1) * down + 1, columns = (width - 1) * right + 1;
  memset(to, 0, (size_t)planes * (size_t)(rows * columns) * sizeof(float));
  for (int c = 0; c < planes; c++, to += rows * columns)
    for (int i = 0; i < height; i++)
      for (int j = 0; j < width; j++) to[i * down * columns + j * right] = *x++;
`)],
  // Four columns at a time where no tap of theirs is outside; with a step of two every other number counts.
  ['max_pool', support(
    'void FW_max_pool(float *y, const float *x, int planes, int height, int width, int rows, int columns, int kh, int kw, int sh, int sw, int dh, int dw, int top, int left)', `
  const int reach = 3 * sw + (kw - 1) * dw + sw;
  for (int c = 0; c < planes; c++, x += height * width)
    for (int i = 0; i < rows; i++, y += columns)
      for (int j = 0; j < columns;) {
        const int at = j * sw - left;
        /* The last number of a pair is read, and not used. */
        if (sw <= 2 && at >= 0 && j + 4 <= columns && at + reach <= width) {
          float32x4_t v = vdupq_n_f32(-INFINITY);
          for (int a = 0; a < kh; a++) {
            const int r = i * sh - top + a * dh;
            if (r < 0 || r >= height) continue;
            const float *row = x + r * width + at;
            for (int b = 0; b < kw; b++, row += dw) v = vmaxq_f32(v, sw == 1 ? vld1q_f32(row) : vld2q_f32(row).val[0]);
          }
          vst1q_f32(y + j, v);
          j += 4;
          continue;
        }
        float v = -INFINITY;
        for (int a = 0; a < kh; a++) {
          const int r = i * sh - top + a * dh;
          if (r < 0 || r >= height) continue;
          for (int b = 0; b < kw; b++) {
            const int k = at + b * dw;
            if (k >= 0 && k < width && !(x[r * width + k] <= v) && !isnan(v)) v = x[r * width + k];
          }
        }
        y[j++] = v;
      }
`)],
  ['average_pool', support(
    'void FW_average_pool(float *y, const float *x, int planes, int height, int width, int rows, int columns, int kh, int kw, int sh, int sw, int dh, int dw, int top, int left, int padded, int bottom, int right)', `
  for (int c = 0; c < planes; c++, x += height * width)
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < columns; j++) {
        float v = 0.0f;
        int inside = 0, within = 0;
        for (int a = 0; a < kh; a++)
          for (int b = 0; b < kw; b++) {
            const int r = i * sh - top + a * dh, k = j * sw - left + b * dw;
            within += r < height + bottom && k < width + right;
            if (r < 0 || r >= height || k < 0 || k >= width) continue;
            v += x[r * width + k];
            inside++;
          }
        *y++ = v / (float)(padded ? within : inside);
      }
`)],
  ['mean_of_planes', support('void FW_mean_of_planes(float *y, const float *x, int planes, int size)', `
  for (int c = 0; c < planes; c++, x += size) {
    float v = 0.0f;
    float32x4_t a = vdupq_n_f32(0.0f);
    int i = 0;
    for (; i + 4 <= size; i += 4) a = vaddq_f32(a, vld1q_f32(x + i));
    for (; i < size; i++) v += x[i];
    y[c] = (v + vaddvq_f32(a)) / (float)size;
  }
`)],
  ['max_of_planes', support('void FW_max_of_planes(float *y, const float *x, int planes, int size)', `
  for (int c = 0; c < planes; c++, x += size) {
    float v = -INFINITY;
    for (int i = 0; i < size; i++) v = x[i] <= v || isnan(v) ? v : x[i];
    y[c] = v;
  }
`)],
  ['softmax', support('void FW_softmax(float *y, const float *x, int outer, int count, int inner, int logarithm)', `
  for (int o = 0; o < outer; o++, x += count * inner, y += count * inner)
    for (int i = 0; i < inner; i++) {
      float top = -INFINITY, sum = 0.0f;
      for (int k = 0; k < count; k++) top = fmaxf(top, x[k * inner + i]);
      for (int k = 0; k < count; k++) {
        const float e = expf(x[k * inner + i] - top);
        y[k * inner + i] = logarithm ? x[k * inner + i] - top : e;
        sum += e;
      }
      for (int k = 0; k < count; k++) y[k * inner + i] = logarithm ? y[k * inner + i] - logf(sum) : y[k * inner + i] / sum;
    }
`)],
  // Rows `first` to before `end`.
  ['transpose', support('void FW_transpose(float *to, const float *x, int rows, int columns, int first, int end)', `
  x += first * columns;
  for (int r = first; r < end; r++)
    for (int c = 0; c < columns; c++) to[c * rows + r] = *x++;
`)],
  // A product of two computed matrices: no weights, no structure to use.
  ['matmul', support('void FW_matmul(float *y, const float *a, const float *b, int rows, int depth, int columns)', `
  for (int r = 0; r < rows; r++, y += columns, a += depth) {
    memset(y, 0, (size_t)columns * sizeof(float));
    for (int k = 0; k < depth; k++)
      for (int c = 0; c < columns; c++) y[c] += a[k] * b[k * columns + c];
  }
`)],
  // Gates z and n, summed; `h` becomes the next state.
  ['gru_cell', support('void FW_gru_cell(float *h, const float *z, const float *n, int size)', `
  for (int i = 0; i < size; i++) {
    const float keep = 1.0f / (1.0f + expf(-z[i]));
    h[i] = (1.0f - keep) * tanhf(n[i]) + keep * h[i];
  }
`)],
  // As above, with the reset gate r applied to the recurrent part `u` of gate n.
  ['gru_cell_late', support('void FW_gru_cell_late(float *h, const float *z, const float *r, const float *n, const float *u, int size)', `
  for (int i = 0; i < size; i++) {
    const float keep = 1.0f / (1.0f + expf(-z[i])), pass = 1.0f / (1.0f + expf(-r[i]));
    h[i] = (1.0f - keep) * tanhf(n[i] + pass * u[i]) + keep * h[i];
  }
`)],
  // The state as the reset gate lets it through.
  ['gru_reset', support('void FW_gru_reset(float *to, const float *h, const float *r, int size)', `
  for (int i = 0; i < size; i++) to[i] = h[i] / (1.0f + expf(-r[i]));
`)],
  // Gates i, o, f, c, `stride` numbers apart; `c` is the cell, `h` the state.
  ['lstm_cell', support('void FW_lstm_cell(float *h, float *c, const float *g, int stride, int size)', `
  for (int i = 0; i < size; i++) {
    const float in = 1.0f / (1.0f + expf(-g[i])), out = 1.0f / (1.0f + expf(-g[stride + i])), keep = 1.0f / (1.0f + expf(-g[2 * stride + i]));
    c[i] = keep * c[i] + in * tanhf(g[3 * stride + i]);
    h[i] = out * tanhf(c[i]);
  }
`)],
  ['rnn_cell', support('void FW_rnn_cell(float *h, const float *g, int size)', `
  for (int i = 0; i < size; i++) h[i] = tanhf(g[i]);
`)],
]);

/** `stage`, of bytes. */
const STAGE_BYTES = Object.fromEntries(Object.entries(FLOATS.get('stage')!).map(([name, text]: [string, string]) => [name, text
  .replaceAll('FW_stage', 'FW_stage_bytes').replace(/\bfloat (?=\*)/g, 'int8_t ').replaceAll('0.0f', '0').replaceAll('(size_t)columns * sizeof(float)', '(size_t)columns')
  .replaceAll('vst1q_f32(to + i, vld1q_f32(row))', 'memcpy(to + i, row, 4)')])) as unknown as CFunction;

export const SUPPORT: ReadonlyMap<string, CFunction> = new Map([...FLOATS, ['stage_bytes', STAGE_BYTES], ...BYTE_SUPPORT]);
