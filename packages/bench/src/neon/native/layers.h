/* Layers as the bench names them: seven numbers each. Region k is layer k. */
#pragma once
#include <stdlib.h>

/* M outputs of K inputs at N positions; `size`: height and width of the input of a convolution, 0 where activations lie ready. */
typedef struct {
  int m, k, n, size, kernel, stride, depthwise;
} layer;

enum { LAYER_WORDS = 7 };

static inline int layer_count(int argc) { return (argc - 1) / LAYER_WORDS; }

static inline layer layer_at(char **argv, int i) {
  char **words = argv + 1 + LAYER_WORDS * i;
  const layer l = {atoi(words[0]), atoi(words[1]), atoi(words[2]), atoi(words[3]), atoi(words[4]), atoi(words[5]), atoi(words[6])};
  return l;
}

/* Channels of the input. */
static inline int layer_channels(layer l) { return l.depthwise ? l.m : l.k / (l.kernel * l.kernel); }

static inline void fill(float *values, size_t count, int modulus) {
  for (size_t i = 0; i < count; i++) values[i] = (float)(i % modulus) - (float)(modulus / 2);
}

/*
 * Output (filter 0, middle row and column) of a convolution with padding of half a kernel, channels last, weights
 * [filters][kernel][kernel][channels], or [kernel][kernel][channels] where it is depthwise.
 */
static inline float layer_wanted(layer l, const float *x, const float *w) {
  const int channels = layer_channels(l), out = l.size / l.stride, middle = out / 2;
  float sum = 0;
  for (int a = 0; a < l.kernel; a++)
    for (int b = 0; b < l.kernel; b++) {
      const int row = middle * l.stride + a - l.kernel / 2, column = middle * l.stride + b - l.kernel / 2;
      if (row < 0 || row >= l.size || column < 0 || column >= l.size) continue;
      const float *from = x + ((size_t)row * l.size + column) * channels, *by = w + (size_t)(a * l.kernel + b) * channels;
      for (int c = 0; c < (l.depthwise ? 1 : channels); c++) sum += from[c] * by[c];
    }
  return sum;
}
