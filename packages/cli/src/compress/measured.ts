import { weightsOf, type Model, type PlanEntry, type Scheme } from '@fretwork/format';
import { planPruning, pruneModel } from '@fretwork/pruner';
import { COMPRESS_API, type CompressMapper, type MapRequest } from './contract.js';

export interface MeasuredOptions {
  /** Looked at for every layer, from the finest to the coarsest; their rates are replaced. */
  readonly schemes?: readonly Scheme[];
  /** A finer scheme is taken where it is slower than the fastest by no more than this share (β of the mapping paper). Default 0.15. */
  readonly beta?: number;
  /** Share of its dense time that a layer must win, or it stays dense. Default 0.05. */
  readonly leastGain?: number;
}

const bcr = (blockRows: number, blockColumns: number, rowShare: number): Scheme => ({ kind: 'bcr', rate: 4, blockRows, blockColumns, rowShare });

/** Finer first: what shares its fate with fewer others loses less accuracy at one rate. */
const SCHEMES: readonly Scheme[] = [{ kind: 'unstructured', rate: 4 }, bcr(4, 16, 0.5), bcr(4, 512, 0), bcr(8, 512, 0), bcr(8, 32, 0.5), bcr(16, 512, 0)];

/**
 * Chooses by times alone, and takes them itself: the whole model is pruned by each scheme in one shot, all of these are timed on the
 * target in turns, and each layer gets the finest scheme that is about as fast there as the fastest. For targets without a latency
 * table; with one, `rules` knows more.
 */
export const measured = ({ schemes = SCHEMES, beta = 0.15, leastGain = 0.05 }: MeasuredOptions = {}): CompressMapper => ({
  apiVersion: COMPRESS_API, name: 'measured', options: { schemes, beta, leastGain },
  map: async (model, request) => {
    const { target, rate, ignore, smallest, onProgress } = request;
    const asked = schemes.map((scheme) => (scheme.kind === 'dense' ? scheme : { ...scheme, rate }));
    onProgress(`timing every layer by ${asked.length} schemes`);
    const planned = asked.map((scheme) => new Map(planPruning(model, { scheme, skip: ignore, smallest }).layers.map((layer) => [layer.layer, layer])));
    const times = await timesOf(model, asked, request);
    const entries = model.layers.filter((layer) => weightsOf(model, layer).length > 0).map(({ name }): PlanEntry => {
      const [dense, ...pruned] = times.map((layers) => layers.get(name));
      const plans = planned.map((layers) => layers.get(name));
      if (dense === undefined) return { layer: name, scheme: { kind: 'dense' }, reason: 'it takes no time of its own on the target' };
      const open = asked.flatMap((scheme, i) => (plans[i] !== undefined && plans[i].scheme.kind !== 'dense' && pruned[i] !== undefined ? [{ scheme, ms: pruned[i] }] : []));
      if (open.length === 0) return { layer: name, scheme: { kind: 'dense' }, reason: plans[0]?.reason ?? 'nothing to prune', predictedMs: dense };
      const fastest = Math.min(...open.map(({ ms }) => ms));
      if (fastest > (1 - leastGain) * dense) return { layer: name, scheme: { kind: 'dense' }, reason: `no scheme wins ${Math.round(100 * leastGain)} % at rate ${rate}: dense ${text(dense)}, at best ${text(fastest)}`, predictedMs: dense };
      const found = open.find(({ ms }) => ms <= (1 + beta) * fastest)!;
      return { layer: name, scheme: found.scheme, reason: `the finest of ${open.length} schemes that is about as fast as the fastest: ${text(found.ms)}, fastest ${text(fastest)}, dense ${text(dense)}`, predictedMs: found.ms };
    });
    return { target: target.says, mapper: 'measured', entries };
  },
});

const text = (ms: number): string => `${ms.toPrecision(3)} ms`;

/** Milliseconds of every layer: dense first, then by each scheme. */
async function timesOf(model: Model, schemes: readonly Scheme[], { target, inputShapes, rounds, seed, signal, ignore, smallest }: MapRequest): Promise<readonly ReadonlyMap<string, number>[]> {
  const models = [model, ...schemes.map((scheme) => pruneModel(model, { scheme, skip: ignore, smallest }).model)];
  const timings = await target.timeLayers(models, inputShapes, { rounds, seed, signal });
  return timings.map((layers) => new Map(layers.map(({ layer, ms }) => [layer, ms])));
}
