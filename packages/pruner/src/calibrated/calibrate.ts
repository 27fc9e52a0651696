import { decode, type Model } from '@fretwork/format';
import type { PlannedWeight, ProjectOptions, PruningPlan } from '../contract.js';
import { toFloats } from '../one-shot/floats.js';
import { gather, scatter } from '../one-shot/matrices.js';
import { patternLibraries } from '../one-shot/pattern-libraries.js';
import { planPruning } from '../one-shot/plan-pruning.js';
import { projectTensor } from '../one-shot/prune-tensor.js';
import { storePruned } from '../one-shot/store.js';
import { collect, inPasses, kindOf, subjectsOf, type Subject } from './collect.js';
import type { CalibratedModel, CalibratedWeight, CalibrateRequest } from './contract.js';
import { fitMatrix, type FitOptions } from './fit-matrix.js';
import type { Moments } from './moments.js';
import { recalibrate } from './recalibrate.js';
import { curveOf, furthestOf, rateErrors, rateOf, shareOut, withShares, type RatePoint } from './share-rate.js';

/**
 * One-shot pruning with second-order compensation, as the contract says. Deterministic: same model, inputs and options,
 * same bytes. On the inputs seen the output of no layer's matrix is further from the dense one than by `pruneModel`.
 */
export async function calibrate(model: Model, request: CalibrateRequest): Promise<CalibratedModel> {
  const asked = planPruning(model, request);
  const optionsOf = patternLibraries(model, asked, request.options ?? {});
  const { damping = 0.01, blockColumns = 128, steps = 4, memory = 2 ** 29, shares = 'even' } = request;
  const plan = shares === 'even' ? asked : await sharedOut(model, asked, request, optionsOf, { damping, blockColumns, memory });
  const subjects = subjectsOf(model, plan);
  const masks = new Map<string, Uint8Array>();
  const values = new Map<string, Float32Array>();
  const weights: CalibratedWeight[] = [];
  const means = new Map<Subject, readonly Moments[]>();

  for (const subject of subjects.filter(({ unknown }) => unknown !== undefined)) {
    const { layer, planned, unknown } = subject;
    masks.set(planned.tensor, projectTensor(decode(model.tensors.get(planned.tensor)!), { ...planned, layer }, optionsOf(planned)));
    weights.push({ layer, tensor: planned.tensor, score: 'magnitude', reason: unknown! });
  }
  for (const pass of inPasses(subjects.filter(({ unknown }) => unknown === undefined), memory)) {
    const moments = await collect(model, pass, request, true);
    for (const [subject, kinds] of moments) {
      request.signal?.throwIfAborted();
      const { layer, planned } = subject;
      const fitted = fitTensor(model, subject, kinds, { damping, blockColumns, steps, project: optionsOf(planned) });
      masks.set(planned.tensor, fitted.mask);
      values.set(planned.tensor, fitted.values);
      weights.push(fitted.weight);
      means.set(subject, kinds.map((m) => ({ ...m, gram: new Float64Array(0) })));
      request.onProgress?.({ layer, does: 'refit', done: weights.length, layers: subjects.length });
    }
  }
  const stored = storePruned(model, plan, masks, values);
  if (request.recalibrate === 'none') return { ...stored, weights, recalibrated: [] };
  return { ...stored, weights, ...await recalibrate(model, stored.model, means, request) };
}

/** `asked` with the rates that its tensors come to where they share one budget. Those of unknown inputs keep theirs. */
async function sharedOut(
  model: Model, asked: PruningPlan, request: CalibrateRequest, optionsOf: (planned: PlannedWeight) => ProjectOptions,
  { damping, blockColumns, memory }: { readonly damping: number; readonly blockColumns: number; readonly memory: number },
): Promise<PruningPlan> {
  const subjects = subjectsOf(model, asked).filter(({ unknown }) => unknown === undefined);
  const curves: (readonly RatePoint[])[] = [];
  let budget = 0;
  for (const pass of inPasses(subjects, memory)) {
    const moments = await collect(model, pass, request, true);
    for (const subject of pass) {
      request.signal?.throwIfAborted();
      const { layer, planned: { tensor, scheme }, planned, matrices } = subject;
      const whole = decode(model.tensors.get(tensor)!);
      curves.push(curveOf(whole.data.length, Array.from({ length: matrices.count }, (_, m) => rateErrors(
        gather(whole, matrices, m), scheme, moments.get(subject)![kindOf(subject, m)]!.gram, { damping, blockColumns, project: optionsOf(planned) }, furthestOf(scheme),
      ))));
      budget += whole.data.length / rateOf(scheme);
      request.onProgress?.({ layer, does: 'share', done: curves.length, layers: subjects.length });
    }
  }
  const kept = shareOut(curves, budget);
  return withShares(asked, new Map(subjects.map(({ planned }, i) => [planned.tensor, kept[i]!])));
}

function fitTensor(model: Model, subject: Subject, kinds: readonly Moments[], options: FitOptions): {
  readonly mask: Uint8Array; readonly values: Float32Array; readonly weight: CalibratedWeight;
} {
  const { layer, planned: { tensor, scheme }, matrices } = subject;
  const whole = decode(model.tensors.get(tensor)!);
  const values = toFloats(whole);
  const mask = new Uint8Array(values.length);
  const scores = new Set<string>();
  let [plain, error, all] = [0, 0, 0];
  for (let m = 0; m < matrices.count; m++) {
    const fit = fitMatrix(gather(whole, matrices, m), scheme, kinds[kindOf(subject, m)]!, options);
    scatter(mask, matrices, m, fit.keep);
    scatter(values, matrices, m, fit.values);
    scores.add(fit.score);
    plain += fit.plainError;
    error += fit.error;
    all += fit.whole;
  }
  const share = (part: number): number => (all === 0 ? 0 : part / all);
  return { mask, values, weight: { layer, tensor, score: [...scores].join(', '), reason: 'least error of its output', plainError: share(plain), error: share(error) } };
}
