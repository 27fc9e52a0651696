import { describe, expect, it } from 'vitest';
import { dense, FretworkError, inferShapes, parseModel } from '@fretwork/format';
import { caseBytes } from './stored-cases.js';

const model = parseModel(`fretwork 1
model sum
producer test version 1 opset 0

input a f32 [2]
input b f32 [1]
output y f32 [2]

layer add = Add(a, b) -> y
`);
const context = { model, shapes: inferShapes(model) };
const f32 = (...values: number[]): ReturnType<typeof dense> => dense('f32', [values.length], Float32Array.from(values));

describe('stored cases', () => {
  it('lie case by case, inputs before outputs, in the order of the model', () => {
    const bytes = caseBytes(context, [
      { inputs: { b: f32(3), a: f32(1, 2) }, outputs: { y: f32(4, 5) } },
      { inputs: { a: f32(0, 0), b: f32(7) }, outputs: { y: f32(7, 7) } },
    ]);
    expect([...new Float32Array(bytes.buffer)]).toEqual([1, 2, 3, 4, 5, 0, 0, 7, 7, 7]);
  });

  it.each([
    ['nothing', { a: f32(1, 2) }],
    ['f32 [2]', { a: f32(1, 2), b: f32(1, 2) }],
  ])('are refused where the model has something else: %s', (actual, inputs) => {
    const stored = (): Uint8Array => caseBytes(context, [{ inputs: inputs as never, outputs: { y: f32(0, 0) } }]);
    expect(stored).toThrow(FretworkError);
    expect(stored).toThrow(expect.objectContaining({ code: 'compiler.test-data', details: expect.objectContaining({ tensor: 'b', expected: 'f32 [1]', actual }) }));
  });
});
