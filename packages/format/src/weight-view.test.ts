import { describe, expect, it } from 'vitest';
import type { Attribute, Layer } from './contract.js';
import { zeros } from './dtype.js';
import { weightsOf } from './weight-view.js';

const layer = (operator: string, weights: number, attributes: Record<string, Attribute> = {}): Layer => ({
  name: 'l', operator, domain: '', inputs: ['x', 'w', 'r'].slice(0, weights + 1), outputs: ['y'], attributes: new Map(Object.entries(attributes)),
});
const views = (shapes: Record<string, number[]>, of: Layer) =>
  weightsOf({ tensors: new Map(Object.entries(shapes).map(([name, shape]) => [name, zeros('f32', shape)])) }, of).map((w) => w.view);

describe('weightsOf', () => {
  it.each([
    ['Conv', layer('Conv', 1), { w: [16, 3, 3, 5] }, [{ count: 1, rows: 16, columns: 45, order: 'row-major', kernel: 15 }]],
    ['ConvTranspose', layer('ConvTranspose', 1), { w: [4, 6, 3, 3] }, [{ count: 1, rows: 54, columns: 4, order: 'column-major', kernel: 1 }]],
    ['Gemm as stored', layer('Gemm', 1), { w: [64, 10] }, [{ count: 1, rows: 10, columns: 64, order: 'column-major', kernel: 1 }]],
    ['Gemm transposed', layer('Gemm', 1, { transB: { type: 'int', value: 1 } }), { w: [10, 64] }, [{ count: 1, rows: 10, columns: 64, order: 'row-major', kernel: 1 }]],
    ['MatMul of a stack', layer('MatMul', 1), { w: [5, 64, 10] }, [{ count: 5, rows: 10, columns: 64, order: 'column-major', kernel: 1 }]],
    ['GRU, gate by gate', layer('GRU', 2), { w: [2, 24, 5], r: [2, 24, 8] }, [
      { count: 6, rows: 8, columns: 5, order: 'row-major', kernel: 1 }, { count: 6, rows: 8, columns: 8, order: 'row-major', kernel: 1 },
    ]],
    ['no weights', layer('Add', 1), { w: [3, 3] }, []],
    ['a weight that is no tensor', layer('Conv', 1), {}, []],
    ['a shape that is no weight', layer('Conv', 1), { w: [16] }, []],
  ])('sees %s', (_, of, shapes, expected) => {
    expect(views(shapes as unknown as Record<string, number[]>, of)).toEqual(expected);
  });
});
