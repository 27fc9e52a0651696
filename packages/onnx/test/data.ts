import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Folder of the real data, or nothing. Tests that need it are skipped without it. */
const folder: string = process.env['FRETWORK_DATA_DIR'] ?? join(import.meta.dirname, '../../../../shared/data');

const haveData: boolean = existsSync(join(folder, 'onnx-node-tests/node.tar.gz'));

/** Ends a test as skipped, with the reason, where there is no data. */
export function needData(ctx: { skip(reason: string): void }): void {
  if (!haveData) ctx.skip('no data: set FRETWORK_DATA_DIR');
}

/** All pretrained models, by path below the data folder; without data a name for the tests that are skipped. */
export const trainedPaths: readonly string[] = !haveData ? ['models'] : [
  ...readdirSync(join(folder, 'models')).map((name) => `models/${name}/model.onnx`),
  ...readdirSync(join(folder, 'kws/models')).filter((name) => name.endsWith('.onnx')).map((name) => `kws/models/${name}`),
];

/** The same, of topologies with constant weights. */
export const topologyPaths: readonly string[] = !haveData ? ['topologies']
  : readdirSync(join(folder, 'onnx-light-topologies')).filter((name) => name.endsWith('.onnx')).map((name) => `onnx-light-topologies/${name}`);

export const readData = (path: string): Uint8Array => readFileSync(join(folder, path));
export const listData = (path: string): readonly string[] => (existsSync(join(folder, path)) ? readdirSync(join(folder, path)) : []);

/** The files of the conformance suite whose name ends in `end`, by path in the archive. */
export function nodeTests(end: string): ReadonlyMap<string, Uint8Array> {
  const tar = new Uint8Array(gunzipSync(readFileSync(join(folder, 'onnx-node-tests/node.tar.gz'))));
  const text = (from: number, length: number): string => new TextDecoder().decode(tar.subarray(from, from + length)).replace(/\0.*$/s, '');
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at < tar.length && tar[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8);
    const prefix = text(at + 345, 155);
    const path = `${prefix === '' ? '' : `${prefix}/`}${text(at, 100)}`;
    if (path.endsWith(end)) files.set(path, tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
