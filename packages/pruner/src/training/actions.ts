import { startAdmm, updateAdmm } from './admm.js';
import { partOf, withRate } from './part.js';
import { projectParameter } from './parameter.js';
import type { Phase, PhaseOf } from './phase.js';
import { reweigh, threshold } from './reweighted.js';
import { narrow, penaltiesOf, weightsNow, type Work } from './state.js';

/** What a phase has to tell. */
export interface Told {
  readonly loss?: number;
  readonly penalty?: number;
  /** ADMM: ‖W - Z‖ / ‖W‖. */
  readonly residual?: number;
}

export interface ActionRow<D extends Phase['do']> {
  readonly do: D;
  readonly says: string;
  readonly run: (work: Work, phase: PhaseOf<D>, signal?: AbortSignal) => Promise<Told>;
}

/** Every kind of phase, and how it is carried out. */
export const ACTIONS: { readonly [D in Phase['do']]: ActionRow<D> } = {
  train: {
    do: 'train',
    says: 'one epoch of the trainer',
    run: async ({ trainer }, { learningRate, distillation }, signal) => {
      const { loss, penalty } = await trainer.step({ unit: 'epoch', count: 1, learningRate, distillation, ...(signal !== undefined && { signal }) });
      return { loss, penalty };
    },
  },
  prune: {
    do: 'prune',
    says: 'weights of least magnitude go, as the scheme says, and are held at zero',
    run: async (work, { part, progress }) => {
      const weights = await weightsNow(work);
      for (const parameter of work.parameters) {
        const { tensor, scheme: whole } = parameter;
        const scheme = partOf(whole, part);
        if (scheme === undefined || scheme.kind === 'dense') continue;
        const share = 1 / scheme.rate + (1 - 1 / scheme.rate) * (1 - progress) ** 3;
        const mask = projectParameter(parameter, weights.get(tensor)!, withRate(scheme, progress === 1 ? scheme.rate : 1 / share));
        // Of a schedule the latest mask holds: the next need not lie inside it. A part prunes on what its forerunner left.
        if (part === 'all') work.state.masks.set(tensor, mask);
        else narrow(work.state, tensor, mask);
      }
      await work.trainer.setMasks(work.state.masks);
      return {};
    },
  },
  'hold-zeros': {
    do: 'hold-zeros',
    says: 'weights that are 0 now are held there',
    run: async (work) => {
      for (const [tensor, values] of await weightsNow(work)) narrow(work.state, tensor, Uint8Array.from(values, (w) => (w === 0 ? 0 : 1)));
      await work.trainer.setMasks(work.state.masks);
      return {};
    },
  },
  'admm-start': {
    do: 'admm-start',
    says: 'Z = projection of W, U = 0; weights are pulled towards Z - U',
    run: async (work, phase) => {
      await startAdmm(work, phase);
      return {};
    },
  },
  'admm-update': {
    do: 'admm-update',
    says: 'Z = projection of W + U, U += W - Z',
    run: async (work, phase) => ({ residual: await updateAdmm(work, phase) }),
  },
  release: {
    do: 'release',
    says: 'nothing is pulled any more',
    run: async ({ state, trainer }) => {
      state.admm.clear();
      state.strengths.clear();
      await trainer.setPenalties(penaltiesOf(state));
      return {};
    },
  },
  reweigh: {
    do: 'reweigh',
    says: 'each group is pulled towards 0, the harder the smaller it is',
    run: async (work, phase) => {
      await reweigh(work, phase);
      return {};
    },
  },
  threshold: {
    do: 'threshold',
    says: 'groups that became small go and are held at zero; nothing is pulled any more',
    run: async (work, phase) => {
      await threshold(work, phase);
      return {};
    },
  },
};

/** Carries out a phase by the row of its kind. */
export const carryOut = (work: Work, phase: Phase, signal?: AbortSignal): Promise<Told> =>
  (ACTIONS[phase.do] as ActionRow<Phase['do']>).run(work, phase as never, signal);
