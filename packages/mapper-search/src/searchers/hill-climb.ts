import { resumed, seeded, type Random } from '@fretwork/autodiff';
import type { Actions } from '../contract.js';
import { mutate } from './draw.js';
import type { SearcherRow } from './searcher-row.js';

interface State {
  readonly random: readonly number[];
  readonly at: Actions;
  /** Null before anything was told. */
  readonly reward: number | null;
}

export const hillClimb: SearcherRow = {
  name: 'hill-climb',
  says: 'begins with the plan of the rules and goes to the best of its neighbours while there is a better one',
  make: ({ space, seed, start = space.slots.map(() => ({ structure: 0, rate: 0 })) }) => {
    let random: Random = seeded(seed);
    let at = start;
    let reward: number | null = null;
    return {
      ask: async (count) => Array.from({ length: count }, (_, i) => (reward === null && i === 0 ? at : mutate(space, at, random))),
      tell: async (told) => {
        for (const one of told) if (reward === null || one.reward > reward) [at, reward] = [one.actions, one.reward];
      },
      state: (): State => ({ random: random.state(), at, reward }),
      restore: (state) => {
        const found = state as State;
        [random, at, reward] = [resumed(found.random), found.at, found.reward];
      },
      dispose: async () => {},
    };
  },
};
