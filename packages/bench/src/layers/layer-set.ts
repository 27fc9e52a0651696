import { FretworkError } from '@fretwork/format';

/** Layers over which one geometric mean is taken. */
export type LayerGroup = 'convolution' | 'depthwise' | 'matrix-vector' | 'recurrent';

interface Named {
  readonly name: string;
  readonly group: LayerGroup;
}

/** Kernel x kernel, from `inputs` to `outputs` channels, on maps of `size` x `size` pixels after the stride. Batch 1. */
export interface ConvLayer extends Named {
  readonly operator: 'conv';
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly size: number;
  readonly stride: number;
  /** 1, or `inputs` for depthwise. */
  readonly groups: number;
}

/** One vector of `inputs` to one of `outputs`. */
export interface FullLayer extends Named {
  readonly operator: 'full';
  readonly inputs: number;
  readonly outputs: number;
}

/** `steps` vectors of `inputs`, `outputs` hidden units. */
export interface GruLayer extends Named {
  readonly operator: 'gru';
  readonly inputs: number;
  readonly outputs: number;
  readonly steps: number;
}

export type BenchLayer = ConvLayer | FullLayer | GruLayer;

const conv = (network: string, kernel: number, inputs: number, outputs: number, size: number): ConvLayer => ({
  name: `${network} ${kernel}x${kernel} ${inputs}-${outputs}@${size}`, group: 'convolution', operator: 'conv', inputs, outputs, kernel, size, stride: 1, groups: 1,
});

const depthwise = (channels: number, size: number, stride: number): ConvLayer => ({
  name: `mbv2 dw 3x3 ${channels}@${size}${stride === 1 ? '' : ` stride ${stride}`}`, group: 'depthwise', operator: 'conv', inputs: channels, outputs: channels, kernel: 3, size, stride, groups: channels,
});

const full = (name: string, inputs: number, outputs: number): FullLayer => ({ name, group: 'matrix-vector', operator: 'full', inputs, outputs });

/** The layers of VGG, ResNet-50, MobileNetV2 and a recurrent network that the papers' figures rest on. */
export const LAYER_SET: readonly BenchLayer[] = [
  conv('vgg', 3, 64, 64, 32),
  conv('vgg', 3, 256, 256, 8),
  conv('vgg', 3, 256, 256, 56),
  conv('vgg', 3, 512, 512, 14),
  conv('res', 1, 256, 64, 56),
  conv('res', 1, 64, 256, 56),
  conv('res', 1, 1024, 256, 14),
  conv('res', 1, 512, 2048, 7),
  conv('mbv2', 1, 96, 24, 56),
  conv('mbv2', 1, 160, 960, 7),
  conv('mbv2', 1, 960, 160, 7),
  depthwise(144, 56, 1),
  depthwise(144, 28, 2),
  depthwise(576, 14, 1),
  full('fc 4096-4096', 4096, 4096),
  full('gru step 1024-3072', 1024, 3072),
  { name: 'gru 1024 x 8 steps', group: 'recurrent', operator: 'gru', inputs: 1024, outputs: 1024, steps: 8 },
];

/** Rows whose name or group contains one of `only`; all where it is empty. Throws `bench.option` where a word finds nothing. */
export function chooseLayers(set: readonly BenchLayer[], only: readonly string[]): readonly BenchLayer[] {
  const fits = (layer: BenchLayer, word: string): boolean => layer.name.includes(word) || layer.group.includes(word);
  const lost = only.find((word) => !set.some((layer) => fits(layer, word)));
  if (lost !== undefined) throw new FretworkError('bench.option', `no layer is called ${JSON.stringify(lost)}`, { expected: `part of one of: ${set.map(({ name }) => name).join(', ')}`, hint: 'or of a group: convolution, depthwise, matrix-vector, recurrent' });
  return only.length === 0 ? set : set.filter((layer) => only.some((word) => fits(layer, word)));
}

/** Pruned by rows of `rows x columns` matrices, `count` of them. Depthwise layers are left dense. */
export const isPruned = (layer: BenchLayer): boolean => layer.group !== 'depthwise';

/** Side of the input map; padding is as TensorFlow's SAME: what is odd goes below and to the right. */
export function inputSide({ size, stride }: ConvLayer): number {
  return size * stride;
}

/** Zeros before and after, on each axis. */
export function padding({ kernel, size, stride }: ConvLayer): readonly [number, number] {
  const total = Math.max(0, (size - 1) * stride + kernel - size * stride);
  return [total >> 1, total - (total >> 1)];
}

export function inputShape(layer: BenchLayer): readonly number[] {
  switch (layer.operator) {
    case 'conv': return [1, layer.inputs, inputSide(layer), inputSide(layer)];
    case 'full': return [1, layer.inputs];
    case 'gru': return [layer.steps, 1, layer.inputs];
  }
}

/** Of every weight tensor: one, or two (of the input, of the state) of a recurrent layer. */
export function weightShapes(layer: BenchLayer): readonly (readonly number[])[] {
  switch (layer.operator) {
    case 'conv': return [[layer.outputs, layer.inputs / layer.groups, layer.kernel, layer.kernel]];
    case 'full': return [[layer.outputs, layer.inputs]];
    case 'gru': return [[1, 3 * layer.outputs, layer.inputs], [1, 3 * layer.outputs, layer.outputs]];
  }
}

/** Multiply-adds of the dense layer. */
export function macs(layer: BenchLayer): number {
  switch (layer.operator) {
    case 'conv': return layer.outputs * (layer.inputs / layer.groups) * layer.kernel ** 2 * layer.size ** 2;
    case 'full': return layer.outputs * layer.inputs;
    case 'gru': return layer.steps * 3 * layer.outputs * (layer.inputs + layer.outputs);
  }
}
