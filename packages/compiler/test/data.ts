import { importModel } from '@fretwork/onnx';
import type { Model } from '@fretwork/format';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of the real data, or nothing. Tests that need it are skipped without it. */
const folder: string = process.env['FRETWORK_DATA_DIR'] ?? join(import.meta.dirname, '../../../../shared/data');

export const haveData: boolean = existsSync(join(folder, 'models'));
export const NO_DATA = 'no data: set FRETWORK_DATA_DIR';

/** All pretrained models and topologies, by path below the data folder. */
export const modelPaths: readonly string[] = !haveData ? [] : [
  ...readdirSync(join(folder, 'models')).map((name) => `models/${name}/model.onnx`),
  ...readdirSync(join(folder, 'kws/models')).filter((name) => name.endsWith('.onnx')).map((name) => `kws/models/${name}`),
];

export const readModel = (path: string): Model => importModel(readFileSync(join(folder, path)));
