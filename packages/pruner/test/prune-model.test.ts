import { decode, dense, FretworkError, halfToNumber, numberToHalf, type DenseTensor, type MappingPlan, type Model, type Scheme } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { applyPruning, planPruning, project, pruneModel, type Matrix, type PruneRequest } from '../src/index.js';
import { modelOf, weight } from './models.js';
import { blocksOf } from './structure.js';

const BCR: Scheme = { kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 16, rowShare: 0.5 };
const PATTERN: Scheme = { kind: 'pattern', rate: 4.5, keep: 4, patterns: 8 };

const floats = (model: Model, name: string): Float32Array => decode(model.tensors.get(name)!).data as Float32Array;
const reasons = (model: Model, request: PruneRequest): Record<string, string> =>
  Object.fromEntries(planPruning(model, request).layers.map((l) => [l.layer, l.scheme.kind === 'dense' ? l.reason : l.scheme.kind]));

/** The mask that non-zero values show. */
const shown = (rows: number, columns: number, values: ArrayLike<number>) =>
  ({ rows, columns, keep: Uint8Array.from(values, (w) => (w === 0 ? 0 : 1)) });

describe('pruneModel', () => {
  it('prunes a convolution as its projection says, stores it sparse and writes the scheme down', () => {
    const model = modelOf([{ name: 'conv', operator: 'Conv', weights: ['w'] }, { name: 'relu', operator: 'Relu' }], { w: weight(50, [32, 16, 3, 3]) });
    const before = floats(model, 'w').slice();
    const { model: pruned, report } = pruneModel(model, { scheme: BCR });
    const { mask, kept, energy } = project({ rows: 32, columns: 144, kernel: 9, values: before }, BCR);
    expect(floats(pruned, 'w')).toEqual(before.map((w, i) => (mask.keep[i] === 1 ? w : 0)));
    expect(floats(model, 'w')).toEqual(before);
    expect(pruned.layers.map((l) => l.scheme)).toEqual([BCR, undefined]);
    expect(report.layers).toHaveLength(1);
    expect(report.layers[0]).toMatchObject({ layer: 'conv', operator: 'Conv', scheme: BCR, weights: 4608, kept, bytesBefore: 4608 * 4 });
    expect(report.layers[0]!.energy).toBeCloseTo(energy, 12);
    expect(report.layers[0]!.tensors[0]!.encoding).toBe('bcr 4x16');
    expect(report.layers[0]!.bytesAfter).toBeLessThan(kept * 4 * 1.2);
    expect(report.total).toEqual(report.pruned);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('sees Gemm weights of either order as outputs x inputs', () => {
    const tensors = { a: weight(51, [48, 20]), b: weight(52, [20, 48]) };
    const model = modelOf([
      { name: 'in-out', operator: 'Gemm', weights: ['a'] },
      { name: 'out-in', operator: 'Gemm', weights: ['b'], attributes: { transB: 1 } },
    ], tensors);
    const turned = (values: Float32Array): Float32Array => values.map((_, i) => values[(i % 48) * 20 + Math.floor(i / 48)]!);
    const { model: pruned } = pruneModel(model, { scheme: { ...BCR, rowShare: 1 } });
    const masked = (values: Float32Array): Float32Array => {
      const { mask } = project({ rows: 20, columns: 48, kernel: 1, values }, { ...BCR, rowShare: 1 });
      return values.map((w, i) => (mask.keep[i] === 1 ? w : 0));
    };
    expect(turned(floats(pruned, 'a'))).toEqual(masked(turned(tensors.a.kind === 'dense' ? tensors.a.data as Float32Array : new Float32Array(0))));
    expect(floats(pruned, 'b')).toEqual(masked(floats(model, 'b')));
  });

  it('prunes each gate of a GRU, and each matrix of a stack, by itself', () => {
    const model = modelOf([
      { name: 'gru', operator: 'GRU', weights: ['w', 'r'], attributes: { hidden_size: 16 } },
      { name: 'stack', operator: 'MatMul', weights: ['m'] },
    ], { w: weight(53, [2, 48, 39]), r: weight(54, [2, 48, 16]), m: weight(55, [3, 32, 16]) });
    const { model: pruned, report } = pruneModel(model, { scheme: { ...BCR, rate: 8 } });
    expect(report.layers.map((l) => l.tensors.length)).toEqual([2, 1]);
    for (const [name, size] of [['w', 16 * 39], ['r', 16 * 16], ['m', 16 * 32]] as const) {
      const values = floats(pruned, name);
      for (let from = 0; from < values.length; from += size) {
        const kept = values.subarray(from, from + size).reduce((n, w) => n + (w === 0 ? 0 : 1), 0);
        expect(Math.abs(kept - size / 8), `${name} at ${from}`).toBeLessThanOrEqual(4);
      }
    }
    expect(pruned.tensors.get('w')).toMatchObject({ kind: 'sparse', view: { count: 6, rows: 16, columns: 39 } });
  });

  it('keeps groups of a convolution apart: channels of each go by themselves', () => {
    const model = modelOf([{ name: 'conv', operator: 'Conv', weights: ['w'], attributes: { group: 4 } }], { w: weight(56, [16, 8, 3, 3]) });
    const [planned] = planPruning(model, { scheme: { kind: 'channel', rate: 2 } }).layers[0]!.weights;
    expect(planned!.matrices).toEqual({ count: 4, rows: 4, columns: 72, order: 'row-major', kernel: 9 });
    const { model: pruned } = pruneModel(model, { scheme: { kind: 'channel', rate: 2 } });
    expect(pruned.tensors.get('w')).toMatchObject({ kind: 'sparse', view: { count: 1, rows: 16, columns: 72 } });
    const channels = Array.from({ length: 4 }, (_, g) => {
      const values = floats(pruned, 'w').subarray(g * 288, g * 288 + 288);
      return Array.from({ length: 8 }, (__, c) => (values.subarray(c * 9, c * 9 + 9).some((w) => w !== 0) ? 1 : 0)).join('');
    });
    for (const kept of channels) expect(kept.replaceAll('0', '')).toBe('1111');
    expect(new Set(channels).size).toBeGreaterThan(1);
  });

  it('keeps groups of a transposed convolution apart', () => {
    const model = modelOf([{ name: 'up', operator: 'ConvTranspose', weights: ['w'], attributes: { group: 2 } }], { w: weight(57, [16, 4, 3, 3]) });
    const { model: pruned } = pruneModel(model, { scheme: { kind: 'channel', rate: 2 } });
    const values = floats(pruned, 'w');
    const kept = Array.from({ length: 16 }, (_, c): number => (values.subarray(c * 36, c * 36 + 36).some((w) => w !== 0) ? 1 : 0));
    expect([kept.slice(0, 8), kept.slice(8)].map((k) => k.reduce((a, b) => a + b, 0))).toEqual([4, 4]);
  });

  it('prunes a shared weight once and tells both layers', () => {
    const model = modelOf([
      { name: 'first', operator: 'Conv', weights: ['w'] }, { name: 'second', operator: 'Conv', weights: ['w'] },
    ], { w: weight(58, [16, 16, 3, 3]) });
    const { model: pruned, report } = pruneModel(model, { scheme: BCR });
    expect(pruned.layers.map((l) => l.scheme)).toEqual([BCR, BCR]);
    expect(report.layers.map((l) => l.kept)).toEqual([576, 576]);
    expect(report.total.weights).toBe(2304);
    expect(planPruning(model, { scheme: BCR }).layers[1]!.reason).toBe('shared with layer first, pruned there');
    expect(reasons(model, { scheme: BCR, skip: ['second'] })).toEqual({
      first: 'shared with layer second, which stays dense: skipped by name', second: 'skipped by name',
    });
  });

  it('chooses the patterns from the whole model', () => {
    const model = modelOf([
      { name: 'a', operator: 'Conv', weights: ['a'] }, { name: 'b', operator: 'Conv', weights: ['b'] },
    ], { a: weight(59, [16, 16, 3, 3]), b: weight(60, [16, 16, 3, 3]) });
    const { model: pruned } = pruneModel(model, { scheme: PATTERN });
    const patterns = new Set<number>();
    for (const name of ['a', 'b']) {
      const values = floats(pruned, name);
      for (let k = 0; k < values.length; k += 9) patterns.add(values.subarray(k, k + 9).reduce((m, w, i) => (w === 0 ? m : m | (1 << i)), 0));
    }
    patterns.delete(0);
    expect(patterns.size).toBe(8);
    expect(pruned.tensors.get('a')).toMatchObject({ kind: 'sparse', matrices: [{ encoding: 'pattern' }] });
  });

  it.each(['f64', 'f16'] as const)('prunes %s weights and keeps the others bit for bit', (dtype) => {
    const source = weight(61, [32, 64], 'f64') as DenseTensor;
    const w = dtype === 'f64' ? source : dense('f16', [32, 64], Uint16Array.from(source.data as Float64Array, numberToHalf));
    const model = modelOf([{ name: 'fc', operator: 'Gemm', weights: ['w'], attributes: { transB: 1 } }], { w });
    const { model: pruned } = pruneModel(model, { scheme: BCR });
    const after = decode(pruned.tensors.get('w')!);
    expect(after.dtype).toBe(dtype);
    const values = Float32Array.from(w.data as Float64Array | Uint16Array, dtype === 'f64' ? (v) => v : halfToNumber);
    const { mask } = project({ rows: 32, columns: 64, kernel: 1, values }, BCR);
    (after.data as Float64Array).forEach((v, i) => expect(v).toBe(mask.keep[i] === 1 ? w.data[i] : 0));
  });

  it('prunes a weight that is sparse already', () => {
    const model = modelOf([{ name: 'conv', operator: 'Conv', weights: ['w'] }], { w: weight(62, [32, 32, 1, 1]) });
    const once = pruneModel(model, { scheme: BCR }).model;
    const { model: twice, report } = pruneModel(once, { scheme: { ...BCR, rate: 8 } });
    expect(report.total.kept).toBe(128);
    expect(report.total.bytesBefore).toBeLessThan(1200);
    expect(blocksOf(shown(32, 32, floats(twice, 'w')), 4, 16).every((b) => b.product)).toBe(true);
    floats(twice, 'w').forEach((v, i) => { if (v !== 0) expect(v).toBe(floats(once, 'w')[i]); });
  });

  it('only zeroes filters: shapes stay', () => {
    const model = modelOf([{ name: 'conv', operator: 'Conv', weights: ['w'] }], { w: weight(63, [16, 8, 3, 3]) });
    const { model: pruned, report } = pruneModel(model, { scheme: { kind: 'filter', rate: 2 } });
    expect(pruned.tensors.get('w')!.shape).toEqual([16, 8, 3, 3]);
    expect(report.total.kept).toBe(8 * 72);
  });
});

describe('planPruning', () => {
  const model = modelOf([
    { name: 'stem', operator: 'Conv', weights: ['stem.w'] },
    { name: 'block.1/depthwise', operator: 'Conv', weights: ['dw.w'], attributes: { group: 32 } },
    { name: 'block.1/point', operator: 'Conv', weights: ['pw.w'] },
    { name: 'block.2/point', operator: 'Conv', weights: ['pw2.w'] },
    { name: 'tiny', operator: 'Conv', weights: ['tiny.w'] },
    { name: 'int8', operator: 'Conv', weights: ['int8.w'] },
    { name: 'embed', operator: 'Gather', weights: ['table'] },
    { name: 'head', operator: 'MatMul', weights: ['table'] },
    { name: 'relu', operator: 'Relu' },
  ], {
    'stem.w': weight(70, [32, 3, 3, 3]), 'dw.w': weight(71, [32, 1, 3, 3]), 'pw.w': weight(72, [64, 32, 1, 1]),
    'pw2.w': weight(73, [64, 64, 1, 1]), 'tiny.w': weight(74, [2, 3, 1, 1]), 'int8.w': weight(75, [16, 16, 1, 1], 'i8'), table: weight(76, [64, 32]),
  });

  it('says for every layer with weights what happens to it and why', () => {
    expect(reasons(model, { scheme: BCR })).toEqual({
      stem: 'bcr', 'block.1/depthwise': 'depthwise convolution', 'block.1/point': 'bcr', 'block.2/point': 'bcr',
      tiny: 'too small: 6 weights, fewer than 64', int8: 'weights of type i8: prune before quantising',
      head: 'also read by layer embed (Gather, input 1)',
    });
  });

  it('leaves alone what it is told to, by name or with * and ?', () => {
    expect(reasons(model, { scheme: BCR, skip: ['block.?/p*'], skipFirst: true })).toMatchObject({
      stem: 'first convolution', 'block.1/depthwise': 'depthwise convolution', 'block.1/point': 'skipped by name', 'block.2/point': 'skipped by name',
    });
    expect(reasons(model, { scheme: BCR, skip: ['*'] })).toMatchObject({ stem: 'skipped by name', tiny: 'skipped by name' });
    expect(() => planPruning(model, { scheme: BCR, skip: ['block.3*'] })).toThrow(/prune\.skip/);
  });

  it('leaves other kernels than 3x3 dense under a pattern scheme', () => {
    const found = reasons(model, { scheme: PATTERN });
    expect(found['stem']).toBe('pattern');
    expect(found['block.1/point']).toContain('patterns are for kernels of 3x3');
  });

  it('leaves matrices dense that have fewer block positions than the rate asks for', () => {
    const model = modelOf([{ name: 'fc', operator: 'MatMul', weights: ['w'] }, { name: 'wide', operator: 'MatMul', weights: ['v'] }], { w: weight(9, [6, 16]), v: weight(10, [16, 16]) });
    expect(reasons(model, { scheme: { kind: 'block-punched', rate: 5, blockFilters: 8, blockChannels: 4 } })).toEqual({
      fc: '4 block positions cannot keep one in 5: use smaller blocks, or bcr', wide: 'block-punched',
    });
  });

  it('does not take the rows of a transposed convolution for filters', () => {
    const up = modelOf([{ name: 'up', operator: 'ConvTranspose', weights: ['w'] }], { w: weight(77, [16, 8, 3, 3]) });
    expect(reasons(up, { scheme: { kind: 'filter', rate: 2 } })).toEqual({ up: 'rows of a transposed convolution are not filters: use channel or bcr' });
    expect(reasons(up, { scheme: BCR })).toEqual({ up: 'bcr' });
  });

  it('follows a mapping plan', () => {
    const plan: MappingPlan = {
      target: 'test', mapper: 'hand', entries: [
        { layer: 'stem', scheme: { kind: 'dense' }, reason: 'sensitive' },
        { layer: 'block.1/point', scheme: BCR, reason: 'fast at 4x16' },
      ],
    };
    expect(planPruning(model, { plan }).layers.slice(0, 4).map((l) => [l.layer, l.scheme.kind, l.reason])).toEqual([
      ['stem', 'dense', 'the plan keeps it dense: sensitive'], ['block.1/depthwise', 'dense', 'not named in the plan'],
      ['block.1/point', 'bcr', 'fast at 4x16'], ['block.2/point', 'dense', 'not named in the plan'],
    ]);
    const broken = { ...plan, entries: [{ layer: 'nowhere', scheme: BCR, reason: '' }] };
    expect(() => planPruning(model, { plan: broken })).toThrow(/prune\.plan/);
  });

  it('is a plain record, and applying it is pruneModel', () => {
    const plan = planPruning(model, { scheme: BCR });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(applyPruning(model, plan)).toEqual(pruneModel(model, { scheme: BCR }));
  });

  it('names layer and tensor where weights cannot be ranked', () => {
    const w = dense('f32', [16, 16], new Float32Array(256).fill(NaN));
    const broken = modelOf([{ name: 'fc', operator: 'Gemm', weights: ['w'] }], { w });
    let caught: unknown;
    try { pruneModel(broken, { scheme: BCR }); } catch (error) { caught = error; }
    expect(caught).toBeInstanceOf(FretworkError);
    expect(caught).toMatchObject({ code: 'matrix.value', details: { layer: 'fc', tensor: 'w' } });
  });
});

describe('random models', () => {
  it('hold the asked structure in every matrix after pruning', () => {
    const shapes: readonly (readonly [string, readonly number[]])[] = [
      ['Conv', [24, 10, 3, 3]], ['Conv', [17, 13, 1, 1]], ['Conv', [9, 5, 5, 5]], ['Conv', [12, 6, 7]], ['Gemm', [33, 29]],
    ];
    shapes.forEach(([operator, shape], i) => {
      const model = modelOf([{ name: 'layer', operator, weights: ['w'], attributes: operator === 'Gemm' ? { transB: 1 } : {} }], { w: weight(80 + i, shape) });
      for (const rowShare of [0, 0.5, 1]) {
        const { model: pruned, report } = pruneModel(model, { scheme: { ...BCR, rowShare } });
        const [rows, columns] = [shape[0]!, shape.slice(1).reduce((a, b) => a * b, 1)];
        const matrix: Matrix = { rows, columns, kernel: 1, values: floats(pruned, 'w') };
        expect(blocksOf(shown(rows, columns, matrix.values), 4, 16).every((b) => b.product), `${shape} ${rowShare}`).toBe(true);
        expect(Math.abs(report.total.kept - report.total.weights / 4), `${shape} ${rowShare}`).toBeLessThanOrEqual(8);
      }
    });
  });
});
