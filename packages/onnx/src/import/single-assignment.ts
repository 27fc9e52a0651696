import { FretworkError } from '@fretwork/format';
import type { onnx } from '../schema/onnx.pb.js';

/**
 * Every value has one origin, and every name that is read has an origin: an input, a weight or a node.
 * Throws `onnx.duplicate-name`, `onnx.unnamed-value`, `onnx.undefined-value`.
 */
export function checkNames(graph: onnx.GraphProto, weights: readonly string[]): void {
  const made = new Set<string>();
  const make = (name: string, what: string): void => {
    if (name === '') throw new FretworkError('onnx.unnamed-value', `${what} has no name`, { hint: 'export the model again' });
    if (made.has(name)) {
      throw new FretworkError('onnx.duplicate-name', 'two values have one name', { tensor: name, actual: what, hint: 'export the model again' });
    }
    made.add(name);
  };
  for (const name of weights) make(name, 'an initialiser');
  const initialised = new Set(weights);
  const inputs = new Set<string>();
  for (const { name } of graph.input) {
    if (inputs.has(name) || !initialised.has(name)) make(name, 'an input of the model');
    inputs.add(name);
  }
  for (const node of graph.node) for (const name of node.output) if (name !== '') make(name, `an output of ${node.opType}`);

  const read = (name: string, by: string): void => {
    if (made.has(name)) return;
    throw new FretworkError('onnx.undefined-value', 'a value is read that nothing makes', {
      tensor: name, actual: `read by ${by}`, hint: 'the graph was cut in the wrong place; export the model again',
    });
  };
  for (const node of graph.node) for (const name of node.input) if (name !== '') read(name, `${node.opType} ${node.name}`);
  const outputs = new Set<string>();
  for (const { name } of graph.output) {
    read(name, 'an output of the model');
    if (outputs.has(name)) throw new FretworkError('onnx.duplicate-name', 'two outputs of the model have one name', { tensor: name });
    outputs.add(name);
  }
}
