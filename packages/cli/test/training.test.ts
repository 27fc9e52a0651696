import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { writeNpy } from '@fretwork/datasets';
import { densityOf, readModel } from '@fretwork/format';
import { exportModel } from '@fretwork/onnx';
import { beforeEach, describe, expect, it } from 'vitest';
import { EXIT, main } from '../src/index.js';
import { engine } from '../src/training/engine.js';
import { lasting } from '../src/training/recipe-file.js';
import { smallData } from './small-data.js';
import { smallModel } from './small-model.js';
import { emptyFolder, fretwork, type Ran } from './terminal.js';

let at: (name: string) => string;
let data: readonly string[];
beforeEach(async () => {
  at = await emptyFolder();
  await writeFile(at('small.onnx'), exportModel(smallModel()));
  data = ['--data', await smallData(at, 'train', 96, 5), '--test', await smallData(at, 'test', 64, 6), '--batch', '16'];
});

const json = (text: string): Record<string, never> => JSON.parse(text) as Record<string, never>;

/** Runs until the epoch named has been told, and presses Ctrl-C then. */
async function stoppedAt(epoch: string, argv: readonly string[]): Promise<Ran> {
  let [out, err, pressed] = ['', '', false];
  const code = await main(argv, {
    out: (text) => void (out += text),
    err: (text) => {
      err += text;
      if (pressed || !text.startsWith(`epoch ${epoch}`)) return;
      pressed = true;
      process.emit('SIGINT');
    },
  });
  return { code, out, err };
}

describe('train', () => {
  const again = (): readonly string[] => ['train', at('small.onnx'), ...data, '--epochs', '3', '--learning-rate', '0.02', '--augment', 'noise=0.5', '--seed', '3'];

  it('learns: a network whose answers are turned round comes to agree with the labels', async () => {
    const model = smallModel();
    const forgetful = { ...model, tensors: new Map([...model.tensors].map(([name, t]) => [name, name === 'w3' ? { ...t, data: (t as { data: Float32Array }).data.map((v) => -v) } : t])) };
    await writeFile(at('forgetful.onnx'), exportModel(forgetful as never));
    const { code, out, err } = await fretwork('train', at('forgetful.onnx'), ...data, '--epochs', '20', '--learning-rate', '0.03', '-o', at('out.onnx'), '--json');
    expect(err).toContain('epoch 20/20 train: loss ');
    expect(code).toBe(EXIT.ok);
    const { before, after } = json(out) as unknown as { before: { accuracy: number }; after: { accuracy: number } };
    expect(before.accuracy).toBeLessThan(0.3);
    expect(after.accuracy).toBeGreaterThan(before.accuracy + 0.3);
  });

  it('stops on Ctrl-C with a checkpoint, and resumes to the same bytes', async () => {
    expect((await fretwork(...again(), '-o', at('whole.bcr'))).code).toBe(EXIT.ok);
    const stop = await stoppedAt('2/3', [...again(), '-o', at('parts.bcr')]);
    expect(stop.code).toBe(EXIT.stopped);
    expect(stop.err).toContain('--resume');
    expect(existsSync(at('parts.bcr'))).toBe(false);
    const other = await fretwork(...again().map((word) => (word === '0.02' ? '0.03' : word)), '-o', at('parts.bcr'), '--resume');
    expect(other.err).toContain('checkpoint.other');
    const rest = await fretwork(...again(), '-o', at('parts.bcr'), '--resume');
    expect(rest.err).not.toContain('epoch 1/3');
    expect(await readFile(at('parts.bcr'))).toEqual(await readFile(at('whole.bcr')));
    expect(existsSync(at('parts.bcr.checkpoint'))).toBe(false);
  });

  it('writes a recipe that makes the same bytes again, and notices other bytes', async () => {
    await fretwork(...again(), '-o', at('first.bcr'));
    const recipe = at('first.bcr.recipe.json');
    const same = await fretwork('reproduce', recipe, '-o', at('second.bcr'));
    expect(same).toMatchObject({ code: EXIT.ok });
    expect(await readFile(at('second.bcr'))).toEqual(await readFile(at('first.bcr')));
    const changed = (await readFile(recipe, 'utf8')).replace('"0.02"', '"0.021"');
    await writeFile(recipe, changed);
    expect(await fretwork('reproduce', recipe, '-o', at('third.bcr'))).toMatchObject({ code: EXIT.no });
  });

  it('builds networks of --arch, with the class count that is asked for', async () => {
    const [x, y] = [at('grey_x.npy'), at('grey_y.npy')];
    const { writeNpy } = await import('@fretwork/datasets');
    const draw = Float32Array.from({ length: 8 * 784 }, (_, i) => Math.sin(i * i));
    await writeFile(x, writeNpy({ dtype: 'f32', shape: [8, 1, 28, 28], data: draw }));
    await writeFile(y, writeNpy({ dtype: 'i32', shape: [8], data: Int32Array.from({ length: 8 }, (_, i) => i % 3) }));
    const argv = ['train', '--arch', 'vgg-small', '--option', 'width=2', '--option', 'hidden=8', '--option', 'classes=3', '--data', `npy:${x},${y}`, '--test', `npy:${x},${y}`];
    expect((await fretwork(...argv, '--batch', '4', '--epochs', '1', '-o', at('vgg.bcr'))).code).toBe(EXIT.ok);
    expect(readModel(new Uint8Array(await readFile(at('vgg.bcr')))).tensors.get('fc2.weight')!.shape).toEqual([3, 8]);
    expect((await fretwork(...argv, '--option', 'depth=4', '-o', at('no.bcr'))).err).toContain('network.option');
  });

  it('refuses samples that do not fit the model', async () => {
    const ran = await fretwork('train', '--arch', 'vgg-small', '--option', 'width=2', ...data, '-o', at('x.onnx'));
    expect(ran).toMatchObject({ code: EXIT.input });
    expect(ran.err).toContain('eval.shape');
  });

  it('refuses what makes no sense, with exit code 2', async () => {
    for (const [argv, code] of [
      [['train', '-o', 'x.onnx', '--data', 'kws'], 'usage.operand'], [['train', 'a.onnx', '--arch', 'gru', '-o', 'x.onnx'], 'usage.operand'], [['train', '--arch', 'gru'], 'usage.output'],
      [['train', at('small.onnx'), '-o', 'x.onnx', '--optimiser', 'luck'], 'usage.optimiser'], [['train', at('small.onnx'), '-o', 'x.onnx', ...data, '--augment', 'crop'], 'usage.augment'],
      [['train', at('small.onnx'), '-o', 'x.onnx', '--data', 'npy:a.npy,b.npy'], 'usage.test'],
    ] as const) {
      const ran = await fretwork(...argv);
      expect(ran.err).toContain(code);
      expect(ran.code).toBe(EXIT.usage);
    }
  });
});

describe('prune with data', () => {
  const methods: readonly (readonly [method: string, settings: readonly string[], rate: readonly string[]])[] = [
    ['magnitude', ['epochs=2'], ['--rate', '4']],
    ['calibrated', ['samples=64', 'epochs=2', 'distillation=0.5'], ['--rate', '4']],
    ['gradual', ['steps=2', 'epochs=1'], ['--rate', '4']],
    ['admm', ['rho=adaptive:0.01', 'epochs-per-stage=2', 'update-every=1', 'epochs=1'], ['--rate', '4']],
    ['reweighted', ['rounds=2', 'epochs-per-round=1', 'epochs=1'], ['--rate', '4']],
  ];
  const call = (method: string, settings: readonly string[], rate: readonly string[]): readonly string[] =>
    ['prune', at('small.onnx'), '--method', method, ...settings.flatMap((s) => ['--set', s]), ...rate, '--scheme', 'bcr', '--block', '4x4', '--skip-first', ...data, '--learning-rate', '0.005'];

  for (const [method, settings, rate] of methods) {
    it(`${method}: stops, resumes to the same bytes, and its recipe reproduces them`, async () => {
      const whole = await fretwork(...call(method, settings, rate), '-o', at('whole.bcr'), '--json');
      expect(whole.err).toMatch(/epoch \d+\/\d+ /);
      expect(whole.code).toBe(EXIT.ok);
      const report = json(whole.out) as unknown as { rate: number; before: { accuracy: number }; after: { accuracy: number } };
      expect(report.before.accuracy).toBe(1);
      expect(report.rate).toBeGreaterThan(3);
      const sparse = readModel(new Uint8Array(await readFile(at('whole.bcr'))));
      expect(densityOf(sparse.tensors.get('w2')!)).toBeLessThanOrEqual(method === 'reweighted' ? 0.9 : 0.26);
      expect(sparse.layers.find(({ name }) => name === 'second')!.scheme).toMatchObject({ kind: 'bcr' });
      expect(sparse.recipe!.steps.at(-1)!.tool).toBe('fretwork prune');

      expect((await stoppedAt('1/', [...call(method, settings, rate), '-o', at('parts.bcr')])).code).toBe(EXIT.stopped);
      expect((await fretwork(...call(method, settings, rate), '-o', at('parts.bcr'), '--resume')).code).toBe(EXIT.ok);
      expect(await readFile(at('parts.bcr'))).toEqual(await readFile(at('whole.bcr')));
      expect(await fretwork('reproduce', at('whole.bcr.recipe.json'), '-o', at('again.bcr'))).toMatchObject({ code: EXIT.ok });
    });
  }

  it('calibration needs no training, and loses less than magnitude', async () => {
    const after = async (method: string): Promise<number> => (json((await fretwork(...call(method, [], ['--rate', '2']), '-o', at('x.bcr'), '--json')).out) as unknown as { after: { loss: number } }).after.loss;
    expect(await after('calibrated')).toBeLessThan(await after('magnitude'));
  });

  it('holds samples out and judges by them', async () => {
    const { out } = await fretwork(...call('magnitude', ['epochs=1'], ['--rate', '2']), '--holdout', '16', '-o', at('x.bcr'));
    expect(out).toContain('on samples held out: 100.0%');
  });

  it('finds the rate for a target over the whole model, and the highest that a drop allows', async () => {
    const found = json((await fretwork('prune', at('small.onnx'), '--target', 'rate=2', '--skip-first', '-o', at('x.bcr'), '--json')).out) as unknown as { total: { rate: number } };
    expect(found.total.rate).toBeGreaterThanOrEqual(2);
    const ran = await fretwork(...call('magnitude', [], []), '--target', 'max-drop=0.2', '--holdout', '32', '-o', at('y.bcr'), '--json');
    const held = (json(ran.out) as unknown as { heldOut: { before: { accuracy: number }; after: { accuracy: number } } }).heldOut;
    expect(held.before.accuracy - held.after.accuracy).toBeLessThanOrEqual(0.2);
    expect(ran.err).toContain('does not hold');
  });

  it('goes on from a model that is pruned, with the dense one as teacher', async () => {
    expect((await fretwork(...call('calibrated', ['samples=64', 'epochs=1', 'distillation=0.9'], ['--rate', '2']), '-o', at('half.bcr'))).code).toBe(EXIT.ok);
    const words = (method: string): readonly string[] => call(method, ['epochs=2', 'distillation=0.9'], ['--rate', '4']).map((word) => (word === at('small.onnx') ? at('half.bcr') : word));
    const { out, err, code } = await fretwork(...words('calibrated'), '--teacher', at('small.onnx'), '--augment', 'mix=0.3', '-o', at('x.bcr'), '--json');
    expect(err).not.toContain('error');
    expect(code).toBe(EXIT.ok);
    const result = json(out) as unknown as { rate: number; before: { accuracy: number }; teacher: { accuracy: number } };
    expect(result.rate).toBeGreaterThan(3.5);
    expect(result.teacher.accuracy).toBe(1);
    expect(result.before.accuracy).toBeLessThan(1);
    expect(await fretwork('reproduce', at('x.bcr.recipe.json'), '-o', at('again.bcr'))).toMatchObject({ code: EXIT.ok });
    // What is learnt depends on who teaches.
    await fretwork(...words('calibrated'), '--augment', 'mix=0.3', '-o', at('y.bcr'));
    expect(await readFile(at('y.bcr'))).not.toEqual(await readFile(at('x.bcr')));
  });

  it('trains on further samples by the answers of the teacher: their labels are not read', async () => {
    const more = await smallData(at, 'more', 48, 7);
    const wrong = more.replace('more_y', 'wrong_y');
    await writeFile(at('wrong_y.npy'), writeNpy({ dtype: 'i32', shape: [48], data: new Int32Array(48).fill(3) }));
    const words = call('magnitude', ['epochs=2', 'distillation=0.5'], ['--rate', '4']);
    const made = async (name: string, ...extra: readonly string[]): Promise<Buffer> => {
      expect(await fretwork(...words, ...extra, '-o', at(name))).toMatchObject({ code: EXIT.ok });
      return await readFile(at(name));
    };
    const right = await made('right.bcr', '--extra', more);
    expect(densityOf(readModel(new Uint8Array(right)).tensors.get('w2')!)).toBeLessThanOrEqual(0.26);
    const [weights, others] = [right, await made('wrong.bcr', '--extra', wrong)].map((bytes) => readModel(new Uint8Array(bytes)).tensors);
    expect(weights).toEqual(others);
    expect(readModel(new Uint8Array(await made('none.bcr'))).tensors).not.toEqual(weights);
    expect(readModel(new Uint8Array(await made('few.bcr', '--extra', more, '--extra-limit', '16'))).tensors).not.toEqual(weights);
    expect(json(await readFile(at('right.bcr.recipe.json'), 'utf8')) as unknown).toMatchObject({ inputs: { extra: expect.stringMatching(/^[0-9a-f]{64}$/) as string } });
    expect(await fretwork(...words, '--extra-limit', '16', '-o', at('x.bcr'))).toMatchObject({ code: EXIT.usage, err: expect.stringContaining('usage.extra') as string });
  });

  it('calibrated layers share the rate where they are asked to', async () => {
    const rates = async (shares: string): Promise<readonly number[]> => {
      const { out } = await fretwork(...call('calibrated', ['samples=64', `shares=${shares}`], ['--rate', '3']), '-o', at('x.bcr'), '--json');
      const { layers, pruned } = json(out) as unknown as { layers: readonly { layer: string; rate: number }[]; pruned: { rate: number } };
      expect(pruned.rate).toBeGreaterThan(2.5);
      return layers.map(({ rate }) => rate);
    };
    expect(await rates('error')).not.toEqual(await rates('even'));
  });

  it('shrinks where filters are gone', async () => {
    await fretwork('prune', at('small.onnx'), '--scheme', 'filter', '--rate', '2', '--shrink', '-o', at('x.bcr'));
    expect(readModel(new Uint8Array(await readFile(at('x.bcr')))).tensors.get('w1')!.shape).toEqual([8, 1, 3, 3]);
  });

  it('refuses settings that the method does not have', async () => {
    for (const [settings, code] of [[['rho=adaptive:0.1'], 'usage.set'], [['epochs=-1'], 'usage.set'], [['epochs'], 'usage.set']] as const) {
      expect(await fretwork(...call('gradual', settings, ['--rate', '2']), '-o', at('x.bcr'))).toMatchObject({ code: EXIT.usage, err: expect.stringContaining(code) as string });
    }
    expect((await fretwork('prune', at('small.onnx'), '--method', 'admm', '--rate', '2', '-o', at('x.bcr'))).err).toContain('usage.data');
  });
});

describe('sensitivity', () => {
  it('prints a row for each layer, and names those that lose most', async () => {
    const argv = ['sensitivity', at('small.onnx'), '--data', data[3]!, '--scheme', 'unstructured', '--rates', '2,8', '--max-drop', '0.05'];
    const { code, out } = await fretwork(...argv);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/^layer +weights +2x +8x\n/);
    const scan = json((await fretwork(...argv, '--json')).out) as unknown as { baseline: number; layers: { layer: string; points: { drop: number }[] }[]; sensitive: string[] };
    expect(scan.baseline).toBe(1);
    expect(scan.layers.map(({ layer }) => layer)).toEqual(['first', 'second', 'scores']);
    expect(scan.sensitive).toEqual(scan.layers.filter(({ points }) => points[1]!.drop > 0.05).map(({ layer }) => layer));
    expect(scan.sensitive.length).toBeGreaterThan(0);
  });
});

describe('the engine', () => {
  it('says what to install where it is missing', async () => {
    await expect(engine({ threads: 1, load: () => Promise.reject(new Error('no such module')) })).rejects.toMatchObject({ code: 'engine.missing', message: expect.stringContaining('npm install onnxruntime-node') as string });
  });
});

describe('recipes', () => {
  it('leave out where things go', () => {
    expect(lasting(['a.onnx', '-o', 'x.bcr', '--rate', '4', '--recipe', 'r.json', '--output=y.bcr', '--resume', '--json', '--checkpoint', 'c'])).toEqual(['a.onnx', '--rate', '4']);
  });
  it('are read with care', async () => {
    await writeFile(at('bad.json'), '{"command": "run"}');
    expect((await fretwork('reproduce', at('bad.json'), '-o', at('x.bcr'))).err).toContain('recipe.file');
    await writeFile(at('bad.json'), '{"command": "run", "arguments": [], "result": {"model": ""}}');
    expect((await fretwork('reproduce', at('bad.json'), '-o', at('x.bcr'))).err).toContain('recipe.command');
  });
});
