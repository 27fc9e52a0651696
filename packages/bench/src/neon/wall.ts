import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NeonRequest, Product } from './contract.js';
import { NATIVE } from './count.js';
import { emitOwn, inputsOf, LOAD, type Variant } from './own.js';
import { runTool } from './tools.js';

/** Turns of the clock that one sample takes at least, in milliseconds. */
const SAMPLE_MS = 2;
const ROUNDS = 41;

/**
 * The same C, its intrinsics made x86 instructions of 128 bits by SIMDe, timed here: the median milliseconds of one run of each
 * variant, variants taking turns. A core of another kind and other caches: a second witness for ratios, nothing more.
 */
export async function timeOwn(product: Product, variants: readonly Variant[], { seed }: Pick<NeonRequest, 'seed'>, directory: string): Promise<readonly number[]> {
  const { sources } = await emitOwn(product, variants, { seed }, directory);
  await writeFile(join(directory, 'wall.c'), mainOf(product, variants.length));
  await runTool('clang-14', [
    '-std=gnu11', '-O2', '-w', '-march=native', '-mprefer-vector-width=128', '-ffast-math', `-I${join(NATIVE, 'simde')}`, 'wall.c', ...sources, '-o', 'wall', '-lm',
  ], directory);
  return (await runTool('./wall', [], directory)).trim().split('\n').map(Number);
}

const mainOf = (product: Product, variants: number): string => `#include <stdio.h>
#include <stdlib.h>
#include <time.h>
${Array.from({ length: variants }, (_, i) => `#include "m${i}.h"`).join('\n')}
${LOAD}
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}
static int order(const void *a, const void *b) { return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b); }
int main(void) {
  float *x = aligned_alloc(64, ${Math.ceil(inputsOf(product) / 16) * 64}), *y = aligned_alloc(64, ${Math.ceil(product.m * product.n / 16) * 64});
  const float *inputs[] = {x};
  float *outputs[] = {y};
  for (int i = 0; i < ${inputsOf(product)}; i++) x[i] = (float)(i % 5) - 2.0f;
${Array.from({ length: variants }, (_, i) => `  m${i}_model *model${i} = m${i}_create(load("m${i}_weights.bin", M${i}_WEIGHT_BYTES), NULL);`).join('\n')}
  static double samples[${variants}][${ROUNDS}];
  int turns[${variants}];
  for (int round = -1; round < ${ROUNDS}; round++) {
${Array.from({ length: variants }, (_, i) => `    {
      const int count = round < 0 ? 1 : turns[${i}];
      const double start = now();
      for (int k = 0; k < count; k++) m${i}_run(model${i}, inputs, outputs);
      const double each = (now() - start) / count;
      if (round < 0) turns[${i}] = each > ${SAMPLE_MS} ? 1 : (int)(${SAMPLE_MS} / each) + 1;
      else samples[${i}][round] = each;
    }`).join('\n')}
  }
  for (int i = 0; i < ${variants}; i++) {
    qsort(samples[i], ${ROUNDS}, sizeof(double), order);
    printf("%.6f\\n", samples[i][${ROUNDS >> 1}]);
  }
  return 0;
}
`;
