import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchLayers, startPeers, type LayersRequest } from './bench-layers.js';
import { benchModels, bytesFor, timeModel, type ModelsRequest, type StartCold } from './bench-models.js';
import type { LayersReport, ModelsReport } from './contract.js';
import { forkColdStart } from './models/fork-cold-start.js';
import { prepareModel, type NamedModel } from './models/prepare.js';
import { nodePlace } from './node-place.js';
import { PEERS } from './peers/table.js';

/** What a bench in Node is asked for besides its layers or networks. */
export interface NodeOptions {
  readonly threads: number;
  /** Measure peers of machine code too. */
  readonly native: boolean;
  /** Layers: no peers, whose waiting threads would take the cores from ours. */
  readonly alone?: boolean;
  /** Networks: start each contender in a process of its own too. Default true. */
  readonly cold?: boolean;
}

const peersOf = (native: boolean) => PEERS.filter((row) => native || !row.native);

/** `benchLayers` in this process. */
export async function benchLayersInNode(request: LayersRequest, { threads, native, alone = false }: NodeOptions): Promise<LayersReport> {
  const place = nodePlace(threads);
  return benchLayers(request, await startPeers(alone ? [] : peersOf(native), place.host), place);
}

/** `benchModels` in this process; cold starts in processes of their own, from files in a temporary folder. */
export async function benchModelsInNode(models: readonly NamedModel[], request: ModelsRequest, { threads, native, cold = true }: NodeOptions): Promise<ModelsReport> {
  const place = nodePlace(threads);
  const folder = await mkdtemp(join(tmpdir(), 'fretwork-bench-'));
  const startCold: StartCold = async (contender, model) => {
    if (!cold) return null;
    request.onProgress?.(`${model.name}: cold start of ${contender}`);
    const file = join(folder, contender === 'fretwork' || contender === 'own-dense' ? 'model.bcr' : 'model.onnx');
    await writeFile(file, bytesFor(contender, model));
    return forkColdStart({ contender, file, inputs: model.inputs, seed: request.seed, threads });
  };
  try {
    const peers = await startPeers(peersOf(native), place.host);
    return await benchModels(models, request, {
      engine: place.engine, machine: place.machine, threads, startCold,
      prepare: (model) => prepareModel(model, request),
      time: (model, timing) => timeModel(model, { ...request, timing }, peers, threads),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
