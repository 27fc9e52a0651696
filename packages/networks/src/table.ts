import type { NetworkRow } from './contract.js';
import { gru } from './networks/gru.js';
import { lenetLike } from './networks/lenet-like.js';
import { mobilenetv2 } from './networks/mobilenetv2.js';
import { resnet18 } from './networks/resnet18.js';
import { vgg16Cifar, vggSmall } from './networks/vgg.js';

/** Every network, one row each; help text, README and tests read this table. */
export const NETWORKS: readonly NetworkRow[] = [vgg16Cifar, resnet18, mobilenetv2, lenetLike, vggSmall, gru];
