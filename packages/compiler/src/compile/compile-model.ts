import { FretworkError, inferShapes, type Model, type ShapeTable } from '@fretwork/format';
import { BACKEND_API_VERSION, type Backend, type BackendOptions, type BackendPlan, type EmittedFiles, type ModelContext, type Refusal } from '../backend.js';
import type { Pass, PassNote, RunOptions } from '../contract.js';
import { PASSES } from '../passes/table.js';
import { runPasses } from '../run/run-passes.js';

export interface CompileOptions extends RunOptions, BackendOptions {
  /** Left out: `PASSES`. */
  readonly passes?: readonly Pass[];
}

/** Why a backend did not take the model. */
export interface LayerRefusal extends Refusal {
  readonly backend: string;
  readonly layer: string;
}

export type CompileResult<Plan extends BackendPlan = BackendPlan> =
  | {
    readonly ok: true;
    /** Its id. */
    readonly backend: string;
    /** After the passes. */
    readonly model: Model;
    readonly shapes: ShapeTable;
    readonly notes: readonly PassNote[];
    readonly plan: Plan;
    readonly files: EmittedFiles;
    /** Of the backends asked before. */
    readonly refusals: readonly LayerRefusal[];
  }
  | { readonly ok: false; readonly refusals: readonly LayerRefusal[] };

/**
 * `model` compiled by the first of `backends` that takes all of it: passes, then plan, then files. Where none does, every layer
 * that stood in the way of each. Throws `backend.api-version` for a backend of another contract, and what `runPasses` throws.
 */
export function compileModel<Plan extends BackendPlan = BackendPlan>(model: Model, backends: readonly Backend<Plan>[], options: CompileOptions = {}): CompileResult<Plan> {
  const stale = backends.find(({ apiVersion }) => apiVersion !== BACKEND_API_VERSION);
  if (stale !== undefined) {
    throw new FretworkError('backend.api-version', `backend ${stale.id} was made for another version of the contract`, {
      expected: `apiVersion ${BACKEND_API_VERSION}`, actual: `${stale.apiVersion as number}`, hint: 'install versions of the backend and of @fretwork/compiler that belong together',
    });
  }
  const passed = runPasses(model, options.passes ?? PASSES, options);
  const context: ModelContext = { model: passed.model, shapes: inferShapes(passed.model) };
  const refusals: LayerRefusal[] = [];
  for (const backend of backends) {
    const refused = context.model.layers.flatMap((layer): LayerRefusal[] => {
      const answer = backend.supports(layer, context);
      return answer.ok ? [] : [{ ...answer, backend: backend.id, layer: layer.name }];
    });
    if (refused.length > 0) {
      refusals.push(...refused);
      continue;
    }
    const planning = backend.plan(context, options);
    if (!planning.ok) {
      refusals.push(...planning.refusals.map((refusal): LayerRefusal => ({ ...refusal, backend: backend.id })));
      continue;
    }
    return { ok: true, backend: backend.id, ...context, notes: passed.notes, plan: planning.plan, files: backend.emit(planning.plan, context), refusals };
  }
  return { ok: false, refusals };
}
