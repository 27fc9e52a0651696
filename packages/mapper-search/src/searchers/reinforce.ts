import { resumed, seeded, type Random } from '@fretwork/autodiff';
import type { Told } from '../contract.js';
import { actionsText } from '../space/search-space.js';
import { createController } from './controller.js';
import type { SearcherRow } from './searcher-row.js';

/** Weight of the entropy at the start; it falls by this factor with every round. */
const [ENTROPY, COOLING] = [0.05, 0.98];
/** What stays of the baseline, and of the usual distance to it, from round to round. */
const KEEP = 0.8;
/** Added to that distance, in units of reward: differences far below it are noise. */
const NOISE = 0.01;
/** Advantages beyond this are cut: one plan that is far too slow must not drown the others. */
const MOST = 2;

/** The best plans so far, which every round imitates beside what it learns from its own: an evaluation is too dear to be learned from once (priority queue training, Abolafia et al. 2018). */
const [ELITE, IMITATIONS] = [2, 8];

type Kept = Pick<Told, 'actions' | 'reward'>;

interface State {
  readonly random: readonly number[];
  /** Base64 of the controller. */
  readonly policy: string;
  /** Null before the first round. */
  readonly baseline: number | null;
  readonly distance: number;
  readonly rounds: number;
  readonly elite: readonly Kept[];
}

/** The mapping paper's agent (papers.md 3.6): policy gradient with a recurrent controller, a moving baseline and an entropy term. */
export const reinforce: SearcherRow = {
  name: 'reinforce',
  says: 'draws from a recurrent policy over the layers and follows the policy gradient (the mapping paper\'s agent)',
  make: ({ space, seed, start, sessions, policy }) => {
    const controller = createController({ slots: space.slots, seed, ...(sessions !== undefined && { sessions }) });
    if (policy !== undefined) controller.restore(fromBase64(policy));
    let random: Random = seeded(seed);
    let baseline: number | null = null;
    let distance = 0;
    let rounds = 0;
    let elite: readonly Kept[] = [];
    return {
      ask: async (count) => {
        const drawn = await controller.draw(count, random);
        return rounds === 0 && start !== undefined ? [start, ...drawn.slice(1)] : drawn;
      },
      tell: async (told) => {
        if (told.length === 0) return;
        const mean = told.reduce((sum, { reward }) => sum + reward, 0) / told.length;
        const from = baseline ?? mean;
        const away = told.reduce((sum, { reward }) => sum + Math.abs(reward - from), 0) / told.length;
        distance = baseline === null ? away : KEEP * distance + (1 - KEEP) * away;
        elite = best([...elite, ...told]);
        const own = told.map(({ actions, reward }) => ({ actions, advantage: Math.max(-MOST, Math.min(MOST, (reward - from) / (distance + NOISE))) }));
        const entropy = ENTROPY * COOLING ** rounds;
        await controller.learn(own, entropy);
        for (let time = 0; time < IMITATIONS; time++) await controller.learn(elite.map(({ actions }) => ({ actions, advantage: 1 })), entropy);
        baseline = KEEP * from + (1 - KEEP) * mean;
        rounds++;
      },
      state: (): State => ({ random: random.state(), policy: toBase64(controller.checkpoint()), baseline, distance, rounds, elite }),
      restore: (state) => {
        const found = state as State;
        [random, baseline, distance, rounds, elite] = [resumed(found.random), found.baseline, found.distance, found.rounds, found.elite];
        controller.restore(fromBase64(found.policy));
      },
      dispose: () => controller.dispose(),
    };
  },
};

/** The earliest of equals, each plan once. */
function best(from: readonly Kept[]): readonly Kept[] {
  const once = new Map(from.map(({ actions, reward }) => [actionsText(actions), { actions, reward }]));
  return [...once.values()].sort((a, b) => b.reward - a.reward).slice(0, ELITE);
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
// A copy with memory of its own, aligned.
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
