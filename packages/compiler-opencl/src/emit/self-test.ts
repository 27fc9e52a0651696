import { cFloat, caseBytes, type EmittedFiles, type ModelContext, type StoredCase } from '@fretwork/compiler';
import type { OpenclPlan, StorageType } from '../contract.js';

/** What a self-test takes for equal: of an element, or of a twentieth of the largest one where that is more. Halves have ten bits. */
const TOLERANCE: Readonly<Record<StorageType, number>> = { 'f32': 1e-4, 'f16-storage': 5e-2, 'f16': 1e-1 };

/**
 * A `main` for `plan`'s project: runs the stored cases, says on which device and how far the outputs are off (exit code 1 where
 * too far, 2 where it does not run), and how long a run takes. Throws `compiler.test-data` for tensors that are not the model's.
 */
export function emitSelfTest({ prefix, type }: OpenclPlan, context: ModelContext, cases: readonly StoredCase[]): EmittedFiles {
  const source = SOURCE.replaceAll('FWTOLERANCE', cFloat(TOLERANCE[type])).replaceAll('CASES', String(cases.length)).replaceAll('FWU_', `${prefix.toUpperCase()}_`).replaceAll('FW_', `${prefix}_`).replaceAll('FWNAME', prefix);
  return new Map<string, string | Uint8Array>([[`${prefix}_selftest.c`, source], [`${prefix}_selftest.bin`, caseBytes(context, cases)]]);
}

const SOURCE = `/*
 * Runs the model on the stored cases of FW_selftest.bin, in the current directory: each all inputs and then the outputs that
 * they must give. Arguments: PLATFORM DEVICE CACHE, all may be left out.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "FWNAME.h"

#define TOLERANCE FWTOLERANCE

static void *read_file(const char *name, size_t bytes) {
  void *data = malloc(bytes + 1);
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
static float compare(const float *found, const float *wanted, size_t count) {
  float largest = 0.0f, worst = 0.0f;
  for (size_t i = 0; i < count; i++) largest = fmaxf(largest, fabsf(wanted[i]));
  for (size_t i = 0; i < count; i++) {
    const float allowed = TOLERANCE * fmaxf(fmaxf(fabsf(wanted[i]), 0.05f * largest), 1e-30f);
    const float error = fabsf(found[i] - wanted[i]) / allowed;
    if (!(error <= worst)) worst = isnan(error) ? INFINITY : error;
  }
  return worst;
}

static int says(const FW_error *error) {
  fprintf(stderr, "error %d (OpenCL %d)%s%s: %s\\n", (int)error->code, error->status, error->layer == NULL ? "" : " in layer ", error->layer == NULL ? "" : error->layer, error->text);
  return 2;
}

int main(int argc, char **argv) {
  const size_t ins = elements_of(FW_inputs, FWU_INPUTS), outs = elements_of(FW_outputs, FWU_OUTPUTS);
  FW_error error;
  FW_options options = {argc > 1 ? atoi(argv[1]) : 0, argc > 2 ? atoi(argv[2]) : 0, argc > 3 ? argv[3] : NULL};
  void *weights = read_file("FW_weights.bin", FWU_WEIGHT_BYTES);
  FW_model *model = FW_create(weights, FWU_WEIGHT_BYTES, &options, &error);
  free(weights);
  if (model == NULL) return says(&error);
  printf("device: %s\\n", FW_device(model));
  float *found = malloc((outs + 1) * sizeof(float));
  const float *inputs[FWU_INPUTS + 1] = {NULL};
  float *outputs[FWU_OUTPUTS + 1] = {NULL};
  float *data = read_file("FW_selftest.bin", CASES * (ins + outs) * sizeof(float));
  float worst = 0.0f;
  if (found == NULL) return 2;
  for (int c = 0; c < CASES; c++) {
    const float *next = data + (size_t)c * (ins + outs);
    for (int i = 0; i < FWU_INPUTS; next += FW_inputs[i].elements, i++) inputs[i] = next;
    float *to = found;
    for (int i = 0; i < FWU_OUTPUTS; to += FW_outputs[i].elements, i++) outputs[i] = to;
    if (FW_run(model, inputs, outputs, &error) != FWU_OK) return says(&error);
    for (int i = 0; i < FWU_OUTPUTS; next += FW_outputs[i].elements, i++) {
      const float wrong = compare(outputs[i], next, FW_outputs[i].elements);
      printf("case %d, output %d (%s): error %.3g x the allowed one\\n", c, i, FW_outputs[i].name, (double)wrong);
      worst = fmaxf(worst, wrong);
    }
  }
  struct timespec begin, end;
  timespec_get(&begin, TIME_UTC);
  for (int i = 0; i < 10; i++) if (FW_run(model, inputs, outputs, &error) != FWU_OK) return says(&error);
  timespec_get(&end, TIME_UTC);
  printf("%.3f ms per run\\n", ((double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6) / 10);
  FW_destroy(model);
  printf("%ld objects left\\n", FW_live());
  free(data);
  free(found);
  return worst <= 1.0f && FW_live() == 0 ? 0 : 1;
}
`;
