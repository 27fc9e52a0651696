import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EXIT } from '../src/index.js';
import { emptyFolder, fretwork } from './terminal.js';

const root = process.env['FRETWORK_DATA_DIR'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

describe('data', () => {
  it('lists every split by the spec that --data takes', async () => {
    const { code, out } = await fretwork('data', 'list');
    expect(code).toBe(EXIT.ok);
    for (const spec of ['kws/test', 'fsdd/train', 'cifar10/train-jpeg', 'fashion-mnist/train', 'mnist/all']) expect(out).toContain(spec);
  });

  it('keeps no file whose checksum is wrong', async () => {
    const at = await emptyFolder();
    vi.stubGlobal('fetch', async () => new Response(new Uint8Array(9_912_422)));
    const { code, err } = await fretwork('data', 'fetch', 'mnist', '--into', at('sets'));
    expect(code).toBe(EXIT.input);
    expect(err).toContain('fetch.checksum');
    await expect(readFile(at('sets/mnist/train-images-idx3-ubyte.gz'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses what it does not know', async () => {
    vi.stubEnv('FRETWORK_DATA_DIR', undefined);
    expect(await fretwork('data', 'drop', 'mnist')).toMatchObject({ code: EXIT.usage });
    expect(await fretwork('data', 'fetch')).toMatchObject({ code: EXIT.usage });
    expect((await fretwork('data', 'fetch', 'mnist')).err).toContain('usage.into');
    expect((await fretwork('data', 'fetch', 'imagenet', '--into', 'nowhere')).err).toContain('fetch.name');
  });
});

describe('eval finds sets by name, with the features of the model\'s input', () => {
  const cases: readonly (readonly [model: string, argv: readonly string[], count: number, least: number])[] = [
    ['kws/models/GRU_S.onnx', ['--data', 'kws'], 912, 0.85],
    ['kws/models/DS_CNN_S.onnx', ['--data', 'kws'], 912, 0.85],
    ['models/mnist-8/model.onnx', ['--data', 'mnist', '--limit', '40'], 40, 0.9],
    ['models/resnet20_cifar10/model.onnx', ['--data', 'cifar10', '--limit', '20', '--scale', '1/255', '--mean', '0.485,0.456,0.406', '--std', '0.229,0.224,0.225'], 20, 0.7],
  ];
  for (const [model, argv, count, least] of cases) {
    it(`${model}`, async (ctx) => {
      if (!existsSync(`${root}/${model}`)) ctx.skip(`no ${model}: set FRETWORK_DATA_DIR`);
      vi.stubEnv('FRETWORK_DATA_DIR', root);
      const { code, out } = await fretwork('eval', `${root}/${model}`, ...argv, '--runtime', 'wasm', '--json');
      expect(code).toBe(EXIT.ok);
      const { top1, n } = JSON.parse(out) as { top1: number; n: number };
      expect(n).toBe(count);
      expect(top1).toBeGreaterThanOrEqual(least);
    });
  }
});
