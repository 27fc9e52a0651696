import { NetworkBuilder, type Image } from '../builder.js';
import type { NetworkRow } from '../contract.js';
import { classes } from './classes.js';

/** 3x3 convolutions with batch norms, stage after stage, each stage ending in a 2x2 pool. */
function stages(net: NetworkBuilder, image: Image, filters: readonly (readonly number[])[]): Image {
  let now = image;
  for (const [s, stage] of filters.entries()) {
    for (const [c, count] of stage.entries()) now = net.block(`conv${s + 1}_${c + 1}`, now, { filters: count, kernel: 3, pad: 1 });
    now = net.maxPool(`pool${s + 1}`, now, 2);
  }
  return now;
}

export const vgg16Cifar: NetworkRow = {
  name: 'vgg16-cifar',
  says: 'VGG-16 for CIFAR-10: thirteen 3x3 convolutions with batch norms and one fully connected layer (Simonyan & Zisserman 2015, Liu et al. 2017).',
  options: [classes(10)],
  build: (options, seed) => {
    const net = new NetworkBuilder(seed);
    const last = stages(net, net.image(3, 32), [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]]);
    const { value } = net.fullyConnected('fc', net.flatten('flat', last), options.number('classes'));
    return net.model('vgg16-cifar', value, 'VGG-16 for 32 x 32 images, random weights');
  },
};

export const vggSmall: NetworkRow = {
  name: 'vgg-small',
  says: 'Six 3x3 convolutions in VGG style with batch norms, for grey 28 x 28 images such as Fashion-MNIST.',
  options: [
    classes(10),
    { name: 'width', says: 'filters of the first stage; 2 and 4 times as many in the others', default: 32, least: 1, most: 1024 },
    { name: 'hidden', says: 'outputs of the hidden fully connected layer', default: 256, least: 1, most: 65_536 },
  ],
  build: (options, seed) => {
    const width = options.number('width');
    const net = new NetworkBuilder(seed);
    const last = stages(net, net.image(1, 28), [1, 2, 4].map((times) => [times * width, times * width]));
    const hidden = net.relu('fc1_relu', net.fullyConnected('fc1', net.flatten('flat', last), options.number('hidden')));
    return net.model('vgg-small', net.fullyConnected('fc2', hidden, options.number('classes')).value, 'VGG-style network for 28 x 28 images, random weights');
  },
};
