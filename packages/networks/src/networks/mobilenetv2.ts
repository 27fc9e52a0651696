import { NetworkBuilder, type Image } from '../builder.js';
import type { NetworkRow } from '../contract.js';
import { classes } from './classes.js';
import { SMALL_IMAGE } from './resnet18.js';

/** Table 2 of the paper: expansion, channels, blocks, stride of the first. */
const STAGES: readonly (readonly [expansion: number, channels: number, blocks: number, stride: number])[] = [
  [1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1],
];

/** Channels times width, to the nearest multiple of 8 that loses at most a tenth. */
function scaled(channels: number, width: number): number {
  const wanted = channels * width;
  const rounded = Math.max(8, Math.floor((wanted + 4) / 8) * 8);
  return rounded < 0.9 * wanted ? rounded + 8 : rounded;
}

export const mobilenetv2: NetworkRow = {
  name: 'mobilenetv2',
  says: 'MobileNetV2 (Sandler et al. 2018): inverted residuals with depthwise convolutions; below 64 x 64 stem and second stage have stride 1; `stem` sets the first of the two.',
  options: [
    { name: 'width', says: 'multiplier of all channel counts', default: 1, least: 0.1, most: 4, fraction: true },
    { name: 'size', says: 'height and width of the images', default: 224, least: 8, most: 4096 },
    { name: 'channels', says: 'of the images', default: 3, least: 1, most: 64 },
    { name: 'stem', says: 'stride of the first convolution', default: 'by-size', choices: ['by-size', '1', '2'] },
    classes(1000),
  ],
  build: (options, seed) => {
    const [width, size] = [options.number('width'), options.number('size')];
    const small = size < SMALL_IMAGE;
    const stem = options.text('stem') === 'by-size' ? (small ? 1 : 2) : Number(options.text('stem'));
    const net = new NetworkBuilder(seed);
    let now = relu6Block(net, 'conv1', net.image(options.number('channels'), size), { filters: scaled(32, width), kernel: 3, stride: stem, pad: 1 });
    for (const [s, [expansion, channels, blocks, stride]] of STAGES.entries()) {
      for (let b = 0; b < blocks; b++) {
        now = invertedResidual(net, `stage${s + 1}_${b + 1}`, now, { expansion, filters: scaled(channels, width), stride: b > 0 || (small && s === 1) ? 1 : stride });
      }
    }
    now = relu6Block(net, 'conv_last', now, { filters: scaled(1280, Math.max(1, width)), kernel: 1 });
    const { value } = net.fullyConnected('fc', net.flatten('flat', net.averageAll('pool', now)), options.number('classes'));
    return net.model('mobilenetv2', value, `MobileNetV2, width ${width}, for ${size} x ${size} images, random weights`);
  },
};

function relu6Block(net: NetworkBuilder, name: string, from: Image, sizes: Parameters<NetworkBuilder['block']>[2]): Image {
  const normed = net.normed(name, from, sizes);
  return { ...normed, value: net.layer(`${name}_relu6`, 'Clip', [normed.value, net.constant(`${name}_relu6.low`, [], 0), net.constant(`${name}_relu6.high`, [], 6)]) };
}

function invertedResidual(net: NetworkBuilder, name: string, from: Image, { expansion, filters, stride }: { readonly expansion: number; readonly filters: number; readonly stride: number }): Image {
  const channels = from.channels * expansion;
  const wide = expansion === 1 ? from : relu6Block(net, `${name}_expand`, from, { filters: channels, kernel: 1 });
  const deep = relu6Block(net, `${name}_depthwise`, wide, { filters: channels, kernel: 3, stride, pad: 1, groups: channels });
  const narrow = net.normed(`${name}_project`, deep, { filters, kernel: 1 });
  return stride === 1 && from.channels === filters ? net.add(`${name}_add`, from, narrow) : narrow;
}
