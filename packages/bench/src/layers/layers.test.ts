import { inferShapes, nnzOf } from '@fretwork/format';
import { project } from '@fretwork/pruner';
import { run } from '@fretwork/reference';
import { describe, expect, test } from 'vitest';
import { TINY_LAYERS } from '../../test/tiny-layers.js';
import { checkAnswer } from './check-answer.js';
import { chooseLayers, isPruned, LAYER_SET, macs } from './layer-set.js';
import { MASK_SCHEMES, prune, type MaskRequest } from './masks.js';
import { makeProblem, modelOf, pruneProblem, weightTensors } from './problem.js';
import { random } from './random.js';

describe('the layer set', () => {
  test('is that of the reference measurements', () => {
    expect(new Set(LAYER_SET.map(({ name }) => name)).size).toBe(LAYER_SET.length);
    expect(LAYER_SET.filter(({ group }) => group === 'convolution').map((layer) => [layer.name, Number((2 * macs(layer) / 1e6).toFixed(1))])).toEqual([
      ['vgg 3x3 64-64@32', 75.5], ['vgg 3x3 256-256@8', 75.5], ['vgg 3x3 256-256@56', 3699.4], ['vgg 3x3 512-512@14', 924.8], ['res 1x1 256-64@56', 102.8], ['res 1x1 64-256@56', 102.8],
      ['res 1x1 1024-256@14', 102.8], ['res 1x1 512-2048@7', 102.8], ['mbv2 1x1 96-24@56', 14.5], ['mbv2 1x1 160-960@7', 15.1], ['mbv2 1x1 960-160@7', 15.1],
    ]);
  });

  test('is chosen by parts of names and groups', () => {
    expect(chooseLayers(LAYER_SET, ['@14', 'recurrent']).map(({ name }) => name)).toEqual(['vgg 3x3 512-512@14', 'res 1x1 1024-256@14', 'mbv2 dw 3x3 576@14', 'gru 1024 x 8 steps']);
    expect(chooseLayers(LAYER_SET, [])).toBe(LAYER_SET);
    expect(() => chooseLayers(LAYER_SET, ['7x7'])).toThrow(/no layer is called "7x7"/);
  });

  test.each(LAYER_SET.filter(({ operator }) => operator === 'conv'))('$name gives the map that its name says', (layer) => {
    const model = modelOf(makeProblem(layer, 1), weightTensors(makeProblem(layer, 1)));
    const bare = { ...model, outputs: [{ name: 'y', dtype: 'f32' as const }] };
    expect(inferShapes(bare).values.get('y')?.shape).toEqual(model.outputs[0]!.shape);
  });
});

const matrix = { rows: 40, columns: 96, kernel: 1, values: Float32Array.from({ length: 40 * 96 }, (_, i) => 1 + (i % 7)) };
const request = (scheme: string, rest: Partial<MaskRequest> = {}): MaskRequest => ({ scheme, block: [8, 32], density: 0.25, source: 'iid', ...rest });

describe('masks', () => {
  test.each(['bcr', 'columns', 'rows', 'unstructured'])('%s keeps about what is asked, the same for the same seed', (scheme) => {
    const large = { ...matrix, rows: 320, columns: 640, values: new Float32Array(320 * 640).fill(1) };
    const [one, two, other] = [7, 7, 8].map((seed) => prune(large, request(scheme), random(seed)));
    const same = (a: Float32Array, b: Float32Array): boolean => a.every((value, i) => value === b[i]);
    expect([same(one!, two!), same(one!, other!)]).toEqual([true, false]);
    const kept = one!.reduce((sum, value) => sum + value, 0) / one!.length;
    expect(Math.abs(kept - 0.25)).toBeLessThan(0.0026);
  });

  test('of few blocks keep what is asked too', () => {
    const small = { ...matrix, rows: 24, columns: 96, values: new Float32Array(24 * 96).fill(1) };
    for (const density of [0.25, 0.1, 0.05]) {
      const kept = prune(small, request('bcr', { density }), random(2)).reduce((sum, value) => sum + value, 0) / small.values.length;
      expect(Math.abs(kept / density - 1), String(density)).toBeLessThan(0.1);
    }
  });

  test('of blocks are rows times columns inside each block', () => {
    for (const source of ['iid', 'uniform'] as const) {
      const pruned = prune(matrix, request('bcr', { source }), random(3));
      for (let r = 0; r < 40; r += 8) {
        for (let c = 0; c < 96; c += 32) {
          const rowsOf = [...Array(8).keys()].map((i) => [...Array(32).keys()].filter((j) => pruned[(r + i) * 96 + c + j] !== 0).join());
          expect(new Set(rowsOf.filter((columns) => columns !== '')).size).toBeLessThanOrEqual(1);
          if (source === 'uniform') expect(rowsOf.filter((columns) => columns !== '')).toHaveLength(4);
        }
      }
    }
  });

  test('spread evenly have the density asked for, where counts of a block cannot', () => {
    for (const density of [0.1, 0.05]) {
      const tall = { ...matrix, rows: 400, values: new Float32Array(400 * 96).fill(1) };
      const pruned = prune(tall, { scheme: 'columns', block: [4, 16], density, source: 'even' }, random(3));
      const kept = pruned.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
      expect(Math.abs(kept / (density * pruned.length) - 1), String(density)).toBeLessThan(0.02);
    }
  });

  test('of columns alone keep every row of a block, where it keeps a column', () => {
    const pruned = prune(matrix, request('columns', { source: 'uniform' }), random(3));
    for (let c = 0; c < 96; c++) {
      const inFirstBlock = [...Array(8).keys()].filter((r) => pruned[r * 96 + c] !== 0).length;
      expect([0, 8]).toContain(inFirstBlock);
    }
  });

  test('by magnitude are the pruner\'s projection', () => {
    const values = matrix.values.map((value, i) => value + i / 1e4);
    const pruned = prune({ ...matrix, values }, request('bcr', { source: 'magnitude' }), random(1));
    const { mask } = project({ ...matrix, values }, { kind: 'bcr', rate: 4, blockRows: 8, blockColumns: 32, rowShare: 0.5 });
    expect(Array.from(pruned, (value) => (value === 0 ? 0 : 1))).toEqual([...mask.keep]);
  });

  test('that are not drawn say so', () => {
    expect(() => prune(matrix, request('pattern'), random(1))).toThrow(/not drawn/);
    expect(() => prune(matrix, request('diagonal'), random(1))).toThrow(/no scheme "diagonal"/);
    expect(MASK_SCHEMES.map(({ name }) => name)).toContain('block-punched');
  });
});

describe('problems', () => {
  test.each(TINY_LAYERS.filter(isPruned))('$name: the pruned layer computes the same from tiles and from dense weights', (layer) => {
    const masks = request('bcr', { density: 0.5, block: [4, 8] });
    const pruned = pruneProblem(makeProblem(layer, 5), masks, 5);
    const sparse = weightTensors(pruned, masks);
    expect(sparse.every((tensor) => nnzOf(tensor) < tensor.shape.reduce((a, b) => a * b, 1))).toBe(true);
    const answer = (tensors: typeof sparse) => run(modelOf(pruned, tensors), { x: pruned.input })['y']!;
    checkAnswer('dense', layer.name, answer(weightTensors(pruned)).data as Float32Array, answer(sparse));
    expect(answer(sparse).data.some((value) => value !== 0)).toBe(true);
  });

  test('a wrong answer is told with its place', () => {
    const expected = { kind: 'dense', dtype: 'f32', shape: [3], data: Float32Array.of(1, 2, 3) } as const;
    expect(() => checkAnswer('peer', 'layer', Float32Array.of(1, 2.1, 3), expected)).toThrow(/peer gives a wrong answer.*2 at 1/);
    expect(() => checkAnswer('peer', 'layer', Float32Array.of(1, NaN, 3), expected)).toThrow(/bench\.answer/);
    expect(() => checkAnswer('peer', 'layer', Float32Array.of(1, 2), expected)).toThrow(/another size/);
  });
});
