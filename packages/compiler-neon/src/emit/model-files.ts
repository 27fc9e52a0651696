import { cString, inComment, product, type ModelContext } from '@fretwork/compiler';
import type { NeonPlan } from '../contract.js';
import type { EmittedLayer } from './project.js';
import type { Places } from './places.js';
import { familyFor } from '../family.js';
import { callsInParts, team, TEAM_FEATURES, TEAM_INCLUDES } from './team.js';
import type { WeightFiles } from './weight-files.js';

/** Bytes of memory that a model needs besides its weights; never 0. */
export const scratchBytes = (plan: NeonPlan): number => Math.max(64, plan.memory.peakBytes);

export function modelHeader(plan: NeonPlan, { model, shapes }: ModelContext, weights: WeightFiles): string {
  const { prefix: p, type } = plan;
  const P = p.toUpperCase();
  const { text } = familyFor(type);
  const shapeOf = (name: string): string => `[${(shapes.values.get(name)!.shape as number[]).join(', ')}]`;
  return text(`/*
 * ${inComment(JSON.stringify(model.name))} as C, for ${plan.target}. Made by Fretwork.
 *
${model.inputs.map(({ name }, i) => ` * inputs[${i}]   ${inComment(JSON.stringify(name))} ${shapeOf(name)}`).join('\n')}
${model.outputs.map(({ name }, i) => ` * outputs[${i}]  ${inComment(JSON.stringify(name))} ${shapeOf(name)}`).join('\n')}
 *
 * Tensors are row-major ${type !== 'f16' ? 'floats' : 'halves: float16_t of arm_neon.h'}. Inputs and outputs belong to the caller and must not overlap. A model serves one run at a
 * time; models of different threads share nothing but their weights.${threadsText(plan)}
 */
#ifndef ${P}_H
#define ${P}_H
${type !== 'f16' ? '' : '#include <arm_neon.h>\n'}#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ${P}_INPUTS ${model.inputs.length}
#define ${P}_OUTPUTS ${model.outputs.length}
/* Bytes of scratch memory, and how they must be aligned. */
#define ${P}_SCRATCH_BYTES ${scratchBytes(plan)}
#define ${P}_SCRATCH_ALIGNMENT 64
${plan.threads === 1 ? '' : `/* Threads that a run takes, the caller's among them. */\n#define ${P}_THREADS ${plan.threads}\n`}#define ${P}_WEIGHT_BYTES ${weights.bytes}
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
 * weights: ${weights.how === 'array' ? 'NULL, they are compiled in.' : `the ${weights.bytes} bytes of ${p}_weights.bin, at a multiple of 16; they must stay there.`}
 * scratch: ${P}_SCRATCH_BYTES bytes that must stay there, or NULL: they are allocated.
 * NULL where there is no memory${plan.threads === 1 ? '' : ', no thread'}${weights.how === 'array' ? '' : ' or weights are not given'}.
 */
${p}_model *${p}_create(const void *weights, void *scratch);

/* Reads all inputs, writes all outputs, allocates nothing. */
void ${p}_run(${p}_model *m, const float *const *inputs, float *const *outputs);

/* ${plan.threads === 1 ? 'Frees' : 'Ends the threads and frees'} what create ${plan.threads === 1 ? 'allocated' : 'made'}. NULL is fine. */
void ${p}_destroy(${p}_model *m);

#ifdef __cplusplus
}
#endif

#endif
`);
}

const threadsText = ({ prefix, threads }: NeonPlan): string => (threads === 1 ? ''
  : ` create starts\n * ${threads - 1} POSIX thread${threads === 2 ? '' : 's'}, which wait for runs; compiled with -D${prefix.toUpperCase()}_NO_THREADS it starts none, and the caller does all the work.`);

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
  const shares = plan.threads > 1;
  const named = (text: string): string => text.replaceAll('FWU_', `${P}_`).replaceAll('FW_', `${p}_`);
  const copies = model.outputs.flatMap(({ name }, i) => (places.isDirect(name) ? [] : [`memcpy(outputs[${i}], ${places.of(name)}, ${product(shapes.values.get(name)!.shape as number[])} * sizeof(float));`]));
  const calls = shares ? [...callsInParts(layers, named('FW_wait(m->team);')), ...copies.map((line) => `if (first == 0) ${line}`)] : [...layers.map(({ call }) => call), ...copies];
  const body = ['  char *const a = m->scratch;', '  (void)a;', '  (void)inputs;', ...calls.map((line) => `  ${line}`)];
  const lines = [
    ...(shares ? [...TEAM_FEATURES.map(named), ''] : []), `#include "${p}.h"`, '', ...(shares ? TEAM_INCLUDES.map(named) : []), '#include <math.h>', '#include <stdlib.h>', '#include <string.h>', '', `#include "${p}_kernels.h"`,
    ...(isArray ? [`#include "${p}_weights.h"`] : []), '',
    ...tensors(model.inputs, 'input'), '', ...tensors(model.outputs, 'output'), '',
    `struct ${p}_model {`, '  const float *weights;', '  const int32_t *program; /* segments of the stream kernels */',
    '  const uint16_t *index;  /* segments of the vector kernels */', ...(weights.ofBytes === 0 ? [] : ['  const int8_t *bytes;    /* weights of kernels on bytes */']), '  char *scratch;', '  int owned; /* is scratch ours to free? */', ...(shares ? [named('  struct FW_team *team; /* the other threads */')] : []), '};', '',
    ...(shares ? [named(team.declarations)] : []),
    ...layers.flatMap(({ definition }) => [definition, '']),
    ...(shares ? [
      `static void ${p}_parts(const ${p}_model *m, const float *const *inputs, float *const *outputs, int first, int end) {`, ...body, '  (void)end;', '}', '', named(team.start),
    ] : []),
    `void ${p}_run(${p}_model *m, const float *const *inputs, float *const *outputs) {`,
    ...(shares ? [named(team.run)] : body),
    '}', '',
    `${p}_model *${p}_create(const void *weights, void *scratch) {`,
    ...(isArray ? ['  (void)weights;'] : ['  if (weights == NULL) return NULL;']),
    `  ${p}_model *m = malloc(sizeof *m);`,
    '  if (m == NULL) return NULL;',
    ...(isArray ? [`  m->weights = ${p}_weights;`, `  m->program = ${p}_program;`, `  m->index = ${p}_index;`, ...(weights.ofBytes === 0 ? [] : [`  m->bytes = ${p}_bytes;`])]
      : ['  m->weights = weights;', `  m->program = (const int32_t *)(const void *)(m->weights + ${weights.weights});`, `  m->index = (const uint16_t *)(const void *)(m->program + ${weights.program});`, ...(weights.ofBytes === 0 ? [] : [`  m->bytes = (const int8_t *)(const void *)(m->index + ${weights.index});`])]),
    '  m->owned = scratch == NULL;',
    `  m->scratch = m->owned ? aligned_alloc(${P}_SCRATCH_ALIGNMENT, ${Math.ceil(scratchBytes(plan) / 64) * 64}) : scratch;`,
    ...(shares ? [
      '  m->team = NULL;', named('#ifdef FWU_NO_THREADS'), '  if (m->scratch != NULL) return m;', '#else', named('  if (m->scratch != NULL && FW_start(m) != NULL) return m;'), '  if (m->owned) free(m->scratch);', '#endif',
    ] : ['  if (m->scratch != NULL) return m;']),
    '  free(m);', '  return NULL;', '}', '',
    `void ${p}_destroy(${p}_model *m) {`, '  if (m == NULL) return;', ...(shares ? [named('#ifndef FWU_NO_THREADS'), named('  FW_end(m->team);'), '#endif'] : []), '  if (m->owned) free(m->scratch);', '  free(m);', '}', '',
  ];
  return familyFor(plan.type).text(lines.join('\n'));
}
