import { decode, weightsOf, writeModel, type MappingPlan, type Model, type Tensor } from '@fretwork/format';
import { exportModel } from '@fretwork/onnx';
import { grouped } from '../../print-table.js';
import type { Stage } from '../run-stages.js';
import { pairLayers, type LayerPair } from '../slower.js';
import { readBcr, type Imported } from './import.js';
import type { Pruned } from './prune.js';

/** What the files are. */
export interface Encoded {
  readonly bcrBytes: number;
  readonly onnxBytes: number;
  /** Every layer beside its dense self, before any was put back. */
  readonly layers: readonly LayerPair[];
  /** Layers stored dense, since their sparse form is slower here; what was cut stays 0. */
  readonly putBack: readonly string[];
}

export const encodeStage: Stage = {
  name: 'encode',
  says: 'stores the model, and times every layer on the target beside its dense self: one that is slower is stored dense',
  reads: ['stages/passes.bcr', 'stages/pruned.bcr', 'stages/prune.json', 'stages/import.json'],
  writes: ['model.bcr', 'model.onnx', 'stages/encode.json'],
  wishes: ({ target, rounds, keepSlower }) => ({ target: [target.name, target.options], rounds, keepSlower }),
  run: async ({ request: { target, settings, rounds, keepSlower }, folder, signal }) => {
    const { inputShapes } = await folder.json<Imported>('stages/import.json');
    const { plan } = await folder.json<Pruned>('stages/prune.json');
    const [dense, pruned] = [await readBcr(folder, 'stages/passes.bcr'), await readBcr(folder, 'stages/pruned.bcr')];
    const [before = [], after = []] = await target.timeLayers([dense, pruned], inputShapes, { rounds, seed: settings.seed, signal });
    const layers = pairLayers(before, after);
    const isSparse = new Set(pruned.layers.filter((layer) => weightsOf(pruned, layer).some(({ tensor }) => tensor.kind === 'sparse')).map(({ name }) => name));
    const putBack = keepSlower ? [] : layers.filter(({ layer, slower }) => slower !== null && isSparse.has(layer)).map(({ layer }) => layer);
    const model = finished(pruned, plan, putBack);
    const [bcr, onnx] = [writeModel(model), exportModel(model)];
    await folder.write('model.bcr', bcr);
    await folder.write('model.onnx', onnx);
    await folder.writeJson('stages/encode.json', { bcrBytes: bcr.length, onnxBytes: onnx.length, layers, putBack } satisfies Encoded);
    return `model.bcr ${grouped(bcr.length)} bytes, model.onnx ${grouped(onnx.length)}${putBack.length === 0 ? '' : `; stored dense: ${putBack.join(', ')}`}`;
  },
};

/** The model as it is stored: with its plan, and dense where sparse was slower. */
export const finished = (pruned: Model, plan: MappingPlan, putBack: readonly string[]): Model => ({ ...storedDense(pruned, putBack), plan });

/** The same weights in dense form; a tensor that another layer reads too goes with it. */
function storedDense(model: Model, names: readonly string[]): Model {
  if (names.length === 0) return model;
  const layers = model.layers.filter(({ name }) => names.includes(name));
  const tensors = new Set(layers.flatMap((layer) => layer.inputs));
  const whole = (name: string, tensor: Tensor): Tensor => (tensors.has(name) && tensor.kind === 'sparse' ? decode(tensor) : tensor);
  return {
    ...model,
    tensors: new Map([...model.tensors].map(([name, tensor]) => [name, whole(name, tensor)])),
    layers: model.layers.map((layer) => (names.includes(layer.name) ? { ...layer, scheme: { kind: 'dense' } } : layer)),
  };
}
