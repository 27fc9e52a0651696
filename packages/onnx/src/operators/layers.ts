import { float, floats, int, ints, required, row, since, string, strings, type AttributeRow, type OperatorRow } from './row.js';

const window: readonly AttributeRow[] = [string('auto_pad', 'NOTSET'), ints('pads'), ints('strides')];
const convolution: readonly AttributeRow[] = [...window, ints('dilations'), int('group', 1), ints('kernel_shape')];

const recurrent: readonly AttributeRow[] = [
  floats('activation_alpha'), floats('activation_beta'), float('clip'), string('direction', 'forward'), int('hidden_size'), since(14, int('layout', 0)),
];

/** Layers with weights, windows or statistics. */
export const LAYERS: readonly OperatorRow[] = [
  row('AveragePool', [7, 13], [1, 1], [1, 1], ...window, int('ceil_mode', 0), int('count_include_pad', 0), since(19, ints('dilations')), required(ints('kernel_shape'))),
  row('BatchNormalization', [7, 13], [5, 5], [1, 3], float('epsilon', Math.fround(1e-5)), float('momentum', Math.fround(0.9)), since(14, int('training_mode', 0))),
  row('Conv', [1, 13], [2, 3], [1, 1], ...convolution),
  row('ConvTranspose', [1, 13], [2, 3], [1, 1], ...convolution, ints('output_padding'), ints('output_shape')),
  row('GRU', [7, 13], [3, 6], [0, 2], ...recurrent, strings('activations'), int('linear_before_reset', 0)),
  row('Gemm', [7, 13], [2, 3], [1, 1], float('alpha', 1), float('beta', 1), int('transA', 0), int('transB', 0)),
  row('InstanceNormalization', [6, 13], [3, 3], [1, 1], float('epsilon', Math.fround(1e-5))),
  row('LRN', [1, 13], [1, 1], [1, 1], float('alpha', Math.fround(1e-4)), float('beta', 0.75), float('bias', 1), required(int('size'))),
  row('LSTM', [7, 13], [3, 8], [0, 3], ...recurrent, strings('activations'), int('input_forget', 0)),
  row('LayerNormalization', [17, 17], [2, 3], [1, 3], int('axis', -1), float('epsilon', Math.fround(1e-5)), int('stash_type', 1)),
  row('LogSoftmax', [1, 13], [1, 1], [1, 1], int('axis', -1)),
  row('MatMul', [1, 13], [2, 2], [1, 1]),
  row('MaxPool', [1, 13], [1, 1], [1, 2], ...window, int('ceil_mode', 0), ints('dilations'), required(ints('kernel_shape')), int('storage_order', 0)),
  // Newer than the one form, and not part of it before.
  row('RMSNormalization', [23, 23], [2, 2], [1, 1], int('axis', -1), float('epsilon', Math.fround(1e-5)), int('stash_type', 1)),
  row('RNN', [7, 13], [3, 6], [0, 2], ...recurrent, strings('activations', ['Tanh', 'Tanh'])),
  row('Softmax', [1, 13], [1, 1], [1, 1], int('axis', -1)),
];
