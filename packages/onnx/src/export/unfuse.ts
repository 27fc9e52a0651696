import {
  dense, numberToBfloat, numberToHalf, FretworkError, type Activation, type ActivationKind, type DenseTensor, type DType, type Layer,
} from '@fretwork/format';
import type { Node, NodeAttribute } from '../forms/node.js';
import { nodeOf } from './node.js';

/** What taking an activation out of a layer may ask and add. */
export interface UnfuseContext {
  readonly value: (layer: string, what: string) => string;
  readonly layer: (layer: string, what: string) => string;
  readonly add: (layer: string, what: string, tensor: DenseTensor) => string;
  readonly dtypeOf: (name: string) => DType | undefined;
}

/** One row per activation: its operator, and which of its numbers are attributes of that. `Clip` takes inputs instead. */
const ACTIVATIONS: Readonly<Record<ActivationKind, { readonly operator: string; readonly attributes: readonly ('alpha' | 'beta')[] }>> = {
  relu: { operator: 'Relu', attributes: [] },
  clip: { operator: 'Clip', attributes: [] },
  'leaky-relu': { operator: 'LeakyRelu', attributes: ['alpha'] },
  sigmoid: { operator: 'Sigmoid', attributes: [] },
  tanh: { operator: 'Tanh', attributes: [] },
  'hard-sigmoid': { operator: 'HardSigmoid', attributes: ['alpha', 'beta'] },
  'hard-swish': { operator: 'HardSwish', attributes: [] },
};

/** The nodes of a layer: one, or with a fused activation two. Throws `onnx.export-clip`. */
export function unfuse(layer: Layer, context: UnfuseContext): readonly Node[] {
  const node = nodeOf(layer);
  const { activation } = layer;
  const output = layer.outputs[0];
  if (activation === undefined || output === undefined || output === '') return [node];
  const between = context.value(layer.name, 'linear');
  const row = ACTIVATIONS[activation.kind];
  const attributes = new Map<string, NodeAttribute>();
  for (const name of row.attributes) {
    const value = activation[name];
    if (value !== undefined) attributes.set(name, { type: 'float', value });
  }
  const bounds = activation.kind === 'clip' ? clipBounds(layer.name, output, activation, context) : [];
  return [
    { ...node, outputs: [between, ...layer.outputs.slice(1)] },
    { name: context.layer(layer.name, activation.kind), operator: row.operator, inputs: [between, ...bounds], outputs: [output], attributes },
  ];
}

function clipBounds(layer: string, output: string, { alpha, beta }: Activation, context: UnfuseContext): readonly string[] {
  const bound = (what: string, value: number): string => {
    const tensor = scalar(context.dtypeOf(output), value);
    if (tensor !== undefined) return context.add(layer, what, tensor);
    throw new FretworkError('onnx.export-clip', 'the bounds of a fused clip need the element type of its output', {
      layer, expected: 'f32, f64, f16 or bf16', actual: context.dtypeOf(output) ?? 'not known', hint: 'declare the output among the values of the model',
    });
  };
  if (beta !== undefined) return [alpha === undefined ? '' : bound('min', alpha), bound('max', beta)];
  return alpha === undefined ? [] : [bound('min', alpha)];
}

function scalar(dtype: DType | undefined, value: number): DenseTensor | undefined {
  if (dtype === 'f32') return dense(dtype, [], Float32Array.of(value));
  if (dtype === 'f64') return dense(dtype, [], Float64Array.of(value));
  if (dtype === 'f16') return dense(dtype, [], Uint16Array.of(numberToHalf(value)));
  return dtype === 'bf16' ? dense(dtype, [], Uint16Array.of(numberToBfloat(value))) : undefined;
}
