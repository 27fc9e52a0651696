import type { DenseTensor } from '@fretwork/format';
import { load, type LayerReport } from '@fretwork/runtime-wasm';
import type { LayerTime } from '../contract.js';

const [WARM_UP, COUNTED] = [20, 40];

/** Milliseconds of each layer of ours, sparse and dense, means of 40 runs after 20: where the time goes, and what pruning did to each. */
export async function timeByLayer(sparse: Uint8Array, dense: Uint8Array, inputs: Readonly<Record<string, DenseTensor>>, threads: number): Promise<readonly LayerTime[]> {
  const [own, whole] = [await layerTimes(sparse, inputs, threads), await layerTimes(dense, inputs, threads)];
  const total = [...own.values()].reduce((sum, { ms }) => sum + ms, 0);
  return [...own].map(([layer, { ms, report }]): LayerTime => ({
    layer, operator: report.operator, ms, share: ms / total, denseMs: whole.get(layer)?.ms ?? null,
    kept: report.weights === 0 ? null : report.nnz / report.weights, kernel: report.kernel, why: report.why, fused: report.fused,
  }));
}

async function layerTimes(model: Uint8Array, inputs: Readonly<Record<string, DenseTensor>>, threads: number): Promise<ReadonlyMap<string, { readonly ms: number; readonly report: LayerReport }>> {
  const runtime = await load(model, { threads, timings: true, outputs: 'views' });
  try {
    for (let i = 0; i < WARM_UP; i++) runtime.run(inputs);
    const before = new Map(runtime.report().layers.map(({ layer, ms }) => [layer, ms ?? 0]));
    for (let i = 0; i < COUNTED; i++) runtime.run(inputs);
    return new Map(runtime.report().layers.flatMap((report) => {
      if (report.ms === undefined) return [];
      const ms = (report.ms * (WARM_UP + COUNTED) - before.get(report.layer)! * WARM_UP) / COUNTED;
      return [[report.layer, { ms, report }] as const];
    }));
  } finally {
    runtime.dispose();
  }
}
