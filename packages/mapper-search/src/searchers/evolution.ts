import { resumed, seeded, type Random } from '@fretwork/autodiff';
import type { Actions, Told } from '../contract.js';
import { drawActions, mutate, pick } from './draw.js';
import type { SearcherRow } from './searcher-row.js';

/** Plans that are alive, and those among them that a parent is the best of. */
const [POPULATION, SAMPLE] = [20, 6];

type Member = Pick<Told, 'actions' | 'reward'>;

interface State {
  readonly random: readonly number[];
  readonly alive: readonly Member[];
  readonly started: boolean;
}

/** Real et al. 2019, Regularized Evolution for Image Classifier Architecture Search: the oldest dies, not the worst. */
export const evolution: SearcherRow = {
  name: 'evolution',
  says: 'changes the best of a few plans drawn from those alive; the oldest dies (regularised evolution)',
  make: ({ space, seed, start }) => {
    let random: Random = seeded(seed);
    let alive: Member[] = [];
    let started = false;
    const child = (): Actions => {
      const sample = Array.from({ length: SAMPLE }, () => pick(alive, random));
      return mutate(space, sample.reduce((best, one) => (one.reward > best.reward ? one : best)).actions, random);
    };
    return {
      ask: async (count) => {
        const first = started || start === undefined ? [] : [start];
        started = true;
        // Until there are enough to choose from, whatever is drawn; half of it near the start where there is one.
        const drawn = (): Actions => (start !== undefined && random.unit() < 0.5 ? mutate(space, start, random) : drawActions(space, random));
        return Array.from({ length: count }, (_, i) => first[i] ?? (alive.length < POPULATION ? drawn() : child()));
      },
      tell: async (told) => {
        alive = [...alive, ...told.map(({ actions, reward }) => ({ actions, reward }))].slice(-POPULATION);
      },
      state: (): State => ({ random: random.state(), alive, started }),
      restore: (state) => {
        const found = state as State;
        [random, alive, started] = [resumed(found.random), [...found.alive], found.started];
      },
      dispose: async () => {},
    };
  },
};
