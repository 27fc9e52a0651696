import { resumed, seeded, type Random } from '@fretwork/autodiff';
import { drawActions } from './draw.js';
import type { SearcherRow } from './searcher-row.js';

export const randomSearch: SearcherRow = {
  name: 'random',
  says: 'draws every slot by itself and learns nothing: what others must beat',
  make: ({ space, seed }) => {
    let random: Random = seeded(seed);
    return {
      ask: async (count) => Array.from({ length: count }, () => drawActions(space, random)),
      tell: async () => {},
      state: () => ({ random: random.state() }),
      restore: (state) => { random = resumed((state as { random: number[] }).random); },
      dispose: async () => {},
    };
  },
};
