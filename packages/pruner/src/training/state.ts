import type { Penalty, Trainer } from './trainer.js';
import type { TrainedParameter } from './parameter.js';

/** ADMM variables of one parameter, `[elements]` in its layout. */
export interface Admm {
  readonly z: Float32Array;
  readonly u: Float32Array;
  readonly rho: number;
}

/** What a method keeps between its phases besides the trainer's own state. */
export interface MethodState {
  /** By tensor, in its layout; tensors without one are free. */
  readonly masks: Map<string, Uint8Array>;
  readonly admm: Map<string, Admm>;
  /** Reweighted: strengths of the penalty, `[elements]`. */
  readonly strengths: Map<string, Float32Array>;
  /** Reweighted: mean square of each parameter when it began. */
  readonly scale: Map<string, number>;
}

export const emptyState = (): MethodState => ({ masks: new Map(), admm: new Map(), strengths: new Map(), scale: new Map() });

/** What a phase works on. */
export interface Work {
  readonly trainer: Trainer;
  readonly parameters: readonly TrainedParameter[];
  readonly state: MethodState;
}

export const weightsNow = ({ trainer, parameters }: Work): Promise<Map<string, Float32Array>> =>
  trainer.read(parameters.map(({ tensor }) => tensor));

/** The penalties that the state calls for; ADMM pulls towards Z - U. */
export function penaltiesOf({ admm, strengths }: MethodState): Map<string, Penalty> {
  const penalties = new Map<string, Penalty>();
  for (const [tensor, { z, u, rho }] of admm) penalties.set(tensor, { strength: rho, target: z.map((value, i) => value - u[i]!) });
  for (const [tensor, strength] of strengths) penalties.set(tensor, { strength });
  return penalties;
}

/** Weights that stay: those that every mask keeps. */
export function narrow({ masks }: MethodState, tensor: string, mask: Uint8Array): Uint8Array {
  const old = masks.get(tensor);
  const both = old === undefined ? mask : mask.map((keep, i) => keep & old[i]!);
  masks.set(tensor, both);
  return both;
}
