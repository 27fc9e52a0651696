import { optionError, type Augmentation } from './augmentation.js';

/**
 * Float samples of any shape, each mixed with another of its batch: (1 - s) times the one and s times the other, s drawn evenly
 * from 0 to `most` (Zhang et al. 2018, mixup). Labels are left as they are: below a half the sample's own still prevails, and a teacher
 * that is asked about what came out can be learnt from in any case. Throws `augment.option`.
 */
export function mix({ most }: { readonly most: number }): Augmentation {
  if (!(most >= 0 && most <= 1)) throw optionError('a share of 0 to 1', most);
  return {
    name: 'mix',
    refuses: (_, dtype) => (dtype === 'f32' || dtype === 'f64' ? undefined : 'f32 or f64'),
    sample: (from, to, _, source, another) => {
      const other = another();
      const share = source.between(0, most);
      for (let i = 0; i < to.length; i++) to[i] = (1 - share) * Number(from[i]!) + share * Number(other[i]!);
    },
  };
}
