import { BACKEND_API_VERSION, Call, fuseResiduals, planMemory, refuse, type Backend, type BackendOptions, type BackendPlanning, type ModelContext, type Support, type TuningSpace } from '@fretwork/compiler';
import { FretworkError, type Layer } from '@fretwork/format';
import type { DataPath, DeviceName, OpenclLayer, OpenclOptions, OpenclPlan } from './contract.js';
import { familyOf } from './device-family.js';
import { aligned, ALIGNMENT } from './emit/buffers.js';
import { emitProject } from './emit/project.js';
import { BUILD_OPTIONS, storedBytes } from './kernels/prelude.js';
import type { Setting } from './operators/row.js';
import { rowOf } from './operators/table.js';
import { spaceOf } from './operators/space.js';
import { buildProgram, measureProgram } from './run/program.js';

const PREFIX = /^[a-z][a-z0-9]{0,30}$/;
const PATHS: readonly DataPath[] = ['buffer', 'image'];

/** Adreno reads textures through a cache of their own; what else there is reads memory as well. */
const pathFor = (device: DeviceName | undefined): DataPath => (device !== undefined && /adreno/i.test(device.name) ? 'image' : 'buffer');

/**
 * A backend that compiles models to OpenCL C 1.2 with a C host. Throws `opencl.options` for a `prefix` that is no C name in
 * lower case, or a type or path that is not known.
 */
export function opencl(options: OpenclOptions = {}): Backend<OpenclPlan> {
  const { type = 'f32', prefix = 'model', device, path = pathFor(device), run = {} } = options;
  const wrong = !PREFIX.test(prefix) ? { what: 'the prefix is no C name', expected: 'a lower-case letter, then lower-case letters and digits', actual: prefix.slice(0, 40) }
    : !Object.hasOwn(BUILD_OPTIONS, type) ? { what: 'this type is not known', expected: Object.keys(BUILD_OPTIONS).join(', '), actual: String(type) }
      : !PATHS.includes(path) ? { what: 'this path is not known', expected: PATHS.join(', '), actual: String(path) } : undefined;
  if (wrong !== undefined) throw new FretworkError('opencl.options', wrong.what, { expected: wrong.expected, actual: wrong.actual, hint: 'see OpenclOptions' });
  const setting: Setting = { type, path, family: familyOf(device), units: device?.units ?? 1 };
  const target = `OpenCL 1.2, ${type}, ${path}s${device === undefined ? '' : `, ${device.name}, driver ${device.driver}`}`;
  return {
    id: 'opencl',
    apiVersion: BACKEND_API_VERSION,
    supports: supportsLayer,
    plan: (context, backendOptions) => planProject(context, backendOptions, setting, prefix, target),
    emit: emitProject,
    space: (layer, context): TuningSpace | undefined => spaceOf(layer, context, setting),
    build: (files, buildOptions) => buildProgram(files, run, buildOptions),
    measure: (files, buildOptions) => measureProgram(files, run, buildOptions),
  };
}

function supportsLayer(layer: Layer, context: ModelContext): Support {
  const row = rowOf(layer);
  if (row === undefined) return refuse(`${layer.domain === '' ? '' : `${layer.domain}.`}${layer.operator} is not compiled to OpenCL`, 'run the model with @fretwork/runtime-wasm or @fretwork/reference');
  for (const name of layer.outputs) {
    if (name === '') continue;
    const value = context.shapes.values.get(name);
    if (value?.shape === undefined || !value.shape.every((size) => typeof size === 'number')) return refuse('its sizes are not known before it runs', 'fix the sizes of the inputs (withInputShapes)');
    if (value.dtype !== 'f32') return refuse(`it makes ${value.dtype ?? 'an unknown type'}, and only f32 is computed`, 'constants of other types are folded by runPasses');
  }
  const [first = ''] = layer.inputs;
  const dtype = context.shapes.values.get(first)?.dtype;
  if (first !== '' && !context.model.tensors.has(first) && dtype !== 'f32') return refuse(`it reads ${dtype ?? 'an unknown type'}, and only f32 is computed`, 'convert it outside of the model');
  return row.supports?.(new Call(layer, context)) ?? { ok: true };
}

function planProject(given: ModelContext, options: BackendOptions, setting: Setting, prefix: string, target: string): BackendPlanning<OpenclPlan> {
  const refusals = given.model.layers.flatMap((layer) => {
    const support = supportsLayer(layer, given);
    return support.ok ? [] : [{ ...support, layer: layer.name }];
  });
  for (const { name, dtype } of [...given.model.inputs, ...given.model.outputs]) {
    const known = given.shapes.values.get(name)?.dtype ?? dtype;
    if (known !== 'f32') refusals.push({ ...refuse(`${JSON.stringify(name)} is ${known}, and only f32 goes in and out`, 'convert it outside of the model'), layer: '' });
  }
  if (refusals.length > 0) return { ok: false, refusals };
  const { type, path } = setting;
  const { context: { model, shapes }, into } = fuseResiduals(given);
  const context: ModelContext = { model, shapes };
  const decided = new Map(model.layers.map((layer): readonly [string, OpenclLayer] => {
    const { schedules = [], scratch = [], ...decision } = rowOf(layer)!.decide(new Call(layer, context, options), setting);
    return [layer.name, { layer: layer.name, operator: layer.operator, ...decision, schedules, scratch }];
  }));
  const memory = planMemory(model, shapes, {
    alignment: ALIGNMENT,
    bytes: (_, { shape }) => Math.max(4, storedBytes(type) * (shape as readonly number[]).reduce((a, b) => a * b, 1)),
    scratch: ({ name }) => decided.get(name)!.scratch.reduce((sum, bytes) => sum + aligned(bytes), 0),
  });
  if (!memory.ok) return { ok: false, refusals: [{ ok: false, layer: memory.layer, reason: memory.reason, hint: memory.hint }] };
  const views = new Set(memory.values.filter(({ how }) => how === 'view').map(({ layer }) => layer));
  const layers = given.model.layers.map(({ name, operator }): OpenclLayer => {
    if (views.has(name)) return { ...decided.get(name)!, kernel: 'view', reason: 'the same bytes under another shape: no launch' };
    return decided.get(name) ?? { layer: name, operator, kernel: 'fused', reason: `${JSON.stringify(into.get(name))} does it while it stores`, schedules: [], scratch: [] };
  });
  return { ok: true, plan: { backend: 'opencl', target, type, path, prefix, layers, memory } };
}
