/* OpenBLAS on the layers given as M K N: sgemm, and sgemv where there is one position. Region k is layer k. */
#include <cblas.h>
#include <math.h>
#include <stdlib.h>

#include "marks.h"

int main(int argc, char **argv) {
  for (int k = 0; 3 * k + 3 < argc; k++) {
    const int m = atoi(argv[3 * k + 1]), n = atoi(argv[3 * k + 2]), p = atoi(argv[3 * k + 3]);
    float *w = malloc((size_t)m * n * 4), *x = malloc((size_t)p * n * 4), *y = calloc((size_t)p * m, 4);
    for (int i = 0; i < m * n; i++) w[i] = (float)(i % 7) - 3;
    for (int i = 0; i < p * n; i++) x[i] = (float)(i % 5) - 2;
    begin(k);
    if (p == 1) cblas_sgemv(CblasRowMajor, CblasNoTrans, m, n, 1, w, n, x, 1, 0, y, 1);
    else cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, p, n, 1, w, n, x, p, 0, y, p);
    end(k);
    float wanted = 0;
    for (int i = 0; i < n; i++) wanted += w[i] * x[(size_t)i * p];
    if (fabsf(y[0] - wanted) > 1e-3f * fabsf(wanted) + 1e-3f) return 3;
    free(w);
    free(x);
    free(y);
  }
  return 0;
}
