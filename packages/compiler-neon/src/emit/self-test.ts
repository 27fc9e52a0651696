import { cFloat, caseBytes, type EmittedFiles, type ModelContext, type StoredCase } from '@fretwork/compiler';
import type { ElementType, NeonPlan } from '../contract.js';

/** What a self-test takes for equal: of an element, or of a twentieth of the largest one where that is more. Halves have 11 bits, and sums of them lose some. */
const TOLERANCE: Readonly<Record<ElementType, number>> = { f32: 1e-4, f16: 0.3, i8: 1 };

/**
 * A `main` for `plan`'s project: without arguments it runs the stored cases and says how far the outputs are off (exit code 1
 * where too far); with two it runs the model on a file of all inputs, floats one behind the other, and writes all outputs to
 * the other. The cases are in a file of their own. Throws `compiler.test-data` for tensors that are not the model's.
 */
export function emitSelfTest(plan: NeonPlan, context: ModelContext, cases: readonly StoredCase[]): EmittedFiles {
  return new Map<string, string | Uint8Array>([
    [`${plan.prefix}_selftest.c`, SOURCE.replaceAll('FWU_', `${plan.prefix.toUpperCase()}_`).replaceAll('FW_', `${plan.prefix}_`).replaceAll('FWTOLERANCE', cFloat(TOLERANCE[plan.type])).replaceAll('FWREAL', plan.type === 'f16' ? 'float16_t' : 'float').replaceAll('CASES', String(cases.length)).replaceAll('FWNAME', plan.prefix)],
    [`${plan.prefix}_selftest.bin`, caseBytes(context, cases)],
  ]);
}

const SOURCE = `/*
 * Runs the model. Without arguments: on the stored cases of FW_selftest.bin, in the current directory, each all inputs and then
 * the outputs that they must give. With two: INPUTS OUTPUTS, files of floats.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "FWNAME.h"

#define TOLERANCE FWTOLERANCE

static void *read_file(const char *name, size_t bytes) {
  void *data = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
  FILE *file = fopen(name, "rb");
  if (data == NULL || file == NULL || fread(data, 1, bytes, file) != bytes) {
    fprintf(stderr, "cannot read %zu bytes of %s\\n", bytes, name);
    exit(2);
  }
  fclose(file);
  return data;
}

static size_t elements_of(const FW_tensor *tensors, int count) {
  size_t sum = 0;
  for (int i = 0; i < count; i++) sum += tensors[i].elements;
  return sum;
}

/* Largest error as a multiple of what is allowed. */
static float compare(const FWREAL *found, const float *wanted, size_t count) {
  float largest = 0.0f, worst = 0.0f;
  for (size_t i = 0; i < count; i++) largest = fmaxf(largest, fabsf(wanted[i]));
  for (size_t i = 0; i < count; i++) {
    const float allowed = TOLERANCE * fmaxf(fmaxf(fabsf(wanted[i]), 0.05f * largest), 1e-30f);
    const float error = fabsf(found[i] - wanted[i]) / allowed;
    if (!(error <= worst)) worst = isnan(error) ? INFINITY : error;
  }
  return worst;
}

int main(int argc, char **argv) {
  const size_t ins = elements_of(FW_inputs, FWU_INPUTS), outs = elements_of(FW_outputs, FWU_OUTPUTS);
  void *weights = FWU_WEIGHTS_IN_FILE ? read_file("FW_weights.bin", FWU_WEIGHT_BYTES) : NULL;
  FW_model *model = FW_create(weights, NULL);
  FWREAL *found = malloc((outs + 1) * sizeof(FWREAL)), *given = malloc((ins + 1) * sizeof(FWREAL));
  if (model == NULL || found == NULL || given == NULL) return 2;
  const FWREAL *inputs[FWU_INPUTS + 1] = {NULL};
  FWREAL *outputs[FWU_OUTPUTS + 1] = {NULL};
  const int stored = argc < 3;
  const size_t step = stored ? ins + outs : ins;
  const int cases = stored ? CASES : 1;
  float *data = read_file(stored ? "FW_selftest.bin" : argv[1], (size_t)cases * step * sizeof(float));
  float worst = 0.0f;
  for (int c = 0; c < cases; c++) {
    const float *next = data + (size_t)c * step;
    for (size_t i = 0; i < ins; i++) given[i] = (FWREAL)*next++;
    FWREAL *to = given;
    for (int i = 0; i < FWU_INPUTS; to += FW_inputs[i].elements, i++) inputs[i] = to;
    to = found;
    for (int i = 0; i < FWU_OUTPUTS; to += FW_outputs[i].elements, i++) outputs[i] = to;
    FW_run(model, inputs, outputs);
    for (int i = 0; stored && i < FWU_OUTPUTS; next += FW_outputs[i].elements, i++) {
      const float error = compare(outputs[i], next, FW_outputs[i].elements);
      printf("case %d, output %d (%s): error %.3g x the allowed one\\n", c, i, FW_outputs[i].name, (double)error);
      worst = fmaxf(worst, error);
    }
  }
  if (!stored) {
    FILE *file = fopen(argv[2], "wb");
    if (file == NULL) return 2;
    for (size_t i = 0; i < outs; i++) {
      const float out = (float)found[i];
      if (fwrite(&out, sizeof out, 1, file) != 1) return 2;
    }
    if (fclose(file) != 0) return 2;
  }
  FW_destroy(model);
  free(data);
  free(found);
  free(given);
  free(weights);
  return worst <= 1.0f ? 0 : 1;
}
`;
