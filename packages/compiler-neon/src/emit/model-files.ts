import { cString, inComment, product, type ModelContext } from '@fretwork/compiler';
import type { NeonPlan } from '../contract.js';
import type { EmittedLayer } from './project.js';
import type { Places } from './places.js';
import type { WeightFiles } from './weight-files.js';

/** Bytes of memory that a model needs besides its weights; never 0. */
export const scratchBytes = (plan: NeonPlan): number => Math.max(64, plan.memory.peakBytes);

const weightBytes = ({ weights, program, index }: WeightFiles): number => 4 * (weights + program) + 2 * index;

export function modelHeader(plan: NeonPlan, { model, shapes }: ModelContext, weights: WeightFiles): string {
  const { prefix: p } = plan;
  const P = p.toUpperCase();
  const shapeOf = (name: string): string => `[${(shapes.values.get(name)!.shape as number[]).join(', ')}]`;
  return `/*
 * ${inComment(JSON.stringify(model.name))} as C, for ${plan.target}. Made by Fretwork.
 *
${model.inputs.map(({ name }, i) => ` * inputs[${i}]   ${inComment(JSON.stringify(name))} ${shapeOf(name)}`).join('\n')}
${model.outputs.map(({ name }, i) => ` * outputs[${i}]  ${inComment(JSON.stringify(name))} ${shapeOf(name)}`).join('\n')}
 *
 * Tensors are row-major floats. Inputs and outputs belong to the caller and must not overlap. A model serves one run at a
 * time; models of different threads share nothing but their weights.
 */
#ifndef ${P}_H
#define ${P}_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ${P}_INPUTS ${model.inputs.length}
#define ${P}_OUTPUTS ${model.outputs.length}
/* Bytes of scratch memory, and how they must be aligned. */
#define ${P}_SCRATCH_BYTES ${scratchBytes(plan)}
#define ${P}_SCRATCH_ALIGNMENT 64
#define ${P}_WEIGHT_BYTES ${weightBytes(weights)}
#define ${P}_WEIGHTS_IN_FILE ${weights.how === 'file' ? 1 : 0}

typedef struct {
  const char *name; /* UTF-8 */
  int rank;
  const int32_t *shape;
  size_t elements;
} ${p}_tensor;

extern const ${p}_tensor ${p}_inputs[${P}_INPUTS];
extern const ${p}_tensor ${p}_outputs[${P}_OUTPUTS];

typedef struct ${p}_model ${p}_model;

/*
 * weights: ${weights.how === 'array' ? 'NULL, they are compiled in.' : `the ${weightBytes(weights)} bytes of ${p}_weights.bin, at a multiple of 16; they must stay there.`}
 * scratch: ${P}_SCRATCH_BYTES bytes that must stay there, or NULL: they are allocated.
 * NULL where there is no memory${weights.how === 'array' ? '' : ' or weights are not given'}.
 */
${p}_model *${p}_create(const void *weights, void *scratch);

/* Reads all inputs, writes all outputs, allocates nothing. */
void ${p}_run(${p}_model *m, const float *const *inputs, float *const *outputs);

/* Frees what create allocated. NULL is fine. */
void ${p}_destroy(${p}_model *m);

#ifdef __cplusplus
}
#endif

#endif
`;
}

export function modelSource(plan: NeonPlan, { model, shapes }: ModelContext, layers: readonly EmittedLayer[], places: Places, weights: WeightFiles): string {
  const { prefix: p } = plan;
  const P = p.toUpperCase();
  const tensors = (infos: readonly { readonly name: string }[], what: string): string[] => {
    const own = infos.map(({ name }) => shapes.values.get(name)!.shape as number[]);
    return [
      ...own.map((shape, i) => `static const int32_t ${what}_shape_${i}[] = {${shape.length === 0 ? '0' : shape.join(', ')}};`),
      `const ${p}_tensor ${p}_${what}s[${P}_${what.toUpperCase()}S] = {`,
      ...infos.map(({ name }, i) => `  {${cString(name)}, ${own[i]!.length}, ${what}_shape_${i}, ${product(own[i]!)}},`),
      '};',
    ];
  };
  const isArray = weights.how === 'array';
  const lines = [
    `#include "${p}.h"`, '', '#include <math.h>', '#include <stdlib.h>', '#include <string.h>', '', `#include "${p}_kernels.h"`,
    ...(isArray ? [`#include "${p}_weights.h"`] : []), '',
    ...tensors(model.inputs, 'input'), '', ...tensors(model.outputs, 'output'), '',
    `struct ${p}_model {`, '  const float *weights;', '  const int32_t *program; /* segments of the stream kernels */',
    '  const uint16_t *index;  /* segments of the vector kernels */', '  char *scratch;', '  int owned; /* is scratch ours to free? */', '};', '',
    ...layers.flatMap(({ definition }) => [definition, '']),
    `void ${p}_run(${p}_model *m, const float *const *inputs, float *const *outputs) {`,
    '  char *const a = m->scratch;', '  (void)a;', '  (void)inputs;',
    ...layers.map(({ call }) => `  ${call}`),
    ...model.outputs.flatMap(({ name }, i) => (places.isDirect(name) ? [] : [`  memcpy(outputs[${i}], ${places.of(name)}, ${product(shapes.values.get(name)!.shape as number[])} * sizeof(float));`])),
    '}', '',
    `${p}_model *${p}_create(const void *weights, void *scratch) {`,
    ...(isArray ? ['  (void)weights;'] : ['  if (weights == NULL) return NULL;']),
    `  ${p}_model *m = malloc(sizeof *m);`,
    '  if (m == NULL) return NULL;',
    ...(isArray ? [`  m->weights = ${p}_weights;`, `  m->program = ${p}_program;`, `  m->index = ${p}_index;`]
      : ['  m->weights = weights;', `  m->program = (const int32_t *)(const void *)(m->weights + ${weights.weights});`, `  m->index = (const uint16_t *)(const void *)(m->program + ${weights.program});`]),
    '  m->owned = scratch == NULL;',
    `  m->scratch = m->owned ? aligned_alloc(${P}_SCRATCH_ALIGNMENT, ${Math.ceil(scratchBytes(plan) / 64) * 64}) : scratch;`,
    '  if (m->scratch != NULL) return m;', '  free(m);', '  return NULL;', '}', '',
    `void ${p}_destroy(${p}_model *m) {`, '  if (m == NULL) return;', '  if (m->owned) free(m->scratch);', '  free(m);', '}', '',
  ];
  return lines.join('\n');
}
