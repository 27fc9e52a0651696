/* XNNPACK's dense operators on the layers given: fully connected, or convolution, channels last. */
#include <math.h>
#include <stdlib.h>
#include <xnnpack.h>

#include "layers.h"
#include "marks.h"

static int run(xnn_operator_t op, int region) {
  begin(region);
  const enum xnn_status status = xnn_run_operator(op, NULL);
  end(region);
  xnn_delete_operator(op);
  return status == xnn_status_success;
}

static int product(layer l, const float *w, const float *x, float *y, int region) {
  xnn_operator_t op = NULL;
  return xnn_create_fully_connected_nc_f32(l.k, l.m, l.k, l.m, w, NULL, -INFINITY, INFINITY, 0, &op) == xnn_status_success
    && xnn_setup_fully_connected_nc_f32(op, l.n, x, y, NULL) == xnn_status_success && run(op, region);
}

static int convolution(layer l, const float *w, const float *x, float *y, int region) {
  const uint32_t pad = l.kernel / 2, channels = layer_channels(l), groups = l.depthwise ? l.m : 1;
  xnn_operator_t op = NULL;
  return xnn_create_convolution2d_nhwc_f32(pad, pad, pad, pad, l.kernel, l.kernel, l.stride, l.stride, 1, 1, groups, channels / groups, l.m / groups, channels, l.m, w, NULL, -INFINITY, INFINITY,
      l.depthwise ? XNN_FLAG_DEPTHWISE_CONVOLUTION : 0, &op) == xnn_status_success
    && xnn_setup_convolution2d_nhwc_f32(op, 1, l.size, l.size, x, y, NULL) == xnn_status_success && run(op, region);
}

int main(int argc, char **argv) {
  if (xnn_initialize(NULL) != xnn_status_success) return 1;
  for (int i = 0; i < layer_count(argc); i++) {
    const layer l = layer_at(argv, i);
    const size_t inputs = l.size == 0 ? (size_t)l.n * l.k : (size_t)l.size * l.size * layer_channels(l);
    float *w = malloc((size_t)l.m * l.k * 4), *x = malloc(inputs * 4 + 64), *y = calloc((size_t)l.n * l.m + 16, 4);
    fill(w, (size_t)l.m * l.k, 7);
    fill(x, inputs, 5);
    if (!(l.size == 0 ? product : convolution)(l, w, x, y, i)) return 2;
    float wanted = 0, got = y[0];
    if (l.size == 0) {
      for (int j = 0; j < l.k; j++) wanted += w[j] * x[j];
    } else {
      const int out = l.size / l.stride;
      wanted = layer_wanted(l, x, w);
      got = y[((size_t)(out / 2) * out + out / 2) * l.m];
    }
    if (fabsf(got - wanted) > 1e-3f * fabsf(wanted) + 1e-2f) return 3;
    free(w);
    free(x);
    free(y);
  }
  return 0;
}
