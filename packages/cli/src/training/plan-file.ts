import { FretworkError, type MappingPlan, type Scheme } from '@fretwork/format';
import { isSearchRecord, type SearchRecord } from '../mapping/search-record.js';

/** A plan as it stands in a file; one that a search found says how. */
export interface PlanFile extends MappingPlan {
  readonly search?: SearchRecord;
}

/** The outline alone: schemes and layer names are judged by the pruner, against the model. Throws `plan.json`, `plan.entries`. */
export function parsePlan(text: string, path: string): PlanFile {
  let plan: Partial<PlanFile> | null;
  try {
    plan = JSON.parse(text) as Partial<PlanFile> | null;
  } catch (error) {
    throw new FretworkError('plan.json', `${path}: this is no JSON: ${(error as Error).message}`, { hint: 'a plan is { "entries": [{ "layer", "scheme", "reason" }] }' });
  }
  const entries = plan?.entries;
  const good = Array.isArray(entries) && entries.every((e: { layer?: unknown; scheme?: Partial<Scheme> } | null) => typeof e?.layer === 'string' && typeof e.scheme?.kind === 'string');
  if (!good) throw new FretworkError('plan.entries', `${path}: this is no mapping plan`, { expected: '{ "entries": [{ "layer": "conv1", "scheme": { "kind": "bcr", … } }] }', hint: 'compare it with the plan that --json prints' });
  return {
    target: plan?.target ?? '', mapper: plan?.mapper ?? 'by hand',
    entries: entries.map((e) => ({ ...e, reason: e.reason ?? '' })),
    ...(isSearchRecord(plan?.search) && { search: plan.search }),
  };
}
