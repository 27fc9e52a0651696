import { tuneModel } from '@fretwork/compiler';
import { neon } from '@fretwork/compiler-neon';
import { inferShapes } from '@fretwork/format';
import { chosenProducts, sparseVariants } from './bench-neon.js';
import type { NeonRequest, NeonTuningReport, NeonTuningRow } from './contract.js';
import { neonMeter } from './meter.js';
import { layerModel } from './own.js';

export interface NeonTuningOptions {
  /** Choices tried per layer and mask. */
  readonly trials: number;
  /** One of `NEON_COSTS`. */
  readonly cost: string;
}

/**
 * The genetic tuner on the layer set: what a layer costs as it is compiled without tuning, and what the best choice costs that is found.
 * Costs are counted or modelled, so that the same seed finds the same. Throws as `benchNeon` does.
 */
export async function benchNeonTuning(request: NeonRequest, { trials, cost }: NeonTuningOptions): Promise<NeonTuningReport> {
  const meter = await neonMeter(cost);
  const rows: NeonTuningRow[] = [];
  try {
    for (const product of chosenProducts(request).filter(({ maps }) => maps?.depthwise !== true)) {
      for (const variant of sparseVariants(request)) {
        request.onProgress?.(`tuning ${product.name} ${variant.scheme} ${variant.block!.join('x')} ${variant.sparsity}`);
        const model = layerModel(product, variant, request.seed);
        const { layers: [tuned] } = await tuneModel({ model, shapes: inferShapes(model) }, { ...neon({ weights: 'file' }), measure: meter.measure }, { seed: request.seed, trials, parallel: 2 });
        if (tuned?.how !== 'searched') continue;
        const { fallbackCost, cost: found, choice, trials: tried, unit } = tuned.entry;
        const cheaper = fallbackCost / found;
        rows.push({ product, scheme: `${variant.scheme} ${variant.block!.join('x')}`, sparsity: variant.sparsity, unit, tried, without: fallbackCost, found, cheaper, choice });
        request.onProgress?.(`${cheaper.toFixed(3)} x cheaper`);
      }
    }
    return { caption: captionOf(rows, trials, cost, request.seed), rows };
  } finally {
    await meter.dispose();
  }
}

function captionOf(rows: readonly NeonTuningRow[], trials: number, cost: string, seed: number): string {
  const [gained, lost] = [rows.filter(({ cheaper }) => cheaper > 1).length, rows.filter(({ cheaper }) => cheaper < 1).length];
  const mean = Math.exp(rows.reduce((sum, { cheaper }) => sum + Math.log(cheaper), 0) / Math.max(1, rows.length));
  return `${rows.length} layers tuned by ${rows[0]?.unit ?? cost}, up to ${trials} trials each, seed ${seed}: ${gained} (${Math.round((100 * gained) / Math.max(1, rows.length))} %) cheaper than without tuning, ${lost} dearer, ${mean.toFixed(3)} x in the geometric mean`;
}
