import { attribute, type Layer } from '@fretwork/format';

/** Attribute `name`, or `otherwise` where the layer has none. Each throws `attribute.type`. */
export const int = (layer: Layer, name: string, otherwise: number): number => attribute(layer, name, 'int', otherwise);
export const float = (layer: Layer, name: string, otherwise: number): number => attribute(layer, name, 'float', otherwise);
export const text = (layer: Layer, name: string, otherwise: string): string => attribute(layer, name, 'string', otherwise);
export const ints = (layer: Layer, name: string): readonly number[] | undefined => attribute(layer, name, 'ints', undefined);
/** An int that is a question, no where left out. */
export const flag = (layer: Layer, name: string): boolean => int(layer, name, 0) !== 0;
