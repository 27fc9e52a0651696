import { PASSES, runPasses, type BackendOptions, type EmittedFiles, type ModelContext } from '@fretwork/compiler';
import { inferShapes, type DenseTensor, type Model } from '@fretwork/format';
import { evaluateLayer } from '@fretwork/reference';
import { opencl, type OpenclOptions, type OpenclPlan } from '../src/index.js';

/** A model of fixed sizes, as a backend gets it. */
export function contextOf(model: Model, open = 1): ModelContext {
  const inputShapes = Object.fromEntries(model.inputs.map(({ name, shape }) => [name, shape!.map((size) => (typeof size === 'number' ? size : open))]));
  const { model: passed } = runPasses(model, PASSES, { inputShapes, evaluate: evaluateLayer });
  return { model: passed, shapes: inferShapes(passed) };
}

export interface Compiled {
  readonly context: ModelContext;
  readonly plan: OpenclPlan;
  readonly files: EmittedFiles;
}

export class Refused extends Error {}

/** Throws where the backend refuses. */
export function compile(model: Model, options: OpenclOptions = {}, backendOptions: BackendOptions = {}): Compiled {
  const context = contextOf(model);
  const backend = opencl(options);
  const planning = backend.plan(context, backendOptions);
  if (!planning.ok) throw new Refused(planning.refusals.map(({ layer, reason }) => `${layer}: ${reason}`).join('\n'));
  return { context, plan: planning.plan, files: backend.emit(planning.plan, context) };
}

/** The largest error as a multiple of what is allowed: `tolerance` of an element, or of a twentieth of the largest one where that is more. */
export function worstError(found: Readonly<Record<string, DenseTensor>>, wanted: Readonly<Record<string, DenseTensor>>, tolerance = 1e-4): number {
  let worst = 0;
  for (const [name, { data }] of Object.entries(wanted)) {
    const values = data as Float32Array;
    const own = found[name]!.data as Float32Array;
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
    values.forEach((value, i) => {
      const error = Math.abs(own[i]! - value) / (tolerance * Math.max(Math.abs(value), largest / 20));
      if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
    });
  }
  return worst;
}
