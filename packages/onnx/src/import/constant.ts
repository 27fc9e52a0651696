import { dense, type DenseTensor } from '@fretwork/format';
import type { NodeAttribute } from '../forms/node.js';

/** The tensor that a `Constant` node is; nothing where it has not exactly one of the attributes that can say it. */
export function constantOf(attributes: ReadonlyMap<string, NodeAttribute>): DenseTensor | undefined {
  const [name, attribute, another] = [...attributes].flat() as [string?, NodeAttribute?, string?];
  if (attribute === undefined || another !== undefined) return undefined;
  if ((name === 'value' || name === 'sparse_value') && attribute.type === 'tensor') return attribute.value;
  if (name === 'value_float' && attribute.type === 'float') return dense('f32', [], Float32Array.of(attribute.value));
  if (name === 'value_floats' && attribute.type === 'floats') return dense('f32', [attribute.value.length], Float32Array.from(attribute.value));
  if (name === 'value_int' && attribute.type === 'int') return dense('i64', [], BigInt64Array.of(attribute.value));
  if (name === 'value_ints' && attribute.type === 'ints') return dense('i64', [attribute.value.length], BigInt64Array.from(attribute.value));
  return undefined;
}
