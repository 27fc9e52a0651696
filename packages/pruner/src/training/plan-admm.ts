import { FretworkError } from '@fretwork/format';
import { hasTwoSides, type Part } from './part.js';
import type { TrainedParameter } from './parameter.js';
import type { Schedule } from './phase.js';
import { dropping, retraining, type RetrainOptions } from './plan-parts.js';

/**
 * How hard W is pulled to Z - U. A ladder starts over with each of its strengths; the adaptive rule gives each layer its
 * own, which follows how its Z and W approach each other.
 */
export type Rho =
  | { readonly kind: 'ladder'; readonly from: number; readonly factor: number; readonly stages: number }
  | { readonly kind: 'adaptive'; readonly from: number };

export interface AdmmOptions extends RetrainOptions {
  /** Default the CNN ladder of the papers: 1e-4, 1e-3, 1e-2, 1e-1. */
  readonly rho?: Rho;
  /** Epochs per strength of the ladder; all of them where rho adapts. Default 25. */
  readonly epochsPerStage?: number;
  /** Epochs between two updates of Z and U. Default 5. */
  readonly updateEvery?: number;
  /** BCR with both sides: columns first, then rows on the result, masks fixed. Default true. */
  readonly progressive?: boolean;
}

const LADDER: Rho = { kind: 'ladder', from: 1e-4, factor: 10, stages: 4 };

/**
 * ADMM (papers.md 1.2): train with a pull towards the nearest network of the wanted structure, move that network after
 * the trained one every few epochs, and at the end let go what the structure does not keep.
 */
export function planAdmm(parameters: readonly TrainedParameter[], options: AdmmOptions): Schedule {
  const { rho = LADDER, epochsPerStage = 25, updateEvery = 5, progressive = true } = options;
  if (!(updateEvery >= 1 && epochsPerStage >= updateEvery)) {
    throw new FretworkError('train.option', 'Z and U are never updated', {
      expected: 'epochsPerStage >= updateEvery >= 1', actual: `epochsPerStage ${epochsPerStage}, updateEvery ${updateEvery}`,
    });
  }
  const parts: readonly Part[] = progressive && parameters.some(({ scheme }) => hasTwoSides(scheme)) ? ['columns', 'rows'] : ['all'];
  const strengths = rho.kind === 'adaptive' ? [rho.from] : Array.from({ length: rho.stages }, (_, i) => rho.from * rho.factor ** i);
  return [
    ...parts.flatMap((part): Schedule => [
      ...strengths.flatMap((strength) => stage(part, strength, rho.kind === 'adaptive', epochsPerStage, updateEvery, options)),
      { do: 'release' },
      { do: 'prune', part, progress: 1 },
    ]),
    ...retraining(options),
  ];
}

function stage(part: Part, rho: number, adapt: boolean, epochs: number, every: number, options: RetrainOptions): Schedule {
  const says = `ADMM${part === 'all' ? '' : ` ${part}`}, rho ${adapt ? 'adaptive' : Number(rho.toPrecision(3))}`;
  const rounds = Array.from({ length: Math.floor(epochs / every) }, (_, round): Schedule => [
    ...dropping(says, round === 0 ? every + (epochs % every) : every, options),
    { do: 'admm-update', part, adapt },
  ]);
  return [{ do: 'admm-start', part, rho }, ...rounds.flat()];
}
