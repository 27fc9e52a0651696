import type { BenchLayer } from '@fretwork/bench';

/** One of each kind, small enough for the reference to take no time; stride and odd sizes included. */
export const TINY_LAYERS: readonly BenchLayer[] = [
  { name: 'tiny 3x3', group: 'convolution', operator: 'conv', inputs: 5, outputs: 8, kernel: 3, size: 7, stride: 1, groups: 1 },
  { name: 'tiny 1x1', group: 'convolution', operator: 'conv', inputs: 16, outputs: 12, kernel: 1, size: 6, stride: 1, groups: 1 },
  { name: 'tiny 3x3 stride 2', group: 'convolution', operator: 'conv', inputs: 4, outputs: 8, kernel: 3, size: 5, stride: 2, groups: 1 },
  { name: 'tiny dw', group: 'depthwise', operator: 'conv', inputs: 8, outputs: 8, kernel: 3, size: 6, stride: 1, groups: 8 },
  { name: 'tiny dw stride 2', group: 'depthwise', operator: 'conv', inputs: 8, outputs: 8, kernel: 3, size: 4, stride: 2, groups: 8 },
  { name: 'tiny full', group: 'matrix-vector', operator: 'full', inputs: 24, outputs: 20 },
  { name: 'tiny gru', group: 'recurrent', operator: 'gru', inputs: 16, outputs: 16, steps: 3 },
];
