import { Call, parseKernelName, type EmittedFiles, type ModelContext } from '@fretwork/compiler';
import { FretworkError, type Layer } from '@fretwork/format';
import type { NeonLayer, NeonPlan } from '../contract.js';
import { familyFor, type NeonCallOptions } from '../family.js';
import { kernelsFile } from './kernels-file.js';
import { LayerCode } from './layer-code.js';
import { modelHeader, modelSource } from './model-files.js';
import { Places } from './places.js';
import { newPools, type Pools } from './pools.js';
import { weightFiles } from './weight-files.js';
import { cmakeFile } from './cmake-file.js';
import { fuse } from '../operators/residuals.js';
import { rowOf } from '../operators/table.js';
import { layerComment } from './layer-comment.js';

/** One layer in C: its function, and the call of it. Views have neither. */
export interface EmittedLayer {
  readonly definition: string;
  readonly call: string;
  /** Do all threads call it? */
  readonly shared: boolean;
}

/** The C project of `plan`, whose every decision is followed. Throws `neon.plan` for a plan of another model. */
export function emitProject(plan: NeonPlan, context: ModelContext): EmittedFiles {
  const { model } = context;
  if (plan.backend !== 'neon' || plan.layers.length !== model.layers.length || plan.layers.some(({ layer }, i) => layer !== model.layers[i]!.name)) {
    throw new FretworkError('neon.plan', 'this plan was made for another model, or by another backend', { actual: `${plan.backend}, ${plan.layers.length} layers`, expected: `neon, ${model.layers.length} layers`, hint: 'plan this model first' });
  }
  const pools = newPools();
  const needs = new Set<string>();
  const { context: fused } = fuse(context, plan.type);
  const places = new Places(plan, fused);
  const decided = new Map(plan.layers.map((layer) => [layer.layer, layer]));
  const layers = fused.model.layers.flatMap((layer, i) => {
    const emitted = emitLayer(layer, decided.get(layer.name)!, i, { plan, context: fused, places, pools, needs });
    return emitted === undefined ? [] : [emitted];
  });
  const weights = weightFiles(plan, pools);
  const kernels = [...needs].filter((name) => parseKernelName(name) !== undefined);
  return new Map([
    [`${plan.prefix}.h`, modelHeader(plan, context, weights)],
    [`${plan.prefix}.c`, modelSource(plan, context, layers, places, weights)],
    ...kernelsFile(plan, kernels, [...needs].filter((name) => parseKernelName(name) === undefined)),
    ...weights.files,
    ['CMakeLists.txt', cmakeFile(plan, weights)],
  ]);
}

interface Around {
  readonly plan: NeonPlan;
  readonly context: ModelContext;
  readonly places: Places;
  readonly pools: Pools;
  readonly needs: Set<string>;
}

function emitLayer(layer: Layer, decided: NeonLayer, i: number, { plan, context, places, pools, needs }: Around): EmittedLayer | undefined {
  if (decided.kernel === 'view') return undefined;
  const options: NeonCallOptions = { type: plan.type };
  const call = new Call(layer, context, options);
  const code = new LayerCode(call, pools, plan, decided.parts);
  // Scratch memory is shared out in elements, and those of halves are half as large.
  rowOf(layer)!.emit(call, { ...decided, scratchBytes: decided.scratchBytes * (4 / familyFor(plan.type).bytes) }, code);
  for (const need of code.needs) needs.add(need);
  const body = code.lines.join('\n');
  const uses = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(body);
  const parameters: [declaration: string, argument: string][] = [];
  if (/\bm->/.test(body)) parameters.push([`const ${plan.prefix}_model *m`, 'm']);
  if (code.parts > 1) parameters.push(['int first', 'first'], ['int end', 'end']);
  layer.outputs.forEach((name, o) => { if (name !== '' && uses(`y${o}`)) parameters.push([`float *y${o}`, places.of(name, true)]); });
  layer.inputs.forEach((name, k) => {
    if (name !== '' && uses(`x${k}`) && !new RegExp(`const float \\*x${k} = `).test(body)) parameters.push([`const float *x${k}`, places.of(name)]);
  });
  if (uses('s')) parameters.push(['float *s', places.scratchOf(layer.name)]);
  const name = `layer_${i + 1}`;
  return {
    definition: `${layerComment(call, decided, i + 1, context.model.layers.length)}\nstatic void ${name}(${parameters.map(([text]) => text).join(', ') || 'void'}) {\n${body}\n}`,
    call: `${name}(${parameters.map(([, text]) => text).join(', ')});`, shared: code.parts > 1,
  };
}
