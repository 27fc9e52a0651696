import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FretworkError } from '@fretwork/format';
import { externalDataFrom, importModel, type ExternalData } from '@fretwork/onnx';
import type { onnx } from '../src/schema/onnx.pb.js';
import { fileOf, node } from './build.js';

let root: string;
let folder: string;

beforeAll(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'fretwork-external-'));
  folder = join(root, 'model');
  fs.mkdirSync(join(folder, 'weights'), { recursive: true });
  fs.writeFileSync(join(root, 'secret'), new Uint8Array(64).fill(7));
  fs.writeFileSync(join(folder, 'plain'), Uint8Array.from({ length: 64 }, (_, i) => i));
  fs.writeFileSync(join(folder, 'weights/inner'), new Uint8Array(64).fill(1));
  fs.symlinkSync(join(root, 'secret'), join(folder, 'link'));
  fs.symlinkSync(join(folder, 'plain'), join(folder, 'link-inside'));
  fs.symlinkSync(root, join(folder, 'folder-link'));
  fs.linkSync(join(root, 'secret'), join(folder, 'hard'));
});
afterAll(() => fs.rmSync(root, { recursive: true }));

/** A model whose weight `w`, two floats, is elsewhere. */
const modelWith = (entries: Readonly<Record<string, string>>, more: onnx.TensorFields = {}): Uint8Array => fileOf({
  inputs: [['x', [2]]], outputs: [['y', [2]]], nodes: [node('Add', ['x', 'w'], ['y'])],
  weights: [{ name: 'w', dims: [2], dataType: 1, dataLocation: 1, externalData: Object.entries(entries).map(([key, value]) => ({ key, value })), ...more }],
});

const load = (entries: Readonly<Record<string, string>>, externalData?: ExternalData): unknown =>
  importModel(modelWith(entries), externalData === undefined ? {} : { externalData }).tensors.get('w');

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof FretworkError ? error.code : String(error);
  }
  return 'nothing thrown';
};

describe('external data', () => {
  it('is off by default', () => {
    expect(code(() => load({ location: 'plain' }))).toBe('onnx.external-refused');
  });

  it('is read from the folder of the model', () => {
    const from = externalDataFrom(fs, folder);
    const bytes = Uint8Array.from({ length: 8 }, (_, i) => 8 + i);
    expect(load({ location: 'plain', offset: '8', length: '8', checksum: 'x' }, from)).toEqual({ kind: 'dense', dtype: 'f32', shape: [2], data: new Float32Array(bytes.buffer) });
    expect(code(() => load({ location: 'weights/inner' }, from))).toBe('nothing thrown');
    expect(code(() => load({ location: 'plain', offset: '56' }, from))).toBe('nothing thrown');
  });

  it.each([
    ['onnx.external-location', { location: '../secret' }],
    ['onnx.external-location', { location: 'weights/../../secret' }],
    ['onnx.external-location', { location: '/etc/hostname' }],
    ['onnx.external-location', { location: 'C:\\secret' }],
    ['onnx.external-location', { location: 'a\u0000b' }],
    ['onnx.external-location', { location: './plain' }],
    ['onnx.external-location', { location: '' }],
    ['onnx.external-location', {}],
    ['onnx.external-escape', { location: 'link' }],
    ['onnx.external-escape', { location: 'link-inside' }],
    ['onnx.external-escape', { location: 'folder-link/secret' }],
    ['onnx.external-escape', { location: 'hard' }],
    ['onnx.external-escape', { location: 'weights' }],
    ['onnx.external-missing', { location: 'nowhere' }],
    ['onnx.external-range', { location: 'plain', offset: '57' }],
    ['onnx.external-range', { location: 'plain', offset: '9007199254740991' }],
    ['onnx.external-range', { location: 'plain', offset: '-8' }],
    ['onnx.external-range', { location: 'plain', offset: '1e1' }],
    ['onnx.external-range', { location: 'plain', length: '4' }],
    ['onnx.external-key', { location: 'plain', basepath: '/' }],
    ['onnx.external-key', { location: 'plain', __class__: 'x' }],
  ])('%s: %o', (expected, entries) => {
    expect(code(() => load(entries, externalDataFrom(fs, folder)))).toBe(expected);
  });

  it('judges the file it opened, not the one it looked at', () => {
    const swapped: typeof fs = { ...fs, openSync: ((_path: string, flags: number) => fs.openSync(join(root, 'secret'), flags)) as typeof fs.openSync };
    expect(code(() => load({ location: 'plain' }, externalDataFrom(swapped, folder)))).toBe('onnx.external-escape');
  });

  it('refuses a key that is there twice, and a resolver that gives too little', () => {
    const twice = modelWith({ location: 'plain' }, { externalData: [{ key: 'location', value: 'plain' }, { key: 'location', value: '../secret' }] });
    expect(code(() => importModel(twice, { externalData: externalDataFrom(fs, folder) }))).toBe('onnx.external-key');
    expect(code(() => load({ location: 'plain' }, () => new Uint8Array(4)))).toBe('onnx.external-range');
  });

  it('counts against the limit of tensor bytes before anything is read', () => {
    const huge = modelWith({ location: 'plain' }, { dims: [2 ** 40] });
    let asked = false;
    expect(code(() => importModel(huge, { externalData: () => { asked = true; return new Uint8Array(0); } }))).toBe('onnx.tensors-too-large');
    expect(asked).toBe(false);
  });
});
