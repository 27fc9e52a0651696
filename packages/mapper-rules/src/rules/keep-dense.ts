import type { Rule } from '../contract.js';
import { isDepthwise } from './candidates.js';
import { percent } from './words.js';

const FLOATS: ReadonlySet<string> = new Set(['f32', 'f16', 'bf16', 'f64']);

/** Layers that are never asked what would suit them. */
export const KEEP_DENSE: readonly Rule[] = [
  {
    name: 'asked', source: 'ours', thresholds: [],
    says: 'Layers that were to be left alone stay dense.',
    rule: ({ layer: { first }, skipped, skipFirst }) => (skipped ? { dense: 'skipped by name' } : skipFirst && first ? { dense: 'first convolution' } : undefined),
  },
  {
    name: 'depthwise', source: 'papers.md 3.5 rule 1', thresholds: [],
    says: 'Depthwise convolutions stay dense: little to win, much to lose.',
    rule: ({ layer }) => (isDepthwise(layer) ? { dense: `depthwise: ${percent(layer.share)} of the time, and sensitive` } : undefined),
  },
  {
    name: 'not-floats', source: 'ours', thresholds: [],
    says: 'Weights that are no floats stay as they are: magnitudes are ranked before quantisation.',
    rule: ({ layer: { weights } }) => {
      const other = weights.find(({ tensor }) => !FLOATS.has(tensor.dtype));
      return other === undefined ? undefined : { dense: `weights of type ${other.tensor.dtype}: prune before quantising` };
    },
  },
  {
    name: 'small', source: 'ours', thresholds: ['smallest'],
    says: 'Layers with few weights stay dense.',
    rule: ({ layer: { count }, thresholds: { smallest } }) => (count < smallest ? { dense: `too small: ${count} weights` } : undefined),
  },
  {
    name: 'unknown', source: 'ours', thresholds: [],
    says: 'Layers whose time is not known stay dense: nobody could say whether pruning pays.',
    rule: ({ layer: { unknown } }) => (unknown === undefined ? undefined : { dense: `its time is not known: ${unknown}` }),
  },
  {
    name: 'little-time', source: 'ours', thresholds: ['leastShare'],
    says: 'Layers that take next to no time stay dense.',
    rule: ({ layer: { share }, thresholds: { leastShare } }) => (share < leastShare ? { dense: `${percent(share)} of the time: nothing to win` } : undefined),
  },
];
