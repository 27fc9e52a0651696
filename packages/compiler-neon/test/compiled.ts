import { runPasses, PASSES, type BackendOptions, type EmittedFiles, type ModelContext } from '@fretwork/compiler';
import { drawCase } from '@fretwork/conformance';
import { inferShapes, type Model } from '@fretwork/format';
import { emitSelfTest, neon, type NeonOptions, type NeonPlan } from '../src/index.js';

/** A model of fixed sizes, as a backend gets it. */
export function contextOf(model: Model, open = 1): ModelContext {
  const inputShapes = Object.fromEntries(model.inputs.map(({ name, shape }) => [name, shape!.map((size) => (typeof size === 'number' ? size : open))]));
  const { model: passed } = runPasses(model, PASSES, { inputShapes });
  return { model: passed, shapes: inferShapes(passed) };
}

export interface Compiled {
  readonly context: ModelContext;
  readonly plan: NeonPlan;
  readonly files: EmittedFiles;
}

/** Throws where the backend refuses. */
export function compile(model: Model, options: NeonOptions = {}, open = 1, backendOptions: BackendOptions = {}): Compiled {
  const context = contextOf(model, open);
  const backend = neon(options);
  const planning = backend.plan(context, backendOptions);
  if (!planning.ok) throw new Refused(planning.refusals.map(({ layer, reason }) => `${layer}: ${reason}`).join('\n'));
  return { context, plan: planning.plan, files: backend.emit(planning.plan, context) };
}

export class Refused extends Error {}

/** The files of a project with a self-test of `count` drawn cases. */
export function withSelfTest({ context, plan, files }: Compiled, count: number, seed = 1): EmittedFiles {
  const cases = Array.from({ length: count }, (_, i) => drawCase(context.model, seed + i));
  return new Map([...files, ...emitSelfTest(plan, context, cases)]);
}
