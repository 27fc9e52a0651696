import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tuneModel, type Choice } from '@fretwork/compiler';
import { neon } from '@fretwork/compiler-neon';
import { inferShapes } from '@fretwork/format';
import { chosenProducts, sparseVariants } from './bench-neon.js';
import type { NeonAblationReport, NeonAblationRow, NeonRequest } from './contract.js';
import { buildCounter, countRegions, countsOf } from './count.js';
import { neonMeter } from './meter.js';
import { buildOwn, layerModel } from './own.js';

interface Step {
  readonly name: string;
  /** From what the compiler would choose; of several the one counts that takes fewest instructions. */
  readonly choices: readonly ((chosen: Choice) => Choice)[];
}

/** Positions of a tile before anything is chosen: what is usual. */
const TILE = 16;

const without = (reorder: string, height: number) => (chosen: Choice): Choice => ({ ...chosen, reorder, height, rows: height, ...('tile' in chosen ? { tile: TILE, chunk: 0 } : {}) });

/** The papers' ablation, each step with those before it; tuning comes last, where it is asked for. */
const STEPS: readonly Step[] = [
  { name: 'none: a row at a time', choices: [without('as-stored', 1)] },
  { name: '+ reorder', choices: [without('by-columns', 1)] },
  { name: '+ load-redundancy elimination', choices: [1, 2, 4].map((height) => without('by-columns', height)) },
  { name: '+ height and tile by the cost model', choices: [(chosen) => chosen] },
];

/** What each optimisation brings, layer by layer, in executed instructions. Throws as `benchNeon` does. */
export async function benchNeonAblation(request: NeonRequest, trials: number): Promise<NeonAblationReport> {
  const rows: NeonAblationRow[] = [];
  const directory = await mkdtemp(join(tmpdir(), 'fretwork-ablation-'));
  const meter = await neonMeter();
  try {
    const plugin = await buildCounter(directory);
    for (const product of chosenProducts(request).filter(({ maps }) => maps?.depthwise !== true)) {
      for (const variant of sparseVariants(request)) {
        request.onProgress?.(`counting ${product.name} ${variant.scheme} ${variant.sparsity}`);
        const tried = STEPS.flatMap(({ name, choices }) => choices.map((choice) => ({ name, variant: { ...variant, choice } })));
        await buildOwn(product, tried.map((one) => one.variant), { seed: request.seed }, directory);
        const regions = await countRegions(plugin, directory, './own');
        const counts = await Promise.all(tried.map((_, i) => countsOf(regions.get(i)!, false, directory)));
        const own = STEPS.map(({ name }) => ({ step: name, instructions: Math.min(...counts.flatMap(({ instructions }, i) => (tried[i]!.name === name ? [instructions] : []))) }));
        if (trials > 0) {
          const model = layerModel(product, variant, request.seed);
          const { layers: [tuned] } = await tuneModel({ model, shapes: inferShapes(model) }, { ...neon({ weights: 'file' }), measure: meter.measure }, { seed: request.seed, trials, parallel: 2 });
          if (tuned?.how === 'searched') own.push({ step: `+ tuning, ${tuned.entry.trials} trials`, instructions: tuned.entry.cost });
        }
        const scheme = `${variant.scheme} ${variant.block!.join('x')}`;
        rows.push(...own.map((step): NeonAblationRow => ({ product, scheme, sparsity: variant.sparsity, ...step, fewer: own[0]!.instructions / step.instructions })));
      }
    }
    return { caption: `what each optimisation brings: instructions under qemu-aarch64, clang 14 -O2, one thread; masks even, seed ${request.seed}`, rows };
  } finally {
    await meter.dispose();
    await rm(directory, { recursive: true, force: true });
  }
}
