import { NetworkBuilder } from '../builder.js';
import type { NetworkRow } from '../contract.js';
import { classes } from './classes.js';

export const lenetLike: NetworkRow = {
  name: 'lenet-like',
  says: 'The LeNet-5 that pruning papers report on (Han et al. 2015): 20 and 50 filters of 5x5, 500 hidden units, for grey 28 x 28 images.',
  options: [classes(10)],
  build: (options, seed) => {
    const net = new NetworkBuilder(seed);
    const first = net.maxPool('pool1', net.convolution('conv1', net.image(1, 28), { filters: 20, kernel: 5, bias: 'with-bias' }), 2);
    const second = net.maxPool('pool2', net.convolution('conv2', first, { filters: 50, kernel: 5, bias: 'with-bias' }), 2);
    const hidden = net.relu('fc1_relu', net.fullyConnected('fc1', net.flatten('flat', second), 500));
    return net.model('lenet-like', net.fullyConnected('fc2', hidden, options.number('classes')).value, 'LeNet-5, random weights');
  },
};
