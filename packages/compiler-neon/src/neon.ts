import { BACKEND_API_VERSION, Call, planMemory, product, refuse, RESIDUAL, type Backend, type BackendOptions, type BackendPlanning, type ModelContext, type Refusal, type Support, type TuningSpace } from '@fretwork/compiler';
import { FretworkError, type Layer } from '@fretwork/format';
import type { ElementType, NeonLayer, NeonOptions, NeonPlan } from './contract.js';
import { CPUS, WITHOUT_HALVES } from './cpus.js';
import { familyFor, type NeonCallOptions } from './family.js';
import { emitProject } from './emit/project.js';
import { rowOf } from './operators/table.js';
import { FIRST } from './product/split.js';
import { fuse } from './operators/residuals.js';
import { readTuning, spaceOf, waysIn } from './product/tuning.js';

/** Parts are dealt out when the code is made; more threads than any ARM core complex has help nobody. */
const MOST_THREADS = 64;

/** Offsets in the code are 32 bits. */
const MOST_BYTES = 2 ** 31 - 1;

const tooLarge = (layer: string, what: string): Refusal & { readonly layer: string } =>
  ({ ok: false, layer, reason: `${what}, and offsets in the code have 32 bits`, hint: 'compile it for smaller inputs, or a smaller batch' });

const PREFIX = /^[a-z][a-z0-9]{0,30}$/;

/**
 * A backend that compiles models to C with NEON intrinsics. Throws `neon.options` for a `prefix` that is no C name in
 * lower case, or a `cpu` that is not known.
 */
export function neon(options: NeonOptions = {}): Backend<NeonPlan> {
  const { cpu = 'generic', prefix = 'model', weights = 'auto', type = 'f32' } = options;
  if (!PREFIX.test(prefix)) throw new FretworkError('neon.options', 'the prefix is no C name', { expected: 'a lower-case letter, then lower-case letters and digits', actual: prefix.slice(0, 40), hint: 'it begins all public names' });
  if (!Object.hasOwn(CPUS, cpu)) throw new FretworkError('neon.options', 'this cpu is not known', { expected: Object.keys(CPUS).join(', '), actual: String(cpu), hint: 'generic runs on every 64-bit ARM core' });
  if (!Object.hasOwn(TYPES, type)) throw new FretworkError('neon.options', 'this type is not known', { expected: Object.keys(TYPES).join(', '), actual: String(type), hint: 'f32 runs everywhere' });
  return {
    id: 'neon',
    apiVersion: BACKEND_API_VERSION,
    supports: supportsLayer,
    plan: (context, backendOptions) => planProject(context, backendOptions, { cpu, prefix, weights, type }),
    emit: emitProject,
    ...(type === 'f32' ? { space: spaceOfLayer } : {}),
  };
}

/** What each type asks of a core. */
const TYPES: Readonly<Record<ElementType, string>> = { f32: 'nothing', f16: 'arithmetic on halves', i8: 'dot products of bytes' };

/** Tuning was done for floats: it says nothing about halves and bytes. */
function callFor({ tuning, ...bare }: Layer, context: ModelContext, options: BackendOptions, type: ElementType): Call {
  const own: NeonCallOptions = type === 'f32' ? { ...options, type } : { ...(options.threads === undefined ? {} : { threads: options.threads }), type };
  return new Call(type === 'f32' && tuning !== undefined ? { ...bare, tuning } : bare, context, own);
}

/** What is open about the products of a layer, around what is chosen without tuning. */
function spaceOfLayer(layer: Layer, context: ModelContext): TuningSpace | undefined {
  if (!supportsLayer(layer, context).ok) return undefined;
  const row = rowOf(layer)!;
  const { tuning: _tuning, ...bare } = layer;
  const call = new Call(bare, context);
  const sizes = row.products?.(call) ?? [];
  if (sizes.length === 0) return undefined;
  const { tuning } = row.decide(call);
  return spaceOf(readTuning(tuning, waysIn(tuning))!, sizes);
}

function supportsLayer(layer: Layer, context: ModelContext): Support {
  const row = rowOf(layer);
  if (row === undefined) return refuse(`${layer.domain === '' ? '' : `${layer.domain}.`}${layer.operator} is not compiled to NEON code`, 'run the model with @fretwork/runtime-wasm or @fretwork/reference');
  for (const name of layer.outputs) {
    if (name === '') continue;
    const value = context.shapes.values.get(name);
    if (value?.shape === undefined || !value.shape.every((size) => typeof size === 'number')) return refuse('its sizes are not known before it runs', 'fix the sizes of the inputs (withInputShapes)');
    if (value.dtype !== 'f32') return refuse(`it makes ${value.dtype ?? 'an unknown type'}, and only f32 is computed`, 'constants of other types are folded by runPasses');
  }
  const odd = layer.inputs.find((name) => name !== '' && !context.model.tensors.has(name) && context.shapes.values.get(name)?.dtype !== 'f32');
  if (odd !== undefined && layer.inputs.indexOf(odd) === 0) return refuse(`it reads ${context.shapes.values.get(odd)?.dtype ?? 'an unknown type'}, and only f32 is computed`, 'convert it outside of the model');
  return row.supports?.(new Call(layer, context)) ?? { ok: true };
}

function planProject(context: ModelContext, options: BackendOptions, { cpu, prefix, weights, type }: Pick<NeonPlan, 'cpu' | 'prefix' | 'weights' | 'type'>): BackendPlanning<NeonPlan> {
  const { model, shapes } = context;
  const threads = options.threads ?? 1;
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > MOST_THREADS) return { ok: false, refusals: [{ ok: false, reason: `${threads} threads are asked for`, hint: `ask for 1 to ${MOST_THREADS}`, layer: '' }] };
  if (type !== 'f32' && WITHOUT_HALVES.includes(cpu)) return { ok: false, refusals: [{ ok: false, reason: `${cpu} is ${CPUS[cpu].replace(/^-m\w+=/, '')}, which has no ${TYPES[type]}`, hint: 'choose cpu armv82, a55, a76 or a78, or type f32', layer: '' }] };
  const family = familyFor(type);
  const refusals = model.layers.flatMap((layer) => {
    const support = supportsLayer(layer, context);
    return support.ok ? [] : [{ ...support, layer: layer.name }];
  });
  for (const { name, dtype } of [...model.inputs, ...model.outputs]) {
    const known = shapes.values.get(name)?.dtype ?? dtype;
    if (known !== 'f32') refusals.push({ ...refuse(`${JSON.stringify(name)} is ${known}, and only f32 goes in and out`, 'convert it outside of the model'), layer: '' } as (typeof refusals)[number]);
  }
  const wide = [...shapes.values].find(([name, { shape, dtype }]) => dtype === 'f32' && !model.tensors.has(name) && shape?.every((size) => typeof size === 'number') === true && 4 * product(shape as number[]) > MOST_BYTES);
  if (wide !== undefined) refusals.push(tooLarge(model.layers.find(({ outputs }) => outputs.includes(wide[0]))?.name ?? '', `${JSON.stringify(wide[0])} is ${4 * product(wide[1].shape as number[])} bytes`));
  if (refusals.length > 0) return { ok: false, refusals };
  const { context: fused, into } = fuse(context, type);
  const decided = fused.model.layers.map((layer): NeonLayer => {
    const { schedules = [], scratchBytes = 0, parts = 1, splits = schedules.map(() => FIRST), ...decision } = rowOf(layer)!.decide(callFor(layer, fused, options, type));
    const residual = layer.operator === 'Conv' ? layer.inputs[RESIDUAL] ?? '' : '';
    const reason = residual === '' ? decision.reason : `${decision.reason}; adds ${JSON.stringify(residual)}`;
    return { layer: layer.name, operator: layer.operator, ...decision, reason, schedules, scratchBytes: (scratchBytes * family.bytes) / 4, parts, splits };
  });
  const heavy = decided.find(({ scratchBytes }) => scratchBytes > MOST_BYTES);
  if (heavy !== undefined) return { ok: false, refusals: [tooLarge(heavy.layer, `it needs ${heavy.scratchBytes} bytes of scratch memory`)] };
  const scratch = new Map(decided.map(({ layer, scratchBytes }) => [layer, scratchBytes]));
  const memory = planMemory(fused.model, shapes, {
    scratch: ({ name }) => scratch.get(name) ?? 0,
    bytes: (_, { shape }) => (type !== 'f16' ? undefined : family.bytes * product(shape as number[])),
  });
  if (!memory.ok) return { ok: false, refusals: [{ ok: false, layer: memory.layer, reason: memory.reason, hint: memory.hint }] };
  return {
    ok: true,
    plan: {
      backend: 'neon', target: `${CPUS[cpu].replace(/^-m\w+=/, '')}, ${type}, ${threads} thread${threads === 1 ? '' : 's'}`, cpu, type, weights, prefix, threads,
      layers: model.layers.map(({ name, operator }): NeonLayer => decided.find(({ layer }) => layer === name) ?? {
        layer: name, operator, kernel: 'fused', reason: `${JSON.stringify(into.get(name))} does it while it stores`, schedules: [], scratchBytes: 0, parts: 1, splits: [],
      }).map((layer): NeonLayer => (memory.values.some((value) => value.layer === layer.layer && value.how === 'view') ? { ...layer, kernel: 'view', reason: 'the same bytes under another shape: no code' } : layer)),
      memory,
    },
  };
}
