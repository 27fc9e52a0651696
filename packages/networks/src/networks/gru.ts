import type { Attribute } from '@fretwork/format';
import { NetworkBuilder } from '../builder.js';
import type { NetworkRow } from '../contract.js';
import { classes } from './classes.js';

const perm = (...axes: readonly number[]): Readonly<Record<string, Attribute>> => ({ perm: { type: 'ints', value: axes } });

export const gru: NetworkRow = {
  name: 'gru',
  says: 'Gated recurrent layers (Cho et al. 2014) and one fully connected layer; by default the two layers of 1024 that the papers prune on TIMIT.',
  options: [
    { name: 'layers', says: 'recurrent layers', default: 2, least: 1, most: 32 },
    { name: 'hidden', says: 'units of each', default: 1024, least: 1, most: 16_384 },
    { name: 'inputs', says: 'features of a frame', default: 39, least: 1, most: 65_536 },
    { name: 'frames', says: 'frames of a sequence', default: 100, least: 1, most: 65_536 },
    classes(39),
    { name: 'answer', says: 'one answer for each frame, or one after the last', default: 'frames', choices: ['frames', 'last'] },
    { name: 'reset', says: 'whether the reset gate acts before or after the recurrent product (linear_before_reset 0 or 1)', default: 'before', choices: ['before', 'after'] },
    { name: 'norm', says: 'a batch norm over the features of a frame comes first, in place of normalised features', default: 'none', choices: ['none', 'batch'] },
  ],
  build: (options, seed) => {
    const [layers, hidden, inputs, frames, outputs] = ['layers', 'hidden', 'inputs', 'frames', 'classes'].map((name) => options.number(name)) as [number, number, number, number, number];
    const net = new NetworkBuilder(seed);
    const given = net.input('frames', [frames, inputs]);
    let sequence = options.text('norm') === 'none' ? net.layer('time_first', 'Transpose', [given], perm(1, 0, 2)) : normed(net, given, inputs);
    const attributes: Readonly<Record<string, Attribute>> = {
      hidden_size: { type: 'int', value: hidden }, linear_before_reset: { type: 'int', value: options.text('reset') === 'after' ? 1 : 0 },
    };
    for (let l = 1; l <= layers; l++) {
      const name = `gru${l}`;
      const width = l === 1 ? inputs : hidden;
      const weights = [
        net.glorot(`${name}.input`, [1, 3 * hidden, width], hidden), net.glorot(`${name}.recurrent`, [1, 3 * hidden, hidden], hidden),
        net.constant(`${name}.bias`, [1, 6 * hidden], 0),
      ];
      const last = l === layers && options.text('answer') === 'last';
      // Optional outputs are named only where somebody reads them.
      const result = net.layer(name, 'GRU', [sequence, ...weights], attributes, last ? ['', `${name}_end`] : [name]);
      sequence = net.layer(`${name}_states`, 'Squeeze', [last ? `${name}_end` : result, net.indices(`${name}_states.axes`, last ? 0 : 1)]);
    }
    if (options.text('answer') === 'last') {
      const { value } = net.fullyConnected('fc', { value: sequence, features: hidden }, outputs);
      return net.model('gru', value, `GRU of ${layers} x ${hidden}, one answer per sequence, random weights`);
    }
    const states = net.layer('batch_first', 'Transpose', [sequence], perm(1, 0, 2));
    const product = net.layer('fc', 'MatMul', [states, net.glorot('fc.weight', [hidden, outputs])]);
    const value = net.layer('fc_bias', 'Add', [product, net.constant('fc.bias', [outputs], 0)]);
    return net.model('gru', value, `GRU of ${layers} x ${hidden}, one answer per frame, random weights`);
  },
};

/** `[N, T, I]` → features as channels → norm → `[T, N, I]`. */
function normed(net: NetworkBuilder, given: string, channels: number): string {
  const turned = net.layer('features_first', 'Transpose', [given], perm(0, 2, 1));
  const { value } = net.batchNorm('norm', { value: turned, channels, height: 1, width: 1 });
  return net.layer('time_first', 'Transpose', [value], perm(2, 0, 1));
}
