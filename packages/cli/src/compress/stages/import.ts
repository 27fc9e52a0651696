import { createTrainingSession, sgd } from '@fretwork/autodiff';
import { checkModel, FretworkError, readModel, writeModel, type Model } from '@fretwork/format';
import { planBatches } from '../../evaluate.js';
import { sha256 } from '../../files.js';
import { readModelFile } from '../../model-file.js';
import { grouped, plain } from '../../print-table.js';
import type { CompressRequest, InputShapes } from '../contract.js';
import type { Folder } from '../folder.js';
import type { Stage } from '../run-stages.js';

/** What the model file is, for the stages that come later. */
export interface Imported {
  readonly name: string;
  readonly bytes: number;
  readonly hash: string;
  readonly inputShapes: InputShapes;
}

export const importStage: Stage = {
  name: 'import',
  says: 'reads the model, and sees whether the data fits it and the target can run it',
  reads: [],
  writes: ['stages/import.bcr', 'stages/import.json'],
  wishes: ({ model, target, splits: { train, validation, test } }) => ({ model, target: target.name, data: [train.hash, validation.hash, test.hash] }),
  run: async ({ request, folder }) => {
    const { path, externalData } = request.model;
    const { model, bytes } = await readModelFile(path, { externalData });
    checkModel(model);
    const inputShapes = shapesFor(model, request);
    const refused = await request.target.supports(model, inputShapes);
    if (refused.length > 0) throw unsupported(request.target.says, refused);
    await checkTraining(model, request);
    await folder.write('stages/import.bcr', writeModel(model));
    await folder.writeJson('stages/import.json', { name: model.name, bytes: bytes.length, hash: sha256(bytes), inputShapes } satisfies Imported);
    return `${plain(model.name)}: ${model.layers.length} layers, ${grouped(bytes.length)} bytes`;
  },
};

/** One sample at a time, as people wait for it, or the batch that the model fixes. Throws `eval.*` where the samples do not fit. */
function shapesFor(model: Model, { splits }: CompressRequest): InputShapes {
  const [train] = [splits.train, splits.validation, splits.test].map((samples) => planBatches(model, samples, 1));
  return { [train!.input.name]: train!.shape };
}

function unsupported(target: string, refused: readonly { readonly layer: string; readonly operator: string; readonly reason: string }[]): FretworkError {
  const [first] = refused as [typeof refused[number]];
  return new FretworkError('compress.unsupported', `${target} cannot run this model: ${refused.map(({ layer, operator, reason }) => `${plain(layer)} (${plain(operator)}): ${reason}`).slice(0, 5).join('; ')}`, {
    layer: first.layer, hint: 'replace that operator before the model is exported, or choose another target',
  });
}

/** Before hours of work, not after: a model whose gradients are not known is refused now. */
async function checkTraining(model: Model, { engine }: CompressRequest): Promise<void> {
  const session = createTrainingSession(model, { loss: { kind: 'cross-entropy' }, optimiser: sgd(), rate: 0, sessions: engine.sessions });
  await session.dispose();
}

/** A model of OUT. */
export const readBcr = async (folder: Folder, name: string): Promise<Model> => readModel(await folder.read(name));
