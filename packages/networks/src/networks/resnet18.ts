import { NetworkBuilder, type Image } from '../builder.js';
import type { NetworkRow } from '../contract.js';
import { classes } from './classes.js';

/** Below this size the stem keeps the resolution, as is the custom for CIFAR. */
export const SMALL_IMAGE = 64;

export const resnet18: NetworkRow = {
  name: 'resnet18',
  says: 'ResNet-18 (He et al. 2016); images below 64 x 64 get a 3x3 stem with stride 1 and no pool, as is the custom for CIFAR-10.',
  options: [
    { name: 'size', says: 'height and width of the images', default: 224, least: 8, most: 4096 },
    classes(1000),
  ],
  build: (options, seed) => {
    const size = options.number('size');
    const net = new NetworkBuilder(seed);
    let now = stem(net, net.image(3, size));
    for (const [s, filters] of [64, 128, 256, 512].entries()) {
      now = basicBlock(net, `stage${s + 1}_1`, now, filters, s === 0 ? 1 : 2);
      now = basicBlock(net, `stage${s + 1}_2`, now, filters, 1);
    }
    const { value } = net.fullyConnected('fc', net.flatten('flat', net.averageAll('pool', now)), options.number('classes'));
    return net.model('resnet18', value, `ResNet-18 for ${size} x ${size} images, random weights`);
  },
};

const stem = (net: NetworkBuilder, image: Image): Image => (image.height < SMALL_IMAGE
  ? net.block('conv1', image, { filters: 64, kernel: 3, pad: 1 })
  : net.maxPool('pool1', net.block('conv1', image, { filters: 64, kernel: 7, stride: 2, pad: 3 }), 3, 2, 1));

function basicBlock(net: NetworkBuilder, name: string, from: Image, filters: number, stride: number): Image {
  const first = net.block(`${name}_conv1`, from, { filters, kernel: 3, stride, pad: 1 });
  const second = net.normed(`${name}_conv2`, first, { filters, kernel: 3, pad: 1 });
  const shortcut = stride === 1 && from.channels === filters ? from : net.normed(`${name}_shortcut`, from, { filters, kernel: 1, stride });
  return net.relu(`${name}_relu`, net.add(`${name}_add`, second, shortcut));
}
