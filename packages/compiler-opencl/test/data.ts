import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const DATA: string = process.env['FRETWORK_DATA_DIR'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
export const haveData: boolean = existsSync(`${DATA}/onnx-node-tests/node.tar.gz`);
export const NO_DATA = `no real data at ${DATA}: set FRETWORK_DATA_DIR`;
export const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(`${DATA}/${path}`));
