import type { Measured } from '../contract.js';
import type { Stage } from '../run-stages.js';
import { pairLayers, type LayerPair } from '../slower.js';
import { readBcr, type Imported } from './import.js';

export interface Measurement {
  /** One for each number of threads, one thread first. */
  readonly runs: readonly Measured[];
  /** Every layer of `model.bcr` beside its dense self, one thread. */
  readonly layers: readonly LayerPair[];
}

export const measureStage: Stage = {
  name: 'measure',
  says: 'times the whole model on the target, beside the dense model and its peers in the same run, with one thread and with all',
  reads: ['stages/passes.bcr', 'model.bcr', 'stages/import.json'],
  writes: ['stages/measure.json'],
  wishes: ({ target, rounds }) => ({ target: [target.name, target.options], rounds }),
  run: async ({ request: { target, settings, rounds }, folder, signal, terminal }) => {
    const { inputShapes } = await folder.json<Imported>('stages/import.json');
    const [whole, model] = [await readBcr(folder, 'stages/passes.bcr'), await readBcr(folder, 'model.bcr')];
    const options = { rounds, seed: settings.seed, signal };
    const runs: Measured[] = [];
    for (const threads of target.threads) {
      terminal.err(`timing with ${threads === 1 ? 'one thread' : `${threads} threads`}\n`);
      runs.push(await target.measure(model, inputShapes, threads, options));
    }
    const [before = [], after = []] = await target.timeLayers([whole, model], inputShapes, options);
    await folder.writeJson('stages/measure.json', { runs, layers: pairLayers(before, after) } satisfies Measurement);
    return runs.map(speedText).join('; ');
  },
};

/** `1 thread: 0.42 ms, 2.1 x own-dense, 4.3 x onnxruntime-web`. */
export function speedText({ threads, contenders: [ours, ...others] }: Measured): string {
  return `${threads} thread${threads === 1 ? '' : 's'}: ${ours!.ms.toPrecision(3)} ms, ${others.map(({ who, factor }) => `${factor === null ? '?' : factor.toFixed(2)} x ${who}`).join(', ')}`;
}
