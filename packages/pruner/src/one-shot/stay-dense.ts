import { elementCount, type Layer, type LayerWeight, type MatrixView, type PlanEntry, type Scheme } from '@fretwork/format';
import { supports } from '../projection/project.js';
import { isDepthwise } from './layer-view.js';
import { canRank } from './floats.js';

/** A weight and what is asked for it; `scheme` undefined: the plan does not name its layer. */
export interface Asked {
  readonly layer: Layer;
  readonly weight: LayerWeight;
  /** What it would be pruned as. */
  readonly matrices: MatrixView;
  readonly scheme: Scheme | undefined;
  readonly entry: PlanEntry | undefined;
  readonly skipped: boolean;
  /** It is the first convolution, and that was to be skipped. */
  readonly first: boolean;
  readonly smallest: number;
  /** What else reads the tensor, not as a weight. */
  readonly otherReader: string | undefined;
}

/** A reason for a weight to stay dense. */
export interface StayDenseRule {
  readonly says: string;
  /** The reason for this weight; undefined: none. */
  readonly why: (asked: Asked) => string | undefined;
}

/** In this order; the first that holds is the reason given. */
export const STAY_DENSE: readonly StayDenseRule[] = [
  {
    says: 'layers that were asked to be left alone',
    why: ({ skipped }) => (skipped ? 'skipped by name' : undefined),
  },
  {
    says: 'layers that the plan does not name, or keeps dense',
    why: ({ scheme, entry }) => {
      if (scheme === undefined) return 'not named in the plan';
      if (scheme.kind !== 'dense') return undefined;
      return entry === undefined ? 'asked to stay dense' : `the plan keeps it dense: ${entry.reason}`;
    },
  },
  {
    says: 'the first convolution, where that was asked for',
    why: ({ first }) => (first ? 'first convolution' : undefined),
  },
  {
    says: 'depthwise convolutions: one input channel per group, little to save, much to lose (papers.md 3.1)',
    why: ({ layer, weight }) => (isDepthwise(layer, weight) ? 'depthwise convolution' : undefined),
  },
  {
    says: 'weights that are not floats: magnitudes are ranked before quantisation',
    why: ({ weight: { tensor } }) => (canRank(tensor.dtype) ? undefined : `weights of type ${tensor.dtype}: prune before quantising`),
  },
  {
    says: 'tensors that are also read as something else than a weight',
    why: ({ otherReader }) => (otherReader === undefined ? undefined : `also read by ${otherReader}`),
  },
  {
    says: 'tensors with fewer weights than `smallest`',
    why: ({ weight: { tensor }, smallest }) => {
      const weights = elementCount(tensor.shape);
      return weights < smallest || weights === 0 ? `too small: ${weights} weights, fewer than ${Math.max(1, smallest)}` : undefined;
    },
  },
  {
    says: 'filters of transposed convolutions: a row of their matrix is one position of an output channel, not a filter',
    why: ({ layer, scheme }) => (layer.operator === 'ConvTranspose' && scheme?.kind === 'filter'
      ? 'rows of a transposed convolution are not filters: use channel or bcr' : undefined),
  },
  {
    says: 'block-punched where fewer things can go than the rate asks for: what goes together goes whole',
    why: ({ matrices: { rows, columns, kernel }, scheme }) => {
      if (scheme?.kind !== 'block-punched') return undefined;
      const units = Math.ceil(rows / scheme.blockFilters) * Math.ceil(columns / kernel / scheme.blockChannels) * kernel;
      return units >= scheme.rate ? undefined : `${units} block position${units === 1 ? '' : 's'} cannot keep one in ${scheme.rate}: use smaller blocks, or bcr`;
    },
  },
  {
    says: 'shapes that the scheme does not fit',
    why: ({ matrices, scheme }) => {
      const fits = supports(scheme!, matrices);
      return fits.ok ? undefined : `${fits.reason}: ${fits.hint}`;
    },
  },
];

export const whyDense = (asked: Asked): string | undefined => {
  for (const rule of STAY_DENSE) {
    const reason = rule.why(asked);
    if (reason !== undefined) return reason;
  }
  return undefined;
};
