import { adam, createTrainingSession, referenceSessions, seeded, type Random, type SessionFactory, type TrainingSession } from '@fretwork/autodiff';
import { dense, type Attribute, type DenseTensor, type Layer, type Model } from '@fretwork/format';
import type { Action, Actions, Slot } from '../contract.js';
import { FEATURES } from '../space/features.js';
import { RATES, STRUCTURES } from '../space/structures.js';
import { drawAction } from './draw.js';
import { policyGradient } from './policy-gradient.js';

const HIDDEN = 32;
const [S, R] = [STRUCTURES.length, RATES.length];
/** What a step sees: its slot, and what was done with the slot before. */
const INPUTS = FEATURES.length + S + R;
const OUTPUTS = S + R;

/** Adam's rate, and the joint norm that gradients are cut to. */
const [RATE, CLIP] = [0.02, 1];

/** Share of slots that are drawn at random whatever the policy says: one that has settled goes on to propose something new. */
const ASTRAY = 0.1;

/**
 * The recurrent policy: a GRU walks over the slots and scores, for each, all structures and all classes of rate. Nothing in it belongs to one network:
 * slots come as `FEATURES`, actions as rows of tables, so that what was learned on one network is a beginning on another.
 */
export interface Controller {
  /** Actions drawn from the policy, slot by slot, each knowing those before. */
  draw(count: number, random: Random): Promise<readonly Actions[]>;
  /** One step up the policy gradient. Advantages have a unit of their own, about 1. */
  learn(taken: readonly { readonly actions: Actions; readonly advantage: number }[], entropy: number): Promise<void>;
  /** Bytes: weights and optimiser. */
  checkpoint(): Uint8Array;
  restore(bytes: Uint8Array): void;
  dispose(): Promise<void>;
}

export interface ControllerOptions {
  readonly slots: readonly Slot[];
  readonly seed: number;
  readonly sessions?: SessionFactory;
}

export function createController({ slots, seed, sessions = referenceSessions }: ControllerOptions): Controller {
  const session = createTrainingSession(policyModel(seed), { loss: { kind: 'mse' }, optimiser: adam(), rate: RATE, clipNorm: CLIP, sessions });
  const scores = async (drawn: readonly (readonly Action[])[]): Promise<Float32Array> => (await session.predict(inputsOf(slots, drawn))).data as Float32Array;
  return {
    draw: async (count, random) => {
      const drawn = Array.from({ length: count }, (): Action[] => []);
      for (const [t, slot] of slots.entries()) {
        const found = await scores(drawn);
        drawn.forEach((actions, b) => actions.push(drawFrom(slot, found.subarray((t * count + b) * OUTPUTS, (t * count + b + 1) * OUTPUTS), random)));
      }
      return drawn;
    },
    learn: async (taken, entropy) => await learn(session, slots, taken, entropy, await scores(taken.map(({ actions }) => actions))),
    checkpoint: () => session.checkpoint(),
    restore: (bytes) => session.restore(bytes),
    dispose: () => session.dispose(),
  };
}

/**
 * A loss of squares whose target is scores - n/2 · g has the gradient g at the scores: so the policy gradient, which is written out in
 * `policyGradient`, goes through the network by the losses that there are.
 */
async function learn(session: TrainingSession, slots: readonly Slot[], taken: readonly { readonly actions: Actions; readonly advantage: number }[], entropy: number, scores: Float32Array): Promise<void> {
  const target = scores.slice();
  const half = target.length / 2;
  slots.forEach((slot, t) => taken.forEach(({ actions, advantage }, b) => {
    const at = (t * taken.length + b) * OUTPUTS;
    const { structure, rate } = actions[t]!;
    const heads = [
      { from: at, open: structuresOf(slot), taken: structure },
      { from: at + S, open: slot.rates[structure]!, taken: rate },
    ];
    for (const { from, open, taken: chosen } of heads) {
      const gradient = policyGradient({ scores: open.map((i) => scores[from + i]!), taken: open.indexOf(chosen), advantage, entropy });
      open.forEach((i, k) => { target[from + i] = target[from + i]! - (half * gradient[k]!) / taken.length; });
    }
  }));
  await session.step({ inputs: inputsOf(slots, taken.map(({ actions }) => actions)), target });
}

const structuresOf = ({ rates }: Slot): readonly number[] => rates.flatMap((classes, structure) => (classes.length > 0 ? [structure] : []));

function drawFrom(slot: Slot, scores: Float32Array, random: Random): Action {
  if (random.unit() < ASTRAY) return drawAction(slot, random);
  const open = structuresOf(slot);
  const structure = open[drawIndex(open.map((i) => scores[i]!), random)]!;
  const classes = slot.rates[structure]!;
  return { structure, rate: classes[drawIndex(classes.map((i) => scores[S + i]!), random)]! };
}

function drawIndex(scores: readonly number[], random: Random): number {
  const most = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - most));
  let left = random.unit() * weights.reduce((a, b) => a + b, 0);
  const found = weights.findIndex((weight) => (left -= weight) < 0);
  return found < 0 ? weights.length - 1 : found;
}

/** `[slots, sequences, inputs]`; slots that nothing was drawn for yet see zeros in place of an action. */
function inputsOf(slots: readonly Slot[], drawn: readonly (readonly Action[])[]): Readonly<Record<string, DenseTensor>> {
  const data = new Float32Array(slots.length * drawn.length * INPUTS);
  slots.forEach(({ features }, t) => drawn.forEach((actions, b) => {
    const at = (t * drawn.length + b) * INPUTS;
    data.set(features, at);
    const before = t === 0 ? undefined : actions[t - 1];
    if (before === undefined) return;
    data[at + FEATURES.length + before.structure] = 1;
    data[at + FEATURES.length + S + before.rate] = 1;
  }));
  return { slots: dense('f32', [slots.length, drawn.length, INPUTS], data) };
}

function policyModel(seed: number): Model {
  // Another stream than the one that actions are drawn from.
  const random = seeded(seed + 0x5eed * 2 ** 32);
  const drawn = (shape: readonly number[], size: number): DenseTensor => dense('f32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => size * (2 * random.unit() - 1)));
  const layer = (name: string, operator: string, inputs: readonly string[], outputs: readonly string[], attributes: readonly (readonly [string, Attribute])[] = []): Layer =>
    ({ name, operator, domain: '', inputs, outputs, attributes: new Map(attributes) });
  const size = HIDDEN ** -0.5;
  return {
    name: 'policy', inputs: [{ name: 'slots', dtype: 'f32', shape: ['T', 'B', INPUTS] }], outputs: [{ name: 'scores', dtype: 'f32', shape: ['T', 'B', OUTPUTS] }], values: [],
    layers: [
      layer('walk', 'GRU', ['slots', 'w', 'r', 'b'], ['walked'], [['hidden_size', { type: 'int', value: HIDDEN }]]),
      layer('one way', 'Squeeze', ['walked', 'axis'], ['hidden']),
      layer('score', 'MatMul', ['hidden', 'head'], ['scored']),
      layer('lean', 'Add', ['scored', 'bias'], ['scores']),
    ],
    tensors: new Map([
      ['w', drawn([1, 3 * HIDDEN, INPUTS], size)], ['r', drawn([1, 3 * HIDDEN, HIDDEN], size)], ['b', drawn([1, 6 * HIDDEN], 0)],
      ['axis', dense('i64', [1], BigInt64Array.of(1n))], ['head', drawn([HIDDEN, OUTPUTS], size / 4)], ['bias', drawn([OUTPUTS], 0)],
    ]),
    provenance: { producer: 'fretwork', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  };
}
