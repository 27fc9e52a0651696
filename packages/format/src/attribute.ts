import type { Attribute, Layer } from './contract.js';
import { FretworkError } from './error.js';

/** The value that goes with each attribute type. */
export type AttributeValues = { readonly [A in Attribute as A['type']]: A['value'] };

/**
 * The value of attribute `name`, or `otherwise` where the layer has none.
 * Throws `attribute.type` where it has another type than `type`.
 */
export function attribute<T extends Attribute['type'], D>(layer: Layer, name: string, type: T, otherwise: D): AttributeValues[T] | D {
  const found = layer.attributes.get(name);
  if (found === undefined) return otherwise;
  if (found.type !== type) {
    throw new FretworkError('attribute.type', `attribute ${name} of ${layer.operator} has the wrong type`, {
      layer: layer.name, expected: type, actual: found.type,
    });
  }
  return found.value as AttributeValues[T];
}

/** The same, where the operator cannot do without. Throws `attribute.missing`. */
export function requiredAttribute<T extends Attribute['type']>(layer: Layer, name: string, type: T): AttributeValues[T] {
  const value = attribute(layer, name, type, undefined);
  if (value === undefined) {
    throw new FretworkError('attribute.missing', `${layer.operator} needs attribute ${name}`, { layer: layer.name, expected: type });
  }
  return value;
}
