import { FretworkError, weightsOf, type Layer, type MatrixView, type Model, type Scheme } from '@fretwork/format';
import type { PlannedLayer, PlannedWeight, PruneRequest, PruningPlan } from '../contract.js';
import { checkScheme } from '../projection/check.js';
import { matricesOf } from './layer-view.js';
import { skipper } from './skip.js';
import { whyDense, type Asked } from './stay-dense.js';

/** Tensors with fewer weights stay dense unless the caller says otherwise. */
const SMALLEST = 64;

const DENSE: Scheme = { kind: 'dense' };

/**
 * Which weights of `model` are pruned by what, and why the others are not. Pure, and cheap: it looks at shapes, never at
 * weights. Throws `scheme.*`, `prune.skip` and `prune.plan` for names that the model does not have.
 */
export function planPruning(model: Model, request: PruneRequest): PruningPlan {
  const asked = askedOf(model, request);
  const verdicts = settleShared(asked);
  const byLayer = new Map<Layer, PlannedWeight[]>();
  asked.forEach(({ layer, weight, matrices, scheme }, i) => {
    const { name: tensor, view, tensor: { shape, dtype } } = weight;
    const { dense, reason } = verdicts[i]!;
    const planned = { tensor, shape, dtype, view, matrices, scheme: dense ? DENSE : scheme!, reason };
    byLayer.set(layer, [...(byLayer.get(layer) ?? []), planned]);
  });
  return { layers: [...byLayer].map(([layer, weights]) => plannedLayer(layer, weights)) };
}

function plannedLayer({ name: layer, operator }: Layer, weights: readonly PlannedWeight[]): PlannedLayer {
  const pruned = weights.find(({ scheme }) => scheme.kind !== 'dense');
  const reasons = [...new Set(weights.map(({ reason }) => reason))];
  const reason = reasons.length === 1 ? reasons[0]! : weights.map((w) => `${w.tensor}: ${w.reason}`).join('; ');
  return { layer, operator, scheme: pruned?.scheme ?? DENSE, reason, weights };
}

function askedOf(model: Model, request: PruneRequest): readonly Asked[] {
  const isSkipped = skipper(model, request.skip ?? []);
  const entries = new Map((request.plan?.entries ?? []).map((entry) => [entry.layer, entry]));
  const known = new Set(model.layers.map(({ name }) => name));
  for (const [layer, { scheme }] of entries) {
    checkScheme(scheme);
    if (!known.has(layer)) {
      throw new FretworkError('prune.plan', 'the plan names a layer that is not in the model', { layer, hint: 'make the plan for this model' });
    }
  }
  if (request.scheme !== undefined) checkScheme(request.scheme);
  const firstConvolution = model.layers.find(({ domain, operator }) => domain === '' && operator === 'Conv');
  const otherReaders = readersBesides(model);
  return model.layers.flatMap((layer) => weightsOf(model, layer).map((weight) => {
    const entry = entries.get(layer.name);
    return {
      layer, weight, matrices: matricesOf(layer, weight), entry,
      scheme: request.plan === undefined ? request.scheme : entry?.scheme,
      skipped: isSkipped(layer.name),
      first: request.skipFirst === true && layer === firstConvolution,
      smallest: request.smallest ?? SMALLEST,
      otherReader: otherReaders.get(weight.name),
    };
  }));
}

/** Tensor → who reads it other than as a weight: an embedding table, say, that is also the last layer. */
function readersBesides(model: Model): ReadonlyMap<string, string> {
  const readers = new Map<string, string>();
  for (const layer of model.layers) {
    const places = new Set(weightsOf(model, layer).map(({ input }) => input));
    layer.inputs.forEach((name, input) => {
      if (!places.has(input) && model.tensors.has(name)) readers.set(name, `layer ${layer.name} (${layer.operator}, input ${input})`);
    });
  }
  for (const { name } of model.outputs) if (model.tensors.has(name)) readers.set(name, 'the caller: it is an output of the model');
  return readers;
}

interface Verdict {
  readonly dense: boolean;
  readonly reason: string;
}

/** Layers that share a tensor must agree on it; then the first of them prunes it. */
function settleShared(asked: readonly Asked[]): readonly Verdict[] {
  const own = asked.map(whyDense);
  const users = new Map<string, number[]>();
  asked.forEach(({ weight }, i) => users.set(weight.name, [...(users.get(weight.name) ?? []), i]));
  return asked.map(({ layer, weight, matrices, scheme, entry }, i) => {
    const reason = own[i];
    if (reason !== undefined) return { dense: true, reason };
    const sharing = users.get(weight.name)!;
    const refused = sharing.find((u) => own[u] !== undefined);
    if (refused !== undefined) return { dense: true, reason: `shared with layer ${asked[refused]!.layer.name}, which stays dense: ${own[refused]!}` };
    const other = sharing.find((u) => !sameView(asked[u]!.matrices, matrices) || JSON.stringify(asked[u]!.scheme) !== JSON.stringify(scheme));
    if (other !== undefined) return { dense: true, reason: `shared with layer ${asked[other]!.layer.name}, which sees or prunes it in another way` };
    const first = asked[sharing[0]!]!.layer;
    if (first !== layer) return { dense: false, reason: `shared with layer ${first.name}, pruned there` };
    return { dense: false, reason: entry?.reason ?? `${scheme!.kind} fits` };
  });
}

const sameView = (a: MatrixView, b: MatrixView): boolean =>
  a.count === b.count && a.rows === b.rows && a.columns === b.columns && a.order === b.order && a.kernel === b.kernel;
