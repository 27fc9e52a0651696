import { spawnSync } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readNpy, writeNpy } from '@fretwork/datasets';
import { readModel, writeModel } from '@fretwork/format';
import { exportModel, writeTensorProto } from '@fretwork/onnx';
import { createInterpreter } from '@fretwork/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { random } from '@fretwork/conformance';
import { COMMANDS, EXIT } from '../src/index.js';
import { smallModel } from './small-model.js';
import { emptyFolder, fretwork } from './terminal.js';

const model = smallModel();
let onnx: Uint8Array;
beforeAll(() => { onnx = exportModel(model); });

const images = (n: number): Float32Array => {
  const draw = random(11);
  return Float32Array.from({ length: n * 36 }, () => draw.normal());
};

/** The model's own answers as labels: an unpruned model must be right on all of them. */
const ownLabels = (data: Float32Array, n: number): Int32Array => {
  const scores = createInterpreter(model).run({ image: { kind: 'dense', dtype: 'f32', shape: [n, 1, 6, 6], data } })['scores']!.data as Float32Array;
  return Int32Array.from({ length: n }, (_, i) => {
    const row = scores.subarray(i * 4, i * 4 + 4);
    return row.indexOf(Math.max(...row));
  });
};

describe('the table of commands', () => {
  it.each(COMMANDS.map((command) => [command.name, command] as const))('%s has help with an example', async (name, command) => {
    const { code, out } = await fretwork(name, '--help');
    expect(code).toBe(EXIT.ok);
    expect(out).toContain(command.says);
    expect(out).toContain(`fretwork ${name} `);
    for (const option of command.options) expect(out).toContain(`--${option.name}`);
  });
  it('prints all commands, and its version', async () => {
    const { code, out } = await fretwork('--help');
    expect(code).toBe(EXIT.ok);
    for (const command of COMMANDS) expect(out).toContain(command.says);
    expect((await fretwork('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
  it.each([
    [['frobnicate'], 'usage.command'], [['inspect'], 'usage.operand'], [['inspect', 'a.bcr', 'b.bcr'], 'usage.operand'], [['inspect', '--frob', 'a.bcr'], 'usage.option'],
    [['prune', 'a.bcr', '-o', 'b.bcr'], 'usage.rate'], [['prune', 'a.bcr', '--rate', '0.5', '-o', 'b.bcr'], 'usage.number'],
    [['prune', 'a.bcr', '--rate', '4', '--block', '8by32', '-o', 'b.bcr'], 'usage.block'], [['prune', 'a.bcr', '--rate', '4', '--scheme', 'lottery', '-o', 'b.bcr'], 'usage.scheme'],
    [['prune', 'a.bcr', '--rate', '4'], 'usage.output'],
  ])('refuses %j with exit code 2', async (argv, code) => {
    const ran = await fretwork(...argv);
    expect(ran.code).toBe(EXIT.usage);
    expect(ran.err).toContain(`[${code}]`);
    expect(ran.err).toContain('→');
  });
  it('names a missing file, with exit code 3', async () => {
    const ran = await fretwork('inspect', 'nowhere.bcr');
    expect(ran.code).toBe(EXIT.input);
    expect(ran.err).toContain('nowhere.bcr: there is no such file');
  });
});

describe('prune, verify, inspect, convert', () => {
  it('prune writes a smaller model that verifies, carries its recipe and is the same each time', async () => {
    const at = await emptyFolder();
    await writeFile(at('model.onnx'), onnx);
    const ran = await fretwork('prune', at('model.onnx'), '--scheme', 'bcr', '--block', '4x4', '--rate', '4', '--skip', 'first', '-o', at('pruned.bcr'), '--json');
    expect(ran).toMatchObject({ code: 0, err: '' });
    const pruned = readModel(new Uint8Array(await readFile(at('pruned.bcr'))));
    const second = pruned.layers.find((l) => l.name === 'second')!;
    expect(second.scheme).toEqual({ kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 4, rowShare: 0.5 });
    expect(pruned.tensors.get('w2')!.kind).toBe('sparse');
    expect(pruned.tensors.get('w1')!.kind).toBe('dense');
    expect(pruned.recipe!.steps).toHaveLength(1);
    expect(JSON.parse(pruned.recipe!.steps[0]!.options)).toEqual({ method: 'magnitude', allocation: 'balanced', skipFirst: false, scheme: { kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 4, rowShare: 0.5 }, skip: ['first'] });
    await fretwork('prune', at('model.onnx'), '--scheme', 'bcr', '--block', '4x4', '--rate', '4', '--skip', 'first', '-o', at('again.bcr'));
    expect(await readFile(at('again.bcr'))).toEqual(await readFile(at('pruned.bcr')));
    expect((await fretwork('verify', at('pruned.bcr'))).code).toBe(0);
    expect((await readdir(at('.'))).sort()).toEqual(['again.bcr', 'model.onnx', 'pruned.bcr']);
  });

  it('verify ends with 1 and names the broken rule', async () => {
    const at = await emptyFolder();
    const bytes = writeModel(model);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(at('broken.bcr'), bytes);
    const ran = await fretwork('verify', at('broken.bcr'), '--json');
    expect(ran.code).toBe(EXIT.no);
    const verdict = JSON.parse(ran.out) as { ok: boolean; code: string };
    expect(verdict.ok).toBe(false);
    expect(verdict.code).toMatch(/^section\./);
    expect((await fretwork('verify', at('broken.bcr'))).err).toContain(`[${verdict.code}]`);
    expect((await fretwork('verify', at('missing.bcr'))).code).toBe(EXIT.input);
  });

  it('verify ends with 1 and the code for every file that breaks one rule', async () => {
    const attacks = new URL('../../format/attacks/', import.meta.url);
    const files = (await readdir(attacks)).filter((name) => name.endsWith('.bcr'));
    expect(files.length).toBeGreaterThan(100);
    for (const file of files) {
      const ran = await fretwork('verify', fileURLToPath(new URL(file, attacks)), '--json');
      expect([ran.code, (JSON.parse(ran.out) as { code: string }).code], file).toEqual([EXIT.no, file.slice(0, -'.bcr'.length)]);
    }
  });

  it('an option that may come more than once takes several words, and leaves the model its own', async () => {
    const at = await emptyFolder();
    await writeFile(at('model.onnx'), onnx);
    const ran = await fretwork('prune', '--rate', '2', '--block', '4x4', '-o', at('a.bcr'), '--skip', 'first', 'scores', at('model.onnx'));
    expect(ran).toMatchObject({ code: 0, err: '' });
    const pruned = readModel(new Uint8Array(await readFile(at('a.bcr'))));
    expect(JSON.parse(pruned.recipe!.steps[0]!.options)).toMatchObject({ skip: ['first', 'scores'] });
  });

  it('says what is wrong with a file that cannot be read or written', async () => {
    const at = await emptyFolder();
    await writeFile(at('model.onnx'), onnx);
    await writeFile(at('noise.txt'), Uint8Array.of(0xff, 0xfe, 0xfd));
    expect((await fretwork('inspect', at('noise.txt'))).err).toContain('[text.encoding]');
    expect((await fretwork('conformance', at('nowhere'))).err).toContain('there is no such file');
    expect((await fretwork('inspect', at('.'))).err).toContain('this is a folder');
    expect((await fretwork('convert', at('model.onnx'), at('no/folder.bcr'))).err).toContain('the folder does not exist');
    await writeFile(at('x.npy'), writeNpy({ dtype: 'f32', shape: [1, 1, 6, 6], data: images(1) }));
    expect((await fretwork('run', at('model.onnx'), '--input', at('x.npy'), '-o', at('noise.txt')))).toMatchObject({ code: EXIT.input });
    expect((await fretwork('eval', at('model.onnx'), '--data', `npy:${at('noise.txt')},${at('x.npy')}`)).err.match(/npy\.magic/g)).toHaveLength(1);
  });

  it('inspect tells shapes, parameters, MACs, density and bytes per layer', async () => {
    const at = await emptyFolder();
    await writeFile(at('model.onnx'), onnx);
    await fretwork('prune', at('model.onnx'), '--block', '4x4', '--rate', '4', '-o', at('pruned.bcr'));
    const ran = await fretwork('inspect', at('pruned.bcr'), '--json');
    const report = JSON.parse(ran.out) as { layers: { name: string; operator: string; macs: number; parameters: number; density: number; scheme: string; encoding: string }[]; totals: { parameters: number } };
    expect(report.layers.map((l) => l.operator)).toEqual(['Conv', 'Relu', 'Conv', 'GlobalAveragePool', 'Flatten', 'Gemm']);
    const second = report.layers[2]!;
    expect(second).toMatchObject({ name: 'second', parameters: 256, macs: 256 * 36 });
    expect(second.density).toBeCloseTo(0.25, 2);
    expect(report.totals.parameters).toBe(144 + 256 + 64 + 4);
    expect((await fretwork('inspect', at('model.onnx'))).out).toContain('second');
  });

  it('explain shows layers before and after the passes, and what became of each', async () => {
    const at = await emptyFolder();
    await writeFile(at('model.onnx'), onnx);
    const ran = await fretwork('explain', at('model.onnx'), '--json');
    const report = JSON.parse(ran.out) as { before: { name: string; notes: { says: string }[] }[]; after: { name: string; activation?: { kind: string } }[]; memory: { peakBytes: number } };
    expect(report.before).toHaveLength(6);
    expect(report.before[1]!.notes[0]!.says).toBe('applied by first');
    expect(report.after[0]).toMatchObject({ name: 'first', activation: { kind: 'relu' } });
    expect(report.memory.peakBytes).toBeGreaterThan(0);
    expect((await fretwork('explain', at('model.onnx'))).out).toContain('6 layers → 5');
    expect((await fretwork('explain', at('model.onnx'), '--shape', 'image=1x1x6')).err).toContain('[usage.shape]');
  });

  it('compile tunes layers under the emulator, and does not search what its log knows', { timeout: 240_000 }, async (ctx) => {
    if (!['clang-14', 'qemu-aarch64', 'gcc'].every((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0)) ctx.skip('no cross compiler or no qemu-aarch64: node tools/system-packages.mjs');
    const at = await emptyFolder();
    await writeFile(at('model.onnx'), onnx);
    const args = ['compile', at('model.onnx'), '--target', 'neon', '--tune', '3', '--tuning-log', at('neon.log'), '-o', at('out'), '--json'] as const;
    const tunedOf = async (): Promise<{ how: string; entry?: { unit: string; cost: number; fallbackCost: number } }[]> => {
      const ran = await fretwork(...args);
      expect(ran.code, ran.err).toBe(0);
      return (JSON.parse(ran.out) as { tuned: [] }).tuned;
    };
    const first = (await tunedOf()).filter(({ how }) => how !== 'skipped');
    expect(first.length).toBeGreaterThan(0);
    for (const { entry } of first) expect(entry!.cost).toBeLessThanOrEqual(entry!.fallbackCost);
    expect(first[0]!.entry!.unit).toBe('instructions');
    expect((await tunedOf()).filter(({ how }) => how !== 'skipped').map(({ how }) => how)).toEqual(first.map(() => 'known'));
    expect((await fretwork('compile', at('model.onnx'), '--target', 'neon', '--tune-for', 'seconds', '-o', at('out'))).err).toContain('instructions, a76, a76-cache');
  });

  it('compile writes a C project with the answer that it must give', async () => {
    const at = await emptyFolder();
    await writeFile(at('model.onnx'), onnx);
    const ran = await fretwork('compile', at('model.onnx'), '--target', 'neon', '--prefix', 'net', '-o', at('out'), '--json');
    expect(ran).toMatchObject({ code: 0, err: '' });
    const report = JSON.parse(ran.out) as { plan: { layers: { layer: string; kernel: string }[] }; files: { name: string; bytes: number }[] };
    expect(report.plan.layers[0]).toMatchObject({ layer: 'first', kernel: expect.stringMatching(/^stream_f32_/) });
    for (const { name, bytes } of report.files) expect((await readFile(at(`out/${name}`))).length).toBe(bytes);
    expect(report.files.map(({ name }) => name)).toContain('net_selftest.bin');
    expect((await fretwork('compile', at('model.onnx'), '--target', 'neon', '-o', at('out'))).out).toContain('model_kernels.c');
    expect((await fretwork('compile', at('model.onnx'), '--target', 'neon', '--threads', '2', '-o', at('out'))).out).toContain('f32, 2 threads');
    expect((await fretwork('compile', at('model.onnx'), '--target', 'neon', '--threads', '65', '-o', at('out'))).err).toContain('64');
    expect((await fretwork('compile', at('model.onnx'), '--target', 'abacus', '-o', at('out'))).err).toContain('--target is one of neon');
    expect((await fretwork('compile', at('model.onnx'), '--target', 'opencl', '--threads', '2', '-o', at('out'))).err).toContain('--threads is for --target neon');
    expect((await fretwork('compile', at('model.onnx'), '--target', 'neon', '--path', 'image', '-o', at('out'))).err).toContain('--path is for --target opencl');
    expect((await fretwork('compile', at('model.onnx'), '--target', 'neon', '--cpu', 'z80', '-o', at('out'))).err).toContain('a76');
  });

  it('convert goes round: onnx → bcr → text → bcr → onnx', async () => {
    const at = await emptyFolder();
    await writeFile(at('a.onnx'), onnx);
    for (const [from, to] of [['a.onnx', 'b.bcr'], ['b.bcr', 'c.txt'], ['c.txt', 'd.bcr'], ['d.bcr', 'e.onnx']] as const) {
      expect(await fretwork('convert', at(from), at(to))).toMatchObject({ code: 0, err: '' });
    }
    expect(await readFile(at('d.bcr'))).toEqual(await readFile(at('b.bcr')));
    expect(await readFile(at('e.onnx'))).toEqual(await readFile(at('a.onnx')));
    expect((await fretwork('convert', at('a.onnx'), at('x.safetensors'))).err).toContain('[path.form]');
  });
});

describe('run, eval, conformance', () => {
  it('run writes the outputs as .npy', async () => {
    const at = await emptyFolder();
    await writeFile(at('model.bcr'), writeModel(model));
    const data = images(2);
    await writeFile(at('x.npy'), writeNpy({ dtype: 'f32', shape: [2, 1, 6, 6], data }));
    const ran = await fretwork('run', at('model.bcr'), '--input', `image=${at('x.npy')}`, '--output-dir', at('out'), '--json');
    expect(ran).toMatchObject({ code: 0, err: '' });
    const written = readNpy(new Uint8Array(await readFile(at('out/scores.npy'))));
    const expected = createInterpreter(model).run({ image: { kind: 'dense', dtype: 'f32', shape: [2, 1, 6, 6], data } })['scores']!;
    expect(written.shape).toEqual([2, 4]);
    expect(written.data).toEqual(expected.data);
    const wasm = await fretwork('run', at('model.bcr'), '--input', `image=${at('x.npy')}`, '--output-dir', at('wasm'), '--runtime', 'wasm', '--json');
    expect(JSON.parse(wasm.out)).toMatchObject({ runtime: 'wasm' });
    const elsewhere = await fretwork('run', at('model.bcr'), '--input', `image=${at('x.npy')}`, '--runtime', 'wasm', '--device', '1');
    expect(elsewhere.code).not.toBe(0);
    expect(elsewhere.err).toContain('--device is for --runtime opencl alone');
    const fast = readNpy(new Uint8Array(await readFile(at('wasm/scores.npy')))).data as Float32Array;
    fast.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i] as number, 4));
    expect((await fretwork('run', at('model.bcr'))).err).toContain('the model also needs "image" f32 [N, 1, 6, 6]');
    expect((await fretwork('run', at('model.bcr'), '--input', `img=${at('x.npy')}`)).err).toContain('[usage.input]');
  });

  it('eval counts top-1 and top-5 as fractions, for any batch and a data shape without the channel axis', async () => {
    const at = await emptyFolder();
    await writeFile(at('model.bcr'), writeModel(model));
    const data = images(10);
    const labels = ownLabels(data, 10);
    labels[3] = (labels[3]! + 1) % 4;
    await writeFile(at('X.npy'), writeNpy({ dtype: 'f32', shape: [10, 6, 6], data }));
    await writeFile(at('Y.npy'), writeNpy({ dtype: 'i32', shape: [10], data: labels }));
    for (const batch of ['1', '4', '64']) {
      const ran = await fretwork('eval', at('model.bcr'), '--data', `npy:${at('X.npy')},${at('Y.npy')}`, '--batch', batch, '--json');
      expect(JSON.parse(ran.out)).toEqual({ top1: 0.9, top5: 1, n: 10 });
    }
    const wrong = await fretwork('eval', at('model.bcr'), '--data', `npy:${at('Y.npy')},${at('Y.npy')}`);
    expect(wrong.code).toBe(EXIT.input);
    expect(wrong.err).toContain('[eval.shape]');
    expect((await fretwork('eval', at('model.bcr'), '--data', 'csv:a.csv')).code).not.toBe(0);
  });

  it('eval refuses axes in another order, labels that are no class, and a model that gives the winner alone', async () => {
    const at = await emptyFolder();
    const open = { ...model, inputs: [{ name: 'image', dtype: 'f32' as const, shape: ['N', 'C', 6, 6] }] };
    await writeFile(at('model.bcr'), writeModel(open));
    const data = images(4);
    const npy = async (name: string, shape: number[], values: Float32Array | Int32Array): Promise<string> => {
      await writeFile(at(name), writeNpy({ dtype: values instanceof Float32Array ? 'f32' : 'i32', shape, data: values }));
      return at(name);
    };
    const y = await npy('Y.npy', [4], ownLabels(data, 4));
    const top1 = async (x: string, labels = y, file = 'model.bcr'): Promise<string> => {
      const ran = await fretwork('eval', at(file), '--data', `npy:${x},${labels}`, '--json');
      return ran.code === 0 ? String((JSON.parse(ran.out) as { top1: number }).top1) : ran.err;
    };
    expect(await top1(await npy('plain.npy', [4, 6, 6], data))).toBe('1');
    expect(await top1(await npy('extra.npy', [4, 1, 6, 6, 1], data))).toBe('1');
    const wide = { ...model, inputs: [{ name: 'image', dtype: 'f32' as const, shape: ['N', 1, 4, 9] }], values: [] };
    await writeFile(at('wide.bcr'), writeModel(wide));
    expect(await top1(await npy('turned.npy', [4, 9, 4, 1], data), y, 'wide.bcr')).toContain('transpose the data');
    expect(await top1(at('plain.npy'), await npy('far.npy', [4], Int32Array.of(0, 1, 300, 2)))).toContain('the label of sample 2 is no class of the model');
    expect((await fretwork('eval', at('model.bcr'), '--data', `npy:${at('plain.npy')},${y}`, '--limit', '1.5')).err).toContain('[usage.number]');
  });

  it('eval fills up the last batch of a model whose batch is fixed', async () => {
    const at = await emptyFolder();
    await writeFile(at('model.bcr'), writeModel({ ...model, inputs: [{ ...model.inputs[0]!, shape: [4, 1, 6, 6] }], outputs: [{ ...model.outputs[0]!, shape: [4, 4] }] }));
    const data = images(6);
    await writeFile(at('X.npy'), writeNpy({ dtype: 'f32', shape: [6, 1, 6, 6], data }));
    await writeFile(at('Y.npy'), writeNpy({ dtype: 'i64', shape: [6], data: BigInt64Array.from(ownLabels(data, 6), BigInt) }));
    const ran = await fretwork('eval', at('model.bcr'), '--data', `npy:${at('X.npy')},${at('Y.npy')}`, '--json');
    expect(JSON.parse(ran.out)).toEqual({ top1: 1, top5: 1, n: 6 });
  });

  it('conformance runs a folder of cases and a pruned model, and fails where an answer is wrong', async () => {
    const at = await emptyFolder();
    const { mkdir } = await import('node:fs/promises');
    await mkdir(at('cases/test_small/test_data_set_0'), { recursive: true });
    await writeFile(at('cases/test_small/model.onnx'), onnx);
    const x = { kind: 'dense', dtype: 'f32', shape: [1, 1, 6, 6], data: images(1) } as const;
    const y = createInterpreter(model).run({ image: x })['scores']!;
    await writeFile(at('cases/test_small/test_data_set_0/input_0.pb'), writeTensorProto(x, 'image'));
    await writeFile(at('cases/test_small/test_data_set_0/output_0.pb'), writeTensorProto(y, 'scores'));
    const good = await fretwork('conformance', at('cases'), '--json');
    expect(JSON.parse(good.out)).toMatchObject({ passed: 1, refused: 0, failed: 0, cases: [{ name: 'test_small', status: 'passed', reason: '' }] });
    (y.data as Float32Array)[0]! += 1;
    await writeFile(at('cases/test_small/test_data_set_0/output_0.pb'), writeTensorProto(y, 'scores'));
    expect((await fretwork('conformance', at('cases'))).code).toBe(EXIT.no);

    await fretwork('prune', at('cases/test_small/model.onnx'), '--block', '4x4', '--rate', '2', '-o', at('pruned.bcr'));
    expect(await fretwork('conformance', at('pruned.bcr'))).toMatchObject({ code: 0, out: 'reference: 1 passed, 0 refused, 0 failed\n' });
    expect(await fretwork('conformance', at('pruned.bcr'), '--runtime', 'wasm')).toMatchObject({ code: 0, out: 'wasm: 1 passed, 0 refused, 0 failed\n' });
  });
});
