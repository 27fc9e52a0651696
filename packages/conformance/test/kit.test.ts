import { dense, FretworkError, type DenseTensor, type Model } from '@fretwork/format';
import { exportModel, writeTensorProto } from '@fretwork/onnx';
import { describe, expect, it } from 'vitest';
import { casesFromTree, compare, randomCases, referenceRunner, runCases, sourceFromModel, treeOf, type Case, type Runner } from '../src/index.js';

const model: Model = {
  name: 'double', inputs: [{ name: 'x', dtype: 'f32', shape: [3] }], outputs: [{ name: 'y', dtype: 'f32', shape: [3] }], values: [],
  layers: [{ name: 'add', operator: 'Add', domain: '', inputs: ['x', 'x'], outputs: ['y'], attributes: new Map() }],
  tensors: new Map(), provenance: { producer: '', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
};
const x = dense('f32', [3], Float32Array.of(1, 2, 3));
const y = dense('f32', [3], Float32Array.of(2, 4, 6));
const one: Case = { name: 'double', load: async () => ({ source: sourceFromModel(model), dataSets: [{ name: 'set', inputs: { x }, outputs: { y } }] }) };

const runner = (run: Runner['run'], load: Runner['load'] = () => ({ ok: true, session: 0 })): Runner => ({ id: 'test', apiVersion: 1, load, run });

describe('runCases', () => {
  it('passes the reference', async () => {
    const report = await runCases(referenceRunner(), [one]);
    expect(report).toMatchObject({ runner: 'reference', passed: 1, refused: 0, failed: 0 });
  });

  it.each<[string, string, Runner]>([
    ['a wrong number', 'element 1 is 5, expected 4', runner(() => ({ y: dense('f32', [3], Float32Array.of(2, 5, 6)) }))],
    ['a wrong shape', 'shape [1, 3], expected [3]', runner(() => ({ y: dense('f32', [1, 3], Float32Array.of(2, 4, 6)) }))],
    ['a wrong type', 'type f64, expected f32', runner(() => ({ y: dense('f64', [3], Float64Array.of(2, 4, 6)) }))],
    ['a missing output', 'no output "y"', runner(() => ({ z: y }))],
    ['NaN', 'element 0 is NaN', runner(() => ({ y: dense('f32', [3], Float32Array.of(NaN, 4, 6)) }))],
    ['an exception', 'broken kernel', runner(() => { throw new Error('broken kernel'); })],
  ])('fails %s and says why', async (_, reason, wrong) => {
    const report = await runCases(wrong, [one]);
    expect(report).toMatchObject({ passed: 0, failed: 1 });
    expect(report.cases[0]!.reason).toContain(reason);
  });

  it('counts a refusal apart, with its reason', async () => {
    const refusing = runner(() => ({}), () => ({ ok: false, reason: 'no Add here', hint: 'use another engine' }));
    expect((await runCases(refusing, [one])).cases[0]).toEqual({ name: 'double', status: 'refused', reason: 'no Add here; use another engine', error: 0 });
    const unsupported = runner(() => ({}), () => { throw new FretworkError('run.unsupported', 'no Add here'); });
    expect(await runCases(unsupported, [one])).toMatchObject({ refused: 1, failed: 0 });
  });

  it('does not pass a case without data', async () => {
    const empty: Case = { name: 'empty', load: async () => ({ source: sourceFromModel(model), dataSets: [] }) };
    expect(await runCases(referenceRunner(), [empty])).toMatchObject({ passed: 0, failed: 1 });
  });

  it('disposes of every session, also after a failure, and stops when aborted', async () => {
    const disposed: unknown[] = [];
    const stop = new AbortController();
    const failing: Runner = { ...runner(() => { throw new Error('no'); }), dispose: (session) => void disposed.push(session) };
    await expect(runCases(failing, [one, one, one], { signal: stop.signal, onCase: (_, done) => { if (done === 2) stop.abort(new Error('enough')); } })).rejects.toThrow('enough');
    expect(disposed).toEqual([0, 0]);
  });
});

describe('compare', () => {
  const f32 = (...values: number[]): DenseTensor => dense('f32', [values.length], Float32Array.from(values));
  it('measures small elements against the largest', () => {
    expect(compare(f32(100, 1e-5), f32(100, 0)).ok).toBe(true);
    expect(compare(f32(100, 1e-3), f32(100, 0)).ok).toBe(false);
    expect(compare(f32(100.02), f32(100)).ok).toBe(false);
  });
  it('takes NaN for NaN and infinities for themselves only', () => {
    expect(compare(f32(NaN, Infinity, 1), f32(NaN, Infinity, 1)).ok).toBe(true);
    expect(compare(f32(1, Infinity), f32(NaN, Infinity)).ok).toBe(false);
    expect(compare(f32(-Infinity), f32(Infinity)).ok).toBe(false);
  });
  it('wants integers exact', () => {
    const i64 = (value: bigint): DenseTensor => dense('i64', [], BigInt64Array.of(value));
    expect(compare(i64(2n ** 60n), i64(2n ** 60n)).ok).toBe(true);
    expect(compare(i64(2n ** 60n + 1n), i64(2n ** 60n)).ok).toBe(false);
  });
});

describe('casesFromTree', () => {
  const files = new Map([
    ['suite/test_b/model.onnx', exportModel(model)],
    ['suite/test_b/test_data_set_0/input_0.pb', writeTensorProto(x, 'x')],
    ['suite/test_b/test_data_set_0/output_0.pb', writeTensorProto(y, '')],
    ['suite/test_a/model.onnx', new Uint8Array([1, 2, 3])],
    ['suite/readme.txt', new Uint8Array()],
  ]);
  it('finds folders with a model, sorted, and names nameless tensors by their place', async () => {
    const cases = casesFromTree(treeOf(files));
    expect(cases.map((c) => c.name)).toEqual(['test_a', 'test_b']);
    const report = await runCases(referenceRunner(), cases);
    expect(report.cases.map((c) => c.status)).toEqual(['failed', 'passed']);
  });
});

describe('randomCases', () => {
  it('draws the same cases for the same seed', async () => {
    const [a, b] = [randomCases({ seed: 3, count: 14 }), randomCases({ seed: 3, count: 14 })];
    expect(a.map((c) => c.name)).toEqual(b.map((c) => c.name));
    expect((await a[9]!.load()).source.bcr()).toEqual((await b[9]!.load()).source.bcr());
    expect(randomCases({ seed: 4, count: 14 }).map((c) => c.name)).not.toEqual(a.map((c) => c.name));
  });

  it('the reference agrees with itself on sparse weights, 1,400 cases', async () => {
    const report = await runCases(referenceRunner(), randomCases({ seed: 20, count: 1400 }));
    expect(report.cases.filter((c) => c.status !== 'passed')).toEqual([]);
  });
});
