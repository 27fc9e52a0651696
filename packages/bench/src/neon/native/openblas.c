/* OpenBLAS on the layers given: sgemm, and sgemv where there is one position. Of convolutions the product alone, without gathering; none that is depthwise. */
#include <cblas.h>
#include <math.h>
#include <stdlib.h>

#include "layers.h"
#include "marks.h"

int main(int argc, char **argv) {
  for (int i = 0; i < layer_count(argc); i++) {
    const layer l = layer_at(argv, i);
    if (l.depthwise) continue;
    float *w = malloc((size_t)l.m * l.k * 4), *x = malloc((size_t)l.n * l.k * 4), *y = calloc((size_t)l.n * l.m, 4);
    fill(w, (size_t)l.m * l.k, 7);
    fill(x, (size_t)l.n * l.k, 5);
    begin(i);
    if (l.n == 1) cblas_sgemv(CblasRowMajor, CblasNoTrans, l.m, l.k, 1, w, l.k, x, 1, 0, y, 1);
    else cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, l.m, l.n, l.k, 1, w, l.k, x, l.n, 0, y, l.n);
    end(i);
    float wanted = 0;
    for (int j = 0; j < l.k; j++) wanted += w[j] * x[(size_t)j * l.n];
    if (fabsf(y[0] - wanted) > 1e-3f * fabsf(wanted) + 1e-2f) return 3;
    free(w);
    free(x);
    free(y);
  }
  return 0;
}
