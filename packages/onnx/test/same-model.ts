import { expect } from 'vitest';
import { bytesOf, decode, type Model, type Tensor } from '@fretwork/format';

/** What ONNX has no place for, and the opset, which is that of the file that was read. */
const outline = (model: Model): unknown => ({
  name: model.name,
  inputs: model.inputs,
  outputs: model.outputs,
  values: model.values,
  layers: model.layers.map(({ origin: _origin, tuning: _tuning, ...layer }) => layer),
  tensors: [...model.tensors].map(([name, { dtype, shape }]) => [name, dtype, shape]),
  provenance: { ...model.provenance, sourceOpset: 0 },
});

const sameBytes = (a: Tensor, b: Tensor): boolean => Buffer.compare(bytesOf(decode(a).data), bytesOf(decode(b).data)) === 0;

/** Fails unless `actual` is `expected`, up to what export documents; weights bit for bit, sparse or dense. */
export function expectSame(actual: Model, expected: Model, what: string): void {
  expect(outline(actual), what).toEqual(outline(expected));
  for (const [name, tensor] of expected.tensors) expect(sameBytes(actual.tensors.get(name)!, tensor), `${what}: ${name}`).toBe(true);
}
