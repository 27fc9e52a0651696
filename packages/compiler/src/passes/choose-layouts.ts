import type { Pass } from '../contract.js';
import { planLayouts } from '../plan/layouts.js';

export const chooseLayouts: Pass = {
  name: 'choose-layouts',
  says: 'Says for each image whether its positions or its channels lie next to each other, and the border of zeros it needs; the model stays as it is.',
  run: (model) => ({
    model,
    notes: planLayouts(model).filter(({ layer, layout }) => layer !== '' && layout !== 'rows').map(({ layer, value, layout, border, reason }) => ({
      layer, outcome: 'plan',
      says: `${value} as ${layout}${border.length === 0 ? '' : ` with a border of [${border.join(', ')}]`}: ${reason}`,
    })),
  }),
};
