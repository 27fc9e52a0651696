import { FretworkError, weightsOf, type Layer, type MatrixView, type Model } from '@fretwork/format';
import type { PlannedWeight, PruningPlan } from '../contract.js';
import type { CalibrateRequest, LayerTrace } from './contract.js';
import { momentSum, type Moments } from './moments.js';
import { picker } from './pick.js';
import { seenColumns, type SeenColumns } from './seen-columns.js';

/** A tensor to be pruned and everything that it multiplies, in every layer that uses it. */
export interface Subject {
  readonly layer: string;
  readonly planned: PlannedWeight;
  readonly matrices: MatrixView;
  readonly users: readonly { readonly layer: Layer; readonly seen: SeenColumns }[];
  /** Why nothing is known of its inputs; left out where it is. */
  readonly unknown?: string;
}

/** The tensors that `plan` prunes, in model order. */
export function subjectsOf(model: Model, plan: PruningPlan): readonly Subject[] {
  const subjects = new Map<string, Subject>();
  for (const { layer, weights } of plan.layers) {
    for (const planned of weights) {
      if (planned.scheme.kind === 'dense' || subjects.has(planned.tensor)) continue;
      const { matrices, tensor, shape } = planned;
      const found = model.layers.flatMap((user) => weightsOf(model, user).filter(({ name }) => name === tensor)
        .map(({ input }) => ({ layer: user, seen: seenColumns({ layer: user, shape, matrices }, input) })));
      const unknown = found.find(({ seen }) => typeof seen === 'string');
      subjects.set(tensor, {
        layer, planned, matrices, users: found.filter((user): user is Subject['users'][number] => typeof user.seen !== 'string'),
        ...(unknown !== undefined && { unknown: unknown.seen as string }),
      });
    }
  }
  return [...subjects.values()];
}

const kindsOf = ({ users }: Subject): number => users[0]?.seen.kinds ?? 0;
export const kindOf = ({ users }: Subject, matrix: number): number => users[0]!.seen.kindOf(matrix);

/** As many subjects at a time as `memory` bytes of moments allow, at least one. */
export function inPasses(subjects: readonly Subject[], memory: number): readonly (readonly Subject[])[] {
  const passes: Subject[][] = [];
  let held = Infinity;
  for (const subject of subjects) {
    const bytes = 8 * kindsOf(subject) * subject.matrices.columns ** 2;
    if (held + bytes > memory) {
      passes.push([]);
      held = 0;
    }
    passes.at(-1)!.push(subject);
    held += bytes;
  }
  return passes;
}

type Capture = Pick<CalibrateRequest, 'captureInputs' | 'places' | 'seed' | 'signal'>;

/** One pass over the inputs: the moments of each subject, one for each kind of column. */
export async function collect(model: Model, subjects: readonly Subject[], request: Capture, gram: boolean): Promise<ReadonlyMap<Subject, readonly Moments[]>> {
  const sums = subjects.map((subject) => ({
    subject, pick: picker(request.places ?? 32, request.seed ?? 0),
    kinds: Array.from({ length: kindsOf(subject) }, () => momentSum(subject.matrices.columns, subject.layer, gram)),
  }));
  const names = [...new Set(subjects.flatMap(({ users }) => users.map(({ layer }) => layer.name)))];
  await eachTrace(model, names, request, (traces) => {
    for (const { subject, kinds, pick } of sums) {
      for (const { layer, seen } of subject.users) seen.each(traceOf(traces, layer), pick, (kind, column) => kinds[kind]!.add(column));
    }
  });
  return new Map(sums.map(({ subject, kinds }) => [subject, kinds.map(({ finish }) => finish())]));
}

export async function eachTrace(
  model: Model, layers: readonly string[], { captureInputs, signal }: Capture, visit: (traces: ReadonlyMap<string, LayerTrace>) => void,
): Promise<void> {
  signal?.throwIfAborted();
  for await (const traces of captureInputs(model, layers)) {
    visit(traces);
    signal?.throwIfAborted();
  }
}

export function traceOf(traces: ReadonlyMap<string, LayerTrace>, { name }: Layer): LayerTrace {
  const trace = traces.get(name);
  if (trace === undefined) throw new FretworkError('capture.empty', 'a layer was asked for and not captured', { layer: name });
  return trace;
}
