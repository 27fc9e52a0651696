import type { Outline } from '../container/outline.js';
import type { Attribute, Layer } from '../contract.js';
import type { ErrorDetails } from '../error.js';
import { factorFault, gemmFault } from './product-shapes.js';
import { convolutionFault, convolutionBiasFault, convolutionSettingsFault, normFault } from './window-shapes.js';
import { recurrentFault } from './recurrent-shapes.js';
import { shapesOf, type Shapes } from './shapes.js';
import type { Rule } from './rule.js';

type AnyLayer = Outline<Layer>;

/** Attributes that shapes of weights depend on, with the type ONNX gives them. */
const ATTRIBUTE_TYPES: Readonly<Record<string, Readonly<Record<string, Attribute['type']>>>> = {
  Conv: { group: 'int', kernel_shape: 'ints', strides: 'ints', dilations: 'ints', pads: 'ints', auto_pad: 'string' },
  ConvTranspose: {
    group: 'int', kernel_shape: 'ints', strides: 'ints', dilations: 'ints', pads: 'ints', output_padding: 'ints', output_shape: 'ints', auto_pad: 'string',
  },
  Gemm: { transA: 'int', transB: 'int', alpha: 'float', beta: 'float' },
  GRU: { hidden_size: 'int', direction: 'string', layout: 'int', linear_before_reset: 'int' },
  LSTM: { hidden_size: 'int', direction: 'string', layout: 'int', input_forget: 'int' },
  RNN: { hidden_size: 'int', direction: 'string', layout: 'int' },
};

/** A rule over the layers of ONNX's own domain. */
const each = (code: string, operators: readonly string[] | undefined, fault: (layer: AnyLayer, shapes: Shapes) => ErrorDetails | undefined): Rule<Outline> => ({
  code,
  check: (model) => {
    const shapes = shapesOf(model);
    for (const layer of model.layers) {
      if (layer.domain !== '' || (operators !== undefined && !operators.includes(layer.operator))) continue;
      const found = fault(layer, shapes);
      if (found !== undefined) return { layer: layer.name, ...found };
    }
    return undefined;
  },
});

const CONVOLUTIONS = ['Conv', 'ConvTranspose'];
const RECURRENT = ['GRU', 'LSTM', 'RNN'];

export const OPERATOR_RULES: readonly Rule<Outline>[] = [
  each('attribute.type', undefined, ({ operator, attributes }) => {
    const types = Object.hasOwn(ATTRIBUTE_TYPES, operator) ? ATTRIBUTE_TYPES[operator]! : {};
    for (const [name, expected] of Object.entries(types)) {
      const found = attributes.get(name);
      if (found !== undefined && found.type !== expected) return { expected: `${expected} for ${name}`, actual: found.type };
    }
    return undefined;
  }),
  each('conv.settings', CONVOLUTIONS, convolutionSettingsFault),
  each('conv.weight', CONVOLUTIONS, convolutionFault),
  each('conv.bias', CONVOLUTIONS, convolutionBiasFault),
  each('gemm.factors', ['Gemm'], gemmFault),
  each('matmul.factors', ['MatMul'], factorFault),
  each('recurrent.weights', RECURRENT, recurrentFault),
  each('norm.parameters', ['BatchNormalization', 'InstanceNormalization'], normFault),
];
