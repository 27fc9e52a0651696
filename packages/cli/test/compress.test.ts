import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { densityOf, readModel, writeModel, type MappingPlan, type Model } from '@fretwork/format';
import { exportModel, importModel } from '@fretwork/onnx';
import { beforeEach, describe, expect, it } from 'vitest';
import { EXIT, main } from '../src/index.js';
import type { CompressReport } from '../src/compress/report/record.js';
import type { Rehearsal } from '../src/compress/stages/rehearse.js';
import { smallData } from './small-data.js';
import { smallModel } from './small-model.js';
import { emptyFolder, fretwork, type Ran } from './terminal.js';

/**
 * A target that runs models with the runtime and makes its times up: the layer `second` is slower when it is pruned, so that nothing
 * here depends on the machine.
 */
const CONFIG = `
import { defineConfig, COMPRESS_API, wasm } from 'fretwork';

const real = wasm({ threads: [1] });
const sparse = (model: { tensors: ReadonlyMap<string, { kind: string }> }, name: string): boolean => model.tensors.get(name)?.kind === 'sparse';
const timing = (layer: string, ms: number) => ({ layer, ms, spread: ms / 100, kernel: 'made up', why: 'for a test', fused: [] });
const target = {
  apiVersion: COMPRESS_API, name: 'made up', says: 'a target of a test', options: {}, threads: [1],
  supports: real.supports, open: real.open,
  timeLayers: async (models) => models.map((model) => [
    timing('first', sparse(model, 'w1') ? 0.4 : 1), timing('relu', 0.1), timing('second', sparse(model, 'w2') ? 3 : 2), timing('scores', sparse(model, 'w3') ? 0.1 : 0.3),
  ]),
  measure: async (model, shapes, threads) => ({
    threads, caption: { what: 'made up' }, absent: [],
    contenders: [{ who: 'fretwork', ms: 1, spread: 0, p90: 1, factor: 1 }, { who: 'own-dense', ms: 2, spread: 0, p90: 2, factor: 2 }, { who: 'onnxruntime-web', ms: 4, spread: 0, p90: 4, factor: 4 }],
  }),
};

export default defineConfig({ target, training: { batch: 16, learningRate: 0.005 } });
`;

let at: (name: string) => string;
let words: readonly string[];
beforeEach(async () => {
  at = await emptyFolder();
  await writeFile(at('small.onnx'), exportModel(smallModel()));
  await writeFile(at('fretwork.config.ts'), CONFIG);
  words = [
    'compress', at('small.onnx'), '--data', await smallData(at, 'train', 96, 5), '--test', await smallData(at, 'test', 64, 6), '--config', at('fretwork.config.ts'), '--rounds', '2',
    '--scheme', 'bcr', '--block', '4x4', '--set', 'samples=64', '--set', 'epochs=2', '-o', at('out'),
  ];
});

const LONG = 300_000;
const json = async <T>(name: string): Promise<T> => JSON.parse(await readFile(at(name), 'utf8')) as T;
const densities = async (name: string): Promise<readonly number[]> => {
  const { tensors } = readModel(new Uint8Array(await readFile(at(name))));
  return ['w1', 'w2', 'w3'].map((tensor) => densityOf(tensors.get(tensor)!));
};

/** Presses Ctrl-C when a line that holds `text` is told. */
async function stoppedAt(text: string, argv: readonly string[]): Promise<Ran> {
  let [out, err, pressed] = ['', '', false];
  const code = await main(argv, {
    out: (line) => void (out += line),
    err: (line) => {
      err += line;
      if (pressed || !line.includes(text)) return;
      pressed = true;
      process.emit('SIGINT');
    },
  });
  return { code, out, err };
}

describe('compress', () => {
  it('goes the whole way; a second call has nothing left to do; an edited plan is obeyed', { timeout: LONG }, async () => {
    const ran = await fretwork(...words, '--rate', '3');
    expect(ran.code, ran.err).toBe(EXIT.ok);
    for (const name of ['model.bcr', 'model.onnx', 'plan.json', 'recipe.json', 'report.json', 'report.html']) expect(existsSync(at(`out/${name}`)), name).toBe(true);
    const report = await json<CompressReport>('out/report.json');
    expect(report.data.test.n).toBe(64);
    expect([report.data.train.n, report.data.validation.n]).toEqual([84, 12]);
    expect(report.accuracy.test.before).toEqual({ right: 64, n: 64 });
    // Slower when pruned, so that it kept all its weights; the others lost two in three.
    expect((await json<Rehearsal>('out/stages/rehearsal.json')).putBack).toEqual(['second']);
    expect(report.layers.find(({ layer }) => layer === 'second')).toMatchObject({ density: 1, slower: null, putBack: expect.stringContaining('before training') as string });
    expect(report.layers.find(({ layer }) => layer === 'first')).toMatchObject({ ms: { before: 1, after: 0.4 }, scheme: 'bcr 4x4' });
    expect(report.verdicts).toEqual([{ wish: 'faster than the best dense peer, one thread', asked: false, held: true, says: '2.00 x own-dense' }]);
    expect(importModel(new Uint8Array(await readFile(at('out/model.onnx')))).layers.map(({ operator }) => operator)).toContain('Conv');
    expect(ran.out).toContain('4.00 x onnxruntime-web');

    const recipe = await json<{ arguments: readonly string[]; plan: MappingPlan; result: { model: string } }>('out/recipe.json');
    expect(recipe.arguments).toEqual([...words.slice(1, -2), '--rate', '3']);
    expect(recipe.result.model).toMatch(/^[0-9a-f]{64}$/);
    for (const name of ['model.bcr', 'model.onnx']) {
      const replayed = await fretwork('reproduce', at('out/recipe.json'), '-o', at(`again-${name}`));
      expect(replayed, replayed.err).toMatchObject({ code: EXIT.ok, out: expect.stringContaining('is the same model') as string });
      expect(await readFile(at(`again-${name}`))).toEqual(await readFile(at(`out/${name}`)));
    }
    await writeFile(at('old.json'), JSON.stringify({ ...recipe, steps: undefined }));
    expect(await fretwork('reproduce', at('old.json'), '-o', at('again.bcr'))).toMatchObject({ code: EXIT.input, err: expect.stringContaining('recipe.file') as string });

    const again = await fretwork(...words, '--rate', '3');
    expect(again.err.match(/done before/g)).toHaveLength(10);
    expect(again.out).toBe(ran.out);

    const plan = await json<MappingPlan>('out/plan.json');
    const entries = plan.entries.map((entry) => (entry.layer === 'first' ? { ...entry, scheme: { kind: 'dense' }, reason: 'by hand' } : entry.layer === 'scores' ? { ...entry, scheme: { ...entry.scheme, rate: 2 } } : entry));
    await writeFile(at('out/plan.json'), JSON.stringify({ ...plan, entries }));
    const obeyed = await fretwork(...words, '--rate', '3');
    expect(obeyed.err).toContain('plan.json was edited and is obeyed');
    expect((await densities('out/model.bcr')).map((density) => Math.round(10 * density))).toEqual([10, 10, 5]);
    const other = await fretwork(...words, '--rate', '4');
    expect(other).toMatchObject({ code: EXIT.input, err: expect.stringContaining('compress.plan-edited') as string });
  });

  it('stops on Ctrl-C in any stage, and goes on to the same model', { timeout: LONG }, async () => {
    await fretwork(...words, '--rate', '3');
    const whole = await readFile(at('out/model.bcr'));
    await rm(at('out'), { recursive: true });
    for (const text of ['1/10 import', '2/10 passes', '3/10 profile', '4/10 map', '5/10 rehearse', '6/10 prune', 'epoch 1/2', '7/10 encode', '8/10 verify', '9/10 measure', '10/10 report']) {
      const stop = await stoppedAt(text, [...words, '--rate', '3']);
      expect(stop, text).toMatchObject({ code: EXIT.stopped, err: expect.stringContaining('run the same command again') as string });
    }
    const rest = await fretwork(...words, '--rate', '3');
    expect(rest.code, rest.err).toBe(EXIT.ok);
    expect(await readFile(at('out/model.bcr'))).toEqual(whole);
  });

  it('prints the plan and what it would gain, and stops', { timeout: LONG }, async () => {
    const ran = await fretwork(...words.slice(0, -2), '--dry-run', '--rate', '3');
    expect(ran).toMatchObject({ code: EXIT.ok, out: expect.stringMatching(/first .*bcr 4x4 .*3\.0x/) as string });
    expect(ran.out).toContain('3.40 ms dense → 2.60 ms');
    expect(ran.err).not.toContain('epoch');
  });

  it('maps by the rules of the paper on a latency table', { timeout: LONG }, async () => {
    const table = new URL('../../latency/test/data/epyc-one-thread.json', import.meta.url).pathname;
    // Without the scheme and the block of the other cases: the rules choose them.
    const asked = [...words.slice(0, words.indexOf('--scheme')), ...words.slice(words.indexOf('--block') + 2)];
    const ran = await fretwork(...asked, '--latency-table', table, '--rate', '3', '--smallest', '32', '--keep-slower', '--set', 'epochs=0');
    expect(ran.code, ran.err).toBe(EXIT.ok);
    const plan = await json<MappingPlan>('out/plan.json');
    expect(plan.mapper).toContain('rules');
    expect(ran.err).toContain('note: the latency table is of AMD EPYC');
    expect(ran.err).toContain('data: easy (there is no 3x3 layer for which it would matter)');
    expect(plan.entries.find(({ layer }) => layer === 'first')!.reason).toContain('3x3 on easy data');
    expect(plan.entries.find(({ layer }) => layer === 'second')!.scheme.kind).not.toBe('dense');
    expect((await densities('out/model.bcr'))[1]).toBeLessThan(0.5);
    const both = await fretwork(...words, '--latency-table', table, '--rate', '3');
    expect(both).toMatchObject({ code: EXIT.usage, err: expect.stringContaining('leave --scheme out') as string });
  });

  it('leaves slower layers sparse where it is told to, and flags them', { timeout: LONG }, async () => {
    const ran = await fretwork(...words, '--rate', '3', '--keep-slower', '--set', 'epochs=0');
    expect(ran.out).toMatch(/^second .*SLOWER$/m);
    expect((await densities('out/model.bcr'))[1]).toBeLessThan(0.5);
  });

  it('moves the rate as far as the validation samples allow', { timeout: LONG }, async () => {
    const ran = await fretwork(...words, '--rate', '16', '--max-drop', '20', '--set', 'epochs=0', '--holdout', '48');
    const report = await json<CompressReport>('out/report.json');
    const { tries, reached } = report.rate;
    expect(tries.map(({ holds }) => holds), ran.err).toContain(true);
    expect(tries.length).toBeGreaterThan(1);
    expect(reached).toBe(Math.max(...tries.filter(({ holds }) => holds).map((trial) => trial.reached)));
    for (const { drop, holds } of tries) expect(drop <= 20).toBe(holds);
    const replayed = await fretwork('reproduce', at('out/recipe.json'), '-o', at('again.bcr'));
    expect(replayed, replayed.err).toMatchObject({ code: EXIT.ok, out: expect.stringContaining('is the same model') as string });
  });

  it('refuses what cannot be, before any work', { timeout: LONG }, async () => {
    const [data, test] = [words[3]!, words[5]!];
    const unknown: Model = { ...smallModel(), layers: smallModel().layers.map((layer) => (layer.operator === 'Relu' ? { ...layer, operator: 'Hardmax' } : layer)) };
    await writeFile(at('unknown.bcr'), writeModel(unknown));
    await writeFile(at('notes'), 'a file');
    const call = (model: string, ...more: readonly string[]): readonly string[] => ['compress', at(model), '--config', at('fretwork.config.ts'), ...more];
    for (const [argv, code, says] of [
      [call('small.onnx', '-o', at('x')), EXIT.input, 'compress.data'],
      [call('small.onnx', '--data', data, '-o', at('x')), EXIT.input, 'compress.data'],
      [call('small.onnx', '--data', 'npy:none.npy,none.npy', '--test', test, '-o', at('x')), EXIT.input, 'path.missing'],
      [call('small.onnx', '--data', data, '--test', data, '-o', at('x')), EXIT.input, 'compress.leak'],
      [call('small.onnx', '--data', `${data}[90:90]`, '--test', test, '-o', at('x')), EXIT.input, 'compress.data'],
      [call('small.onnx', '--data', data, '--test', test), EXIT.usage, 'usage.output'],
      [call('small.onnx', '--data', data, '--test', test, '-o', at('x'), '--latency', 'soon'), EXIT.usage, 'usage.latency'],
      [call('small.onnx', '--data', data, '--test', test, '-o', at('x'), '--target', 'abacus'), EXIT.usage, 'usage.target'],
      [call('small.onnx', '--data', data, '--test', test, '-o', at('x'), '--latency', '0.001'), EXIT.input, 'compress.budget'],
      [call('small.onnx', '--data', data, '--test', test, '-o', at('x'), '--ignore', '*'), EXIT.input, 'compress.nothing'],
      [call('small.onnx', '--data', data, '--test', test, '-o', at('notes')), EXIT.input, 'path.taken'],
      [call('unknown.bcr', '--data', data, '--test', test, '-o', at('x')), EXIT.input, 'Hardmax'],
    ] as const) {
      const ran = await fretwork(...argv, '--rounds', '2');
      expect(ran.err, argv.join(' ')).toContain(says);
      expect(ran.code, ran.err).toBe(code);
    }
  });

  it('refuses samples of another shape', async () => {
    const { writeNpy } = await import('@fretwork/datasets');
    await writeFile(at('x.npy'), writeNpy({ dtype: 'f32', shape: [16, 1, 5, 6], data: new Float32Array(480).map((_, i) => i) }));
    await writeFile(at('y.npy'), writeNpy({ dtype: 'i32', shape: [16], data: new Int32Array(16) }));
    expect(await fretwork('compress', at('small.onnx'), '--data', `npy:${at('x.npy')},${at('y.npy')}`, '--test', words[5]!, '-o', at('x'))).toMatchObject({ code: EXIT.input, err: expect.stringContaining('eval.shape') as string });
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full, and goes on when it no longer is', { timeout: LONG }, async () => {
    const { symlink } = await import('node:fs/promises');
    await mkdir(at('out/stages'), { recursive: true });
    // What is written beside a file before it takes its name ends on a full device; each time one stage further.
    for (const name of ['stages/import.bcr', 'stages/map.json', 'plan.json', 'stages/pruned.bcr', 'model.bcr', 'stages/measure.json', 'report.html']) {
      await symlink('/dev/full', at(`out/${name}.${process.pid}.part`));
      expect(await fretwork(...words, '--rate', '3', '--set', 'epochs=0'), name).toMatchObject({ code: EXIT.input, err: expect.stringContaining('path.no-space') as string });
    }
    expect((await fretwork(...words, '--rate', '3', '--set', 'epochs=0')).code).toBe(EXIT.ok);
  });
});
