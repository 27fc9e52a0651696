import { costOf, inferShapes } from '@fretwork/format';
import { percent } from '../../print-table.js';
import type { LayerTiming } from '../contract.js';
import type { Stage } from '../run-stages.js';
import { accuracyOn, shareOf, type Accuracy } from './accuracy.js';
import { readBcr, type Imported } from './import.js';

/** The dense model, as it is. */
export interface Profile {
  readonly validation: Accuracy;
  readonly layers: readonly ProfiledLayer[];
  /** One run, all layers, one thread. */
  readonly ms: number;
}

export interface ProfiledLayer extends LayerTiming {
  readonly operator: string;
  readonly shape: readonly (number | string)[] | null;
  /** Null where shapes do not tell. */
  readonly macs: number | null;
  readonly parameters: number;
  readonly bytes: number;
  readonly share: number;
}

export const profileStage: Stage = {
  name: 'profile',
  says: 'times every layer of the dense model on the target, and counts what it gets right of the validation samples',
  reads: ['stages/passes.bcr', 'stages/import.json'],
  writes: ['stages/profile.json'],
  wishes: ({ target, rounds, splits: { validation } }) => ({ target: [target.name, target.options], rounds, validation: validation.hash }),
  run: async ({ request: { target, splits, settings, rounds }, folder, signal }) => {
    const model = await readBcr(folder, 'stages/passes.bcr');
    const { inputShapes } = await folder.json<Imported>('stages/import.json');
    const validation = await accuracyOn(target, model, splits.validation, signal);
    const [timings = []] = await target.timeLayers([model], inputShapes, { rounds, seed: settings.seed, signal });
    const shapes = inferShapes(model, inputShapes);
    const cost = new Map(costOf(model, shapes).layers.map((layer) => [layer.layer, layer]));
    const byName = new Map(model.layers.map((layer) => [layer.name, layer]));
    const ms = timings.reduce((sum, timing) => sum + timing.ms, 0);
    const layers = timings.map((timing): ProfiledLayer => {
      const [layer, costs] = [byName.get(timing.layer), cost.get(timing.layer)];
      return {
        ...timing, operator: layer?.operator ?? '', shape: shapes.values.get(layer?.outputs.find((name) => name !== '') ?? '')?.shape ?? null,
        macs: costs?.macs.ok === true ? costs.macs.dense : null, parameters: costs?.parameters ?? 0, bytes: costs?.weightBytes ?? 0, share: timing.ms / ms,
      };
    });
    await folder.writeJson('stages/profile.json', { validation, layers, ms } satisfies Profile);
    return `${ms.toFixed(3)} ms in ${layers.length} layers, ${percent(shareOf(validation))} of the validation samples right`;
  },
};
