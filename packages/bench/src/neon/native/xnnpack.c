/* XNNPACK's dense operator on the layers given as M K N: outputs, inputs, positions. Region k is layer k. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <xnnpack.h>

#include "marks.h"

int main(int argc, char **argv) {
  if (xnn_initialize(NULL) != xnn_status_success) return 1;
  for (int k = 0; 3 * k + 3 < argc; k++) {
    const size_t m = strtoul(argv[3 * k + 1], NULL, 10), n = strtoul(argv[3 * k + 2], NULL, 10), p = strtoul(argv[3 * k + 3], NULL, 10);
    float *w = malloc(m * n * 4), *x = malloc(p * n * 4 + 64), *y = calloc(p * m + 16, 4);
    for (size_t i = 0; i < m * n; i++) w[i] = (float)(i % 7) - 3;
    for (size_t i = 0; i < p * n; i++) x[i] = (float)(i % 5) - 2;
    xnn_operator_t op = NULL;
    if (xnn_create_fully_connected_nc_f32(n, m, n, m, w, NULL, -INFINITY, INFINITY, 0, &op) != xnn_status_success) return 1;
    if (xnn_setup_fully_connected_nc_f32(op, p, x, y, NULL) != xnn_status_success) return 1;
    begin(k);
    xnn_run_operator(op, NULL);
    end(k);
    float wanted = 0;
    for (size_t i = 0; i < n; i++) wanted += w[i] * x[i];
    if (fabsf(y[0] - wanted) > 1e-3f * fabsf(wanted) + 1e-3f) return 3;
    xnn_delete_operator(op);
    free(w);
    free(x);
    free(y);
  }
  return 0;
}
