/**
 * Kernels of layers without a product of weights, and of the moves around products. `FW_NAME` stands for the name. An item
 * does one element, or one reduction, and items behind the last one do nothing.
 */

import { WIDEST } from './manifest.js';
import { activated, real } from './prelude.js';

/** Positions of an item in `rank` nested sizes, the last one fastest: i0, i1, …; sizes n1, n2, … are arguments. */
export function split(rank: number, from: string): string {
  const lines: string[] = [`int rest = ${from};`];
  for (let d = rank - 1; d > 0; d--) lines.push(`const int i${d} = rest % n${d}; rest /= n${d};`);
  return `${lines.join(' ')} const int i0 = rest;`;
}

const dims = (rank: number): number[] => Array.from({ length: rank }, (_, d) => d);

/** The place of an item among strides called `s`. */
export const place = (rank: number, s: string): string => dims(rank).map((d) => `i${d} * ${s}${d}`).join(' + ');

export const sizeParameters = (rank: number): string => dims(rank).slice(1).map((d) => `, int n${d}`).join('');
export const strideParameters = (rank: number, s: string): string => dims(rank).map((d) => `, int ${s}${d}`).join('');

/** A copy between strides. */
export const copyKernel = (rank: number): string => `__kernel void FW_NAME(__global STORED *y, __global const STORED *x, int count${sizeParameters(rank)}, int yOffset${strideParameters(rank, 'y')}, int xOffset${strideParameters(rank, 'x')}) {
  const int i = get_global_id(0);
  if (i >= count) return;
  ${split(rank, 'i')}
  STORE(LOAD(x + xOffset + ${place(rank, 'x')}), y + yOffset + ${place(rank, 'y')});
}`;

/** One output of operands \`a0\`, \`a1\`, … that lie at strides of their own. */
export const eachKernel = (rank: number, operands: number, value: string, word: string): string => `__kernel void FW_NAME(__global STORED *y, int count${sizeParameters(rank)}${Array.from({ length: operands }, (_, k) => `, __global const STORED *x${k}${strideParameters(rank, `x${k}s`)}`).join('')}, float alpha, float beta) {
  const int i = get_global_id(0);
  if (i >= count) return;
  ${split(rank, 'i')}
${Array.from({ length: operands }, (_, k) => `  const REAL a${k} = LOAD(x${k} + ${place(rank, `x${k}s`)});`).join('\n')}
  STORE(${activated(word, 1, value)}, y + i);
}`;

/** Outer dimensions keep their places, inner ones become one number. */
export const reduceKernel = (outer: number, inner: number, { start, step, finish }: { readonly start: string; readonly step: string; readonly finish: string }, word: string): string => {
  const at = dims(inner).map((d) => `j${d} * r${d}`).join(' + ') || '0';
  return `__kernel void FW_NAME(__global STORED *y, __global const STORED *x, int count${sizeParameters(outer)}${strideParameters(outer, 'x')}${dims(inner).map((d) => `, int m${d}, int r${d}`).join('')}, float length, float alpha, float beta) {
  const int i = get_global_id(0);
  if (i >= count) return;
  ${split(outer, 'i')}
  x += ${place(outer, 'x')};
  REAL v = ${start};
  ${dims(inner).map((d) => `for (int j${d} = 0; j${d} < m${d}; j${d}++) `).join('')}{ const REAL a = LOAD(x + ${at}); ${step}; }
  STORE(${activated(word, 1, finish)}, y + i);
}`;
};

/**
 * A depthwise convolution whose outputs are a map as wide and high as its input, for processors: an item does a map, vectors of positions
 * by themselves one after another, rows running on. What a vector reads for a cell is a vector too, in which places that belong to another row are zeros.
 */
export const depthwiseMaps = (word: string): string => {
  const [V, lanes] = [real(WIDEST), Array.from({ length: WIDEST }, (_, l) => l)];
  return `__kernel void FW_NAME(__global const STORED *x, __global STORED *y, __global const STORED *w, __global const int *program, __global const STORED *z, int filters, int height, int width, int top, int left, int multiplier, int hasResidual, float alpha, float beta) {
  const int c = get_global_id(0), n = get_global_id(1), positions = height * width, first = program[c], last = program[c + 1];
  const int${WIDEST} lane = (int${WIDEST})(${lanes.join(', ')});
  x += (n * (filters / multiplier) + c / multiplier) * positions;
  y += (n * filters + c) * positions;
  z += (n * filters + c) * positions;
  int${WIDEST} column = lane % width;
  for (int start = 0; start < positions; start += ${WIDEST}) {
    const int p = min(start, positions - ${WIDEST});
    if (p < start) column = (lane + p) % width;
    ${V} v = (${V})(LOAD(w + first + c));
    if (hasResidual) v += LOAD${WIDEST}(z + p);
    for (int k = first; k < last; k++) {
      const int cell = program[filters + 1 + k], dx = (cell & 0xffff) - left, from = p + ((cell >> 16) - top) * width + dx;
      ${V} a;
      if (from >= 0 && from + ${WIDEST} <= positions) a = LOAD${WIDEST}(x + from);
      else a = (${V})(${lanes.map((l) => `from + ${l} >= 0 && from + ${l} < positions ? LOAD(x + from + ${l}) : R(0)`).join(', ')});
      const int${WIDEST} place = column + dx;
      v = MAD((${V})(LOAD(w + k + c + 1)), select((${V})(R(0)), a, (place >= 0) & (place < width)), v);
    }
    v = ${activated(word, WIDEST, 'v')};
    if (p == start) STORE${WIDEST}(v, y + p); else put${WIDEST}(v, y + p, 1, start - p);
    column += ${WIDEST} % width;
    column -= select((int${WIDEST})(0), (int${WIDEST})(width), column >= width);
  }
}`;
};

/** One row per kernel that has a text of its own; `act` gives the expression of an activated number. */
export const SUPPORT: Readonly<Record<string, (act: (v: string) => string) => string>> = {
  // Planes for products: row k of a channel's plane of shift s is row rows[k] of the input, from column s * dilation - left on; outside and between spread cells there are zeros.
  // An item does a row. Where it takes neighbours, it takes vectors of them, the last of which begins as early as it must.
  stage: () => `__kernel void FW_NAME(__global STORED *y, __global const STORED *x, __global const int *rows, int planeRows, int pitch, int channelStep, int height, int width, int spreadY, int spreadX, int dilation, int left, int stride) {
  const int k = get_global_id(0), s = get_global_id(1), c = get_global_id(2);
  if (k >= planeRows) return;
  const int row = rows[k], first = s * dilation - left;
  y += c * channelStep + (s * planeRows + k) * pitch;
  if (stride == 1 && spreadX == 1 && spreadY == 1) {
    const int from = row < 0 ? pitch : clamp(-first, 0, pitch), to = row < 0 ? pitch : clamp(width - first, from, pitch);
    x += (c * height + row) * width + first;
    for (int p = 0; p < from; p++) STORE(R(0), y + p);
    if (to - from >= 8) {
      for (int p = from; p < to; p += 8) { const int q = min(p, to - 8); const REAL8 v = LOAD8(x + q); STORE8(v, y + q); }
    } else for (int p = from; p < to; p++) STORE(LOAD(x + p), y + p);
    for (int p = to; p < pitch; p++) STORE(R(0), y + p);
    return;
  }
  for (int p = 0; p < pitch; p++) {
    const int column = first + p * stride;
    REAL v = R(0);
    if (row >= 0 && column >= 0 && row % spreadY == 0 && column % spreadX == 0 && column / spreadX < width) v = LOAD(x + (c * height + row / spreadY) * width + column / spreadX);
    STORE(v, y + p);
  }
}`,
  // The same where rows of planes are neighbouring rows of the input and as wide: an item moves a whole map by so many elements, and then puts zeros where a row would see its neighbour.
  stage_maps: () => `__kernel void FW_NAME(__global STORED *y, __global const STORED *x, int maps, int before, int count, int planeRows, int firstRow, int width, int channelStep, int height, int dilation, int left) {
  const int c = get_global_id(0), s = get_global_id(1);
  if (c >= maps) return;
  const int shift = s * dilation - left, total = count * width, from = clamp(-shift, 0, total), to = clamp(total - shift, from, total), outer = min(max(shift, -shift), width);
  x += (c * height + firstRow) * width + shift;
  y += c * channelStep + s * planeRows * width;
  for (int p = 0; p < before * width; p++) STORE(R(0), y + p);
  y += before * width;
  for (int p = total; p < (planeRows - before) * width; p++) STORE(R(0), y + p);
  if (to - from >= 16) {
    for (int p = from; p < to; p += 16) { const int q = min(p, to - 16); const REAL16 v = LOAD16(x + q); STORE16(v, y + q); }
  } else for (int p = from; p < to; p++) STORE(LOAD(x + p), y + p);
  y += shift > 0 ? width - outer : 0;
  for (int r = 0; r < count; r++) for (int p = 0; p < outer; p++) STORE(R(0), y + r * width + p);
}`,
  // A depthwise convolution: the kept cells of each channel, no planes.
  depthwise: (act) => `__kernel void FW_NAME(__global const STORED *x, __global STORED *y, __global const STORED *w, __global const int *program, __global const STORED *z, int count, int channels, int height, int width, int outHeight, int outWidth, int strideY, int strideX, int top, int left, int multiplier, int hasResidual, float alpha, float beta) {
  const int i = get_global_id(0);
  if (i >= count) return;
  int rest = i;
  const int ox = rest % outWidth; rest /= outWidth;
  const int oy = rest % outHeight; rest /= outHeight;
  const int c = rest % channels, n = rest / channels;
  x += (n * (channels / multiplier) + c / multiplier) * height * width;
  const int y0 = oy * strideY - top, x0 = ox * strideX - left, first = program[c], last = program[c + 1];
  REAL v = LOAD(w + first + c);
  if (hasResidual) v += LOAD(z + i);
  program += channels + 1;
  for (int k = first; k < last; k++) {
    const int cell = program[k], row = y0 + (cell >> 16), column = x0 + (cell & 0xffff);
    if (row >= 0 && row < height && column >= 0 && column < width) v = MAD(LOAD(w + k + c + 1), LOAD(x + row * width + column), v);
  }
  STORE(${act('v')}, y + i);
}`,
  max_pool: (act) => pool(act, 'REAL v = -INFINITY;', 'v = most1(v, a);', 'v'),
  average_pool: (act) => pool(act, 'REAL v = R(0); int cells = 0;', 'v += a; cells++;', 'v / R(counted ? max(1, (min(y0 + kernelY * dilationY, height + bottom) - y0 + dilationY - 1) / dilationY * ((min(x0 + kernelX * dilationX, width + right) - x0 + dilationX - 1) / dilationX)) : max(1, cells))'),
  softmax: (act) => `__kernel void FW_NAME(__global STORED *y, __global const STORED *x, int count, int length, int inner, int isLog, float alpha, float beta) {
  const int i = get_global_id(0);
  if (i >= count) return;
  const int at = i / inner * length * inner + i % inner;
  REAL most = -INFINITY, sum = R(0);
  for (int k = 0; k < length; k++) most = most1(most, LOAD(x + at + k * inner));
  for (int k = 0; k < length; k++) sum += exp(LOAD(x + at + k * inner) - most);
  for (int k = 0; k < length; k++) {
    const REAL v = LOAD(x + at + k * inner) - most;
    STORE(${act('isLog ? v - log(sum) : exp(v) / sum')}, y + at + k * inner);
  }
}`,
  // A product of two computed matrices, [rows, depth] x [depth, columns].
  matmul: (act) => `__kernel void FW_NAME(__global STORED *y, __global const STORED *x0, __global const STORED *x1, int columns, int rows, int depth, int n1, int a0, int a1, int b0, int b1, float alpha, float beta) {
  const int column = get_global_id(0), row = get_global_id(1), n = get_global_id(2);
  if (column >= columns) return;
  x0 += n / n1 * a0 + n % n1 * a1 + row * depth;
  x1 += n / n1 * b0 + n % n1 * b1 + column;
  REAL v = R(0);
  for (int k = 0; k < depth; k++) v = MAD(LOAD(x0 + k), LOAD(x1 + k * columns), v);
  STORE(${act('v')}, y + (n * rows + row) * columns + column);
}`,
  gather: () => `__kernel void FW_NAME(__global STORED *y, __global const STORED *x, __global const int *index, int count, int indices, int inner, int size) {
  const int i = get_global_id(0);
  if (i >= count) return;
  const int j = i / inner % indices;
  STORE(LOAD(x + (i / inner / indices * size + index[j]) * inner + i % inner), y + i);
}`,
  scatter: () => `__kernel void FW_NAME(__global STORED *y, __global const STORED *x, __global const int *rows, int count, int inner) {
  const int i = get_global_id(0);
  if (i < count) STORE(LOAD(x + i), y + rows[i / inner] + i % inner);
}`,
  copy: () => `__kernel void FW_NAME(__global STORED *y, __global const STORED *x, int count) {
  const int i = get_global_id(0);
  if (i < count) STORE(LOAD(x + i), y + i);
}`,
  fill: () => `__kernel void FW_NAME(__global STORED *y, int count, float value) {
  const int i = get_global_id(0);
  if (i < count) STORE(R(value), y + i);
}`,
  from_floats: () => `__kernel void FW_NAME(__global STORED *y, __global const float *x, int count) {
  const int i = get_global_id(0);
  if (i < count) STORE(R(x[i]), y + i);
}`,
  to_floats: () => `__kernel void FW_NAME(__global float *y, __global const STORED *x, int count) {
  const int i = get_global_id(0);
  if (i < count) y[i] = (float)(LOAD(x + i));
}`,
};

function pool(act: (v: string) => string, start: string, step: string, finish: string): string {
  return `__kernel void FW_NAME(__global STORED *y, __global const STORED *x, int count, int height, int width, int outHeight, int outWidth, int kernelY, int kernelX, int strideY, int strideX, int dilationY, int dilationX, int top, int left, int counted, int bottom, int right, float alpha, float beta) {
  const int i = get_global_id(0);
  if (i >= count) return;
  const int ox = i % outWidth, oy = i / outWidth % outHeight;
  x += i / outWidth / outHeight * height * width;
  const int y0 = oy * strideY - top, x0 = ox * strideX - left;
  ${start}
  for (int row = y0; row < y0 + kernelY * dilationY; row += dilationY) {
    if (row < 0 || row >= height) continue;
    for (int column = x0; column < x0 + kernelX * dilationX; column += dilationX) {
      if (column < 0 || column >= width) continue;
      const REAL a = LOAD(x + row * width + column);
      ${step}
    }
  }
  STORE(${act(finish)}, y + i);
}`;
}
