import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Choice } from '@fretwork/compiler';
import { neon, type ElementType } from '@fretwork/compiler-neon';
import { dense, densityOf, encode, inferShapes, type Attribute, type Model } from '@fretwork/format';
import { prune, type Block } from '../layers/masks.js';
import { random } from '../layers/random.js';
import type { Maps, NeonRequest, Product } from './contract.js';
import { NATIVE } from './count.js';
import { runTool } from './tools.js';

/** One way of pruning a product. */
export interface Variant {
  readonly scheme: string;
  readonly block: Block | undefined;
  readonly sparsity: number;
  /** What is done otherwise than the compiler would choose. */
  readonly choice?: (chosen: Choice) => Choice;
}

export interface BuiltVariant extends Variant {
  readonly kernel: string;
  readonly bytes: number;
  /** Share of weights that is there. */
  readonly kept: number;
}

/** A convolution, 1x1 over a row of positions where activations lie ready, or a Gemm where there is one: the layer and nothing else. */
export function layerModel({ m, k, n, maps }: Product, { scheme, block, sparsity }: Variant, seed: number): Model {
  const draw = random(seed);
  const values = Float32Array.from({ length: m * k }, () => 2 * draw() - 1);
  const taps = (maps?.kernel ?? 1) ** 2;
  const kept = block === undefined ? values : prune({ rows: m, columns: k, kernel: taps, values }, { scheme, block, density: 1 - sparsity, source: 'even' }, draw);
  const vector = n === 1;
  const shape = vector ? [m, k] : [m, k / taps, maps?.kernel ?? 1, maps?.kernel ?? 1];
  const tensor = dense('f32', shape, kept);
  const input = vector ? [1, k] : maps === undefined ? [1, k, 1, n] : [1, maps.depthwise ? m : k / taps, maps.size, maps.size];
  return {
    name: 'layer', inputs: [{ name: 'x', dtype: 'f32', shape: input }], outputs: [{ name: 'y', dtype: 'f32' }], values: [],
    layers: [{ name: 'layer', operator: vector ? 'Gemm' : 'Conv', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: attributesOf(vector, m, maps) }],
    tensors: new Map([['w', block === undefined ? tensor : encode(tensor, { count: 1, rows: m, columns: k, order: 'row-major', kernel: taps }).tensor]]),
    provenance: { producer: 'fretwork bench', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  };
}

function attributesOf(vector: boolean, m: number, maps: Maps | undefined): ReadonlyMap<string, Attribute> {
  if (vector) return new Map<string, Attribute>([['transB', { type: 'int', value: 1 }]]);
  if (maps === undefined) return new Map();
  const pad = maps.kernel >> 1;
  return new Map<string, Attribute>([
    ['pads', { type: 'ints', value: [pad, pad, pad, pad] }], ['strides', { type: 'ints', value: [maps.stride, maps.stride] }], ['group', { type: 'int', value: maps.depthwise ? m : 1 }],
  ]);
}

/** What clang is told of the core. */
const marchOf = (type: ElementType): readonly string[] => (type === 'f32' ? [] : ['-march=armv8.2-a+fp16+dotprod']);

/** The backend that makes what is counted. */
export const backendFor = (type: ElementType, prefix?: string): ReturnType<typeof neon> => neon({ weights: 'file', type, cpu: type === 'f32' ? 'generic' : 'armv82', ...(prefix === undefined ? {} : { prefix }) });

/** C of a type of inputs and outputs, named `element`. */
export const elementOf = (type: ElementType): string => (type === 'f16' ? '#include <arm_neon.h>\ntypedef float16_t element;' : 'typedef float element;');

/** How C for 64-bit ARM is compiled. */
export const crossOptions = (type: ElementType): readonly string[] => ['--target=aarch64-linux-gnu', '-std=gnu11', '-O2', ...marchOf(type), `-I${NATIVE}`];

type Drawn = Pick<NeonRequest, 'seed' | 'type'>;

/** The projects of all variants of a product, as `m0`, `m1`, …; the C files to compile. */
export async function emitOwn(product: Product, variants: readonly Variant[], { seed, type = 'f32' }: Drawn, directory: string): Promise<{ readonly built: readonly BuiltVariant[]; readonly sources: readonly string[] }> {
  const sources: string[] = [];
  const built: BuiltVariant[] = [];
  const models = new Map<string, Model>();
  for (const [i, variant] of variants.entries()) {
    // Variants that choose otherwise have the same weights.
    const weights = JSON.stringify([variant.scheme, variant.block, variant.sparsity]);
    const model = models.get(weights) ?? layerModel(product, variant, seed);
    models.set(weights, model);
    const context = { model, shapes: inferShapes(model) };
    const backend = backendFor(type, `m${i}`);
    const space = variant.choice === undefined ? undefined : backend.space!(model.layers[0]!, context);
    const planning = backend.plan(context, space === undefined ? {} : { tunings: new Map([['layer', space.tuning(variant.choice!(space.fallback))]]) });
    if (!planning.ok) throw new Error(planning.refusals.map(({ reason }) => reason).join('; '));
    for (const [name, content] of backend.emit(planning.plan, context)) {
      await writeFile(join(directory, name), content);
      if (name.endsWith('.c')) sources.push(name);
      if (name.endsWith('.bin')) built.push({ ...variant, kernel: planning.plan.layers[0]!.kernel, bytes: content.length, kept: densityOf(model.tensors.get('w')!) });
    }
  }
  return { built, sources };
}

/** A program that runs all variants of a product, region k the one at place k; at most 32. */
export async function buildOwn(product: Product, variants: readonly Variant[], drawn: Drawn, directory: string): Promise<readonly BuiltVariant[]> {
  const { built, sources } = await emitOwn(product, variants, drawn, directory);
  await writeFile(join(directory, 'main.c'), mainOf(product, variants.length, drawn.type ?? 'f32'));
  await runTool('clang-14', [...crossOptions(drawn.type ?? 'f32'), '-static', 'main.c', ...sources, '-o', 'own', '-lm'], directory);
  return built;
}

/** C that reads a file of weights. */
export const LOAD = `static void *load(const char *name, size_t bytes) {
  void *data = aligned_alloc(64, (bytes + 127) / 64 * 64);
  FILE *file = fopen(name, "rb");
  if (data == NULL || file == NULL || fread(data, 1, bytes, file) != bytes) exit(2);
  fclose(file);
  return data;
}`;

export const inputsOf = ({ m, k, n, maps }: Product): number => (maps === undefined ? k * n : (maps.depthwise ? m : k / maps.kernel ** 2) * maps.size ** 2);

const mainOf = (product: Product, variants: number, type: ElementType): string => `#include <stdio.h>
#include <stdlib.h>
#include "marks.h"
${elementOf(type)}
${Array.from({ length: variants }, (_, i) => `#include "m${i}.h"`).join('\n')}
${LOAD}
int main(void) {
  element *x = aligned_alloc(64, ${Math.ceil(inputsOf(product) / 16) * 64}), *y = aligned_alloc(64, ${Math.ceil(product.m * product.n / 16) * 64});
  const element *inputs[] = {x};
  element *outputs[] = {y};
  for (int i = 0; i < ${inputsOf(product)}; i++) x[i] = (element)(i % 5) - (element)2;
${Array.from({ length: variants }, (_, i) => `  {
    void *weights = load("m${i}_weights.bin", M${i}_WEIGHT_BYTES);
    m${i}_model *model = m${i}_create(weights, NULL);
    begin(${i});
    m${i}_run(model, inputs, outputs);
    end(${i});
    m${i}_destroy(model);
    free(weights);
  }`).join('\n')}
  return 0;
}
`;
