import { basename, dirname, extname, resolve } from 'node:path';
import { buildNetwork, NETWORKS } from '@fretwork/networks';
import type { NamedModel } from '@fretwork/bench';
import { openShapes } from './input-shapes.js';
import { readModelFile } from './model-file.js';

/** Models by file, or by the name of a network with random weights; open sizes are 1 where `shapes` says nothing else. */
export async function namedModels(names: readonly string[], shapes: readonly string[], command: string): Promise<readonly NamedModel[]> {
  const named: NamedModel[] = [];
  for (const name of names) {
    const model = NETWORKS.some((row) => row.name === name) ? buildNetwork(name) : (await readModelFile(name)).model;
    named.push({ name: modelName(name), model, inputShapes: openShapes(model, shapes, command) });
  }
  return named;
}

/** `light_resnet50` of its file; a folder's name where the file is called `model.onnx`. */
function modelName(path: string): string {
  const name = basename(path, extname(path));
  return name === 'model' ? basename(dirname(resolve(path))) : name;
}
