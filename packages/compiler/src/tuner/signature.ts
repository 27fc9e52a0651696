import { densityOf, type Activation, type Attribute, type Dimension, type Layer, type Scheme, type Tensor } from '@fretwork/format';
import type { ModelContext } from '../backend.js';

/**
 * What a layer is to a tuner: two layers of one signature take the same choice. Operator, attributes, shapes, element types,
 * activation, how the weights were pruned and stored, and how many are kept (in per cent, two digits); no name, no value.
 * `Conv(f32[1,64,56,56], f32[64,64,3,3] bcr 4x16 10%) by bcr 10 4 16 0.5 group=1 pads=1,1,1,1 -> [1,64,56,56] relu`
 */
export function layerSignature(layer: Layer, { model, shapes }: ModelContext): string {
  const inputs = layer.inputs.map((name) => {
    const tensor = model.tensors.get(name);
    if (tensor !== undefined) return tensorText(tensor);
    const value = shapes.values.get(name);
    return name === '' ? '-' : `${value?.dtype ?? '?'}${shapeText(value?.shape)}`;
  });
  const operator = layer.domain === '' ? layer.operator : `${layer.domain}.${layer.operator}`;
  const attributes = [...layer.attributes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, attribute]) => ` ${name}=${attributeText(attribute)}`);
  const scheme = layer.scheme === undefined ? '' : ` by ${schemeText(layer.scheme)}`;
  return `${operator}(${inputs.join(', ')})${scheme}${attributes.join('')} -> ${layer.outputs.map((name) => (name === '' ? '-' : shapeText(shapes.values.get(name)?.shape))).join(', ')}${activationText(layer.activation)}`;
}

const shapeText = (shape: readonly Dimension[] | undefined): string => (shape === undefined ? '?' : `[${shape.join(',')}]`);

function tensorText(tensor: Tensor): string {
  const text = `${tensor.dtype}${shapeText(tensor.shape)}`;
  if (tensor.kind === 'dense') return text;
  const encodings = [...new Set(tensor.matrices.map((matrix) => (matrix.encoding === 'bcr' ? `bcr ${matrix.blockRows}x${matrix.blockColumns}` : matrix.encoding)))].join('+');
  return `${text} ${encodings} ${Number((100 * densityOf(tensor)).toPrecision(2))}%`;
}

function schemeText(scheme: Scheme): string {
  const { kind, ...facts } = scheme;
  return [kind, ...Object.values(facts)].join(' ');
}

const activationText = (activation: Activation | undefined): string =>
  (activation === undefined ? '' : ` ${[activation.kind, activation.alpha, activation.beta].filter((word) => word !== undefined).join(' ')}`);

const attributeText = (attribute: Attribute): string => (attribute.type === 'tensor' ? `tensor${shapeText(attribute.value.shape)}` : String(attribute.value));
