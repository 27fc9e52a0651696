import { inComment } from '@fretwork/compiler';
import type { OpenclPlan } from '../contract.js';
import type { LaunchPlan } from '../launch-plan.js';

/** `model.h`. */
export function hostHeader({ prefix, target }: OpenclPlan, { model, inputs, outputs }: LaunchPlan, weightBytes: number): string {
  const shapes = (tensors: LaunchPlan['inputs'], what: string): string => tensors.map(({ name, shape }, i) => ` * ${what}[${i}]  ${inComment(JSON.stringify(name))} [${shape.join(', ')}]`).join('\n');
  return `/*
 * ${inComment(JSON.stringify(model))} for ${inComment(target)}. Made by Fretwork.
 *
${shapes(inputs, 'inputs')}
${shapes(outputs, 'outputs')}
 *
${HEADER.replaceAll('FWU_', `${prefix.toUpperCase()}_`).replaceAll('FW_', `${prefix}_`).replace('INPUT_COUNT', String(inputs.length)).replace('OUTPUT_COUNT', String(outputs.length)).replace('BYTE_COUNT', String(weightBytes))}`;
}

const HEADER = ` * Tensors are row-major floats, whatever the type of the model. Inputs and outputs belong to the caller. A model serves one
 * run at a time.
 */
#ifndef FWU_H
#define FWU_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FWU_INPUTS INPUT_COUNT
#define FWU_OUTPUTS OUTPUT_COUNT
#define FWU_WEIGHT_BYTES BYTE_COUNT

typedef struct {
  const char *name; /* UTF-8 */
  int rank;
  const int32_t *shape;
  size_t elements;
} FW_tensor;

extern const FW_tensor FW_inputs[FWU_INPUTS];
extern const FW_tensor FW_outputs[FWU_OUTPUTS];

typedef enum {
  FWU_OK = 0,
  FWU_NO_PLATFORM, /* OpenCL knows no driver, or not the one asked for: install one */
  FWU_NO_DEVICE,   /* the platform has no such device */
  FWU_NO_FP16,     /* the device does not compute with halves: compile with type f16-storage */
  FWU_BUILD,       /* the device's compiler does not take the kernels: text holds its log */
  FWU_NO_MEMORY,   /* the device or the host has no memory for this: smaller inputs, or type f16-storage */
  FWU_WEIGHTS,     /* the weights are not those of this model */
  FWU_CALL         /* another call failed: status is what OpenCL gave */
} FW_code;

typedef struct {
  FW_code code;
  int status;          /* of OpenCL; 0: not from there */
  const char *layer;   /* whose kernel it was; NULL: none */
  char text[2048];     /* which call, or the log of a build */
} FW_error;

typedef struct {
  int platform;                /* counted from 0 */
  int device;                  /* of the platform */
  const char *cache_directory; /* where built kernels are kept by device and source; NULL: nowhere. It must be there. */
} FW_options;

typedef struct FW_model FW_model;

/*
 * weights: the FWU_WEIGHT_BYTES bytes of the .bin file; they are copied. options: NULL for the first device. error: NULL, or
 * told what went wrong. NULL where something did; nothing is left behind then.
 */
FW_model *FW_create(const void *weights, size_t bytes, const FW_options *options, FW_error *error);

/* Reads all inputs, writes all outputs, makes nothing new on the device. FWU_OK, or what went wrong. */
FW_code FW_run(FW_model *m, const float *const *inputs, float *const *outputs, FW_error *error);

/* The device's own name. */
const char *FW_device(const FW_model *m);

/* Gives everything back. NULL is fine. */
void FW_destroy(FW_model *m);

/* Objects of OpenCL that all models of this process have: 0 when all were destroyed. */
long FW_live(void);

#ifdef __cplusplus
}
#endif

#endif
`;
