import type { DenseTensor, Model } from '@fretwork/format';
import { load, type RuntimeReport } from '@fretwork/runtime-wasm';
import type { Runner } from './contract.js';

export interface OwnOptions {
  readonly threads: number;
  readonly outputs: 'copies' | 'views';
  readonly memoryLimit?: number;
}

export interface OwnRunner extends Runner {
  /** Of the runtime, after at least one run. */
  report(): RuntimeReport;
}

/** Ours, sparse or dense as the model's weights are, from the record or the bytes of a `.bcr` file; what it answers is its first output. */
export async function ownRunner(model: Model | Uint8Array, inputs: Readonly<Record<string, DenseTensor>>, options: OwnOptions): Promise<OwnRunner> {
  const runtime = await load(model, options);
  let last: DenseTensor | undefined;
  const output = runtime.outputs[0]!;
  return {
    run: () => { last = runtime.run(inputs)[output]; },
    answer: () => new Float32Array(last!.data as Float32Array),
    dispose: () => runtime.dispose(),
    report: () => runtime.report(),
  };
}
