import type { DenseTensor, Model } from '@fretwork/format';
import { load, type Runtime, type RuntimeReport } from '@fretwork/runtime-wasm';
import type { Runner } from './contract.js';

export interface OwnOptions {
  readonly threads: number;
  /** Of inputs and outputs. */
  readonly tensors: 'copies' | 'views';
  readonly memoryLimit?: number;
  /** Let V8 join vectors in pairs, an experiment (`RuntimeOptions.revectorize`). */
  readonly revectorize?: boolean;
}

export interface OwnRunner extends Runner {
  /** Of the runtime, after at least one run. */
  report(): RuntimeReport;
}

/** Ours, sparse or dense as the model's weights are, from the record or the bytes of a `.bcr` file; what it answers is its first output. */
export async function ownRunner(model: Model | Uint8Array, inputs: Readonly<Record<string, DenseTensor>>, options: OwnOptions): Promise<OwnRunner> {
  const { tensors, ...others } = options;
  const runtime = await load(model, { ...others, inputs: tensors, outputs: tensors });
  const given = tensors === 'views' ? written(runtime, inputs) : inputs;
  let last: DenseTensor | undefined;
  const output = runtime.outputs[0]!;
  return {
    run: () => { last = runtime.run(given)[output]; },
    answer: () => new Float32Array(last!.data as Float32Array),
    dispose: () => runtime.dispose(),
    report: () => runtime.report(),
  };
}

/** The runtime's own inputs, holding `inputs`. */
function written(runtime: Runtime, inputs: Readonly<Record<string, DenseTensor>>): Readonly<Record<string, DenseTensor>> {
  const views = runtime.inputViews(Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape])));
  for (const [name, { data }] of Object.entries(views)) (data as Float32Array).set(inputs[name]!.data as Float32Array);
  return views;
}
