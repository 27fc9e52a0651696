import type { MappingPlan } from '@fretwork/format';
import { pruneModel } from '@fretwork/pruner';
import { PLAN, type Stage } from '../run-stages.js';
import { rateOf } from '../scale-plan.js';
import { pairLayers, sum, type LayerPair } from '../slower.js';
import { readBcr, type Imported } from './import.js';
import { refuseNothing, type Mapped } from './map.js';

/** What the plan brings on this machine, before any training. */
export interface Rehearsal {
  readonly layers: readonly LayerPair[];
  /** Layers that the plan gave a scheme and that got slower by it. */
  readonly putBack: readonly string[];
  /** Sums over all layers, one thread; `ms` is that of the plan without what was put back. */
  readonly denseMs: number;
  readonly ms: number;
}

export const rehearseStage: Stage = {
  name: 'rehearse',
  says: 'cuts by the plan in one shot, times every layer on the target beside its dense self, and leaves those dense that got slower',
  reads: ['stages/passes.bcr', 'stages/import.json', 'stages/map.json'],
  writes: [PLAN, 'stages/rehearsal.json'],
  wishes: ({ target, rounds, smallest, keepSlower }) => ({ target: [target.name, target.options], rounds, smallest, keepSlower }),
  run: async ({ request: { target, settings, rounds, smallest, keepSlower, plan: given }, folder, signal }) => {
    const { plan } = await folder.json<Mapped>('stages/map.json');
    const { inputShapes } = await folder.json<Imported>('stages/import.json');
    const model = await readBcr(folder, 'stages/passes.bcr');
    const { model: pruned } = pruneModel(model, { plan, smallest });
    const [dense = [], cut = []] = await target.timeLayers([model, pruned], inputShapes, { rounds, seed: settings.seed, signal });
    const layers = pairLayers(dense, cut);
    const named = new Map(plan.entries.map((entry) => [entry.layer, entry]));
    // A plan that a person gave is theirs to judge.
    const slower = keepSlower || given !== undefined ? [] : layers.filter(({ layer, slower: why }) => why !== null && rateOf(named.get(layer)?.scheme ?? { kind: 'dense' }) > 1);
    const putBack = new Map(slower.map(({ layer, slower: why }) => [layer, why]));
    const left: MappingPlan = {
      ...plan,
      entries: plan.entries.map((entry) => (putBack.has(entry.layer) ? { ...entry, scheme: { kind: 'dense' }, reason: `slower when pruned: ${putBack.get(entry.layer)!}; was to be: ${entry.reason}` } : entry)),
    };
    refuseNothing(left);
    const timeOf = ({ layer, ms, denseMs }: LayerPair): number => (putBack.has(layer) ? denseMs : ms);
    const rehearsal: Rehearsal = { layers, putBack: [...putBack.keys()], denseMs: sum(layers.map(({ denseMs }) => denseMs)), ms: sum(layers.map(timeOf)) };
    await folder.writeJson(PLAN, left);
    await folder.writeJson('stages/rehearsal.json', rehearsal);
    return `${rehearsal.denseMs.toFixed(3)} ms dense → ${rehearsal.ms.toFixed(3)} ms, ${(rehearsal.denseMs / rehearsal.ms).toFixed(2)} x${putBack.size === 0 ? '' : `; left dense: ${[...putBack.keys()].join(', ')}`}`;
  },
};
