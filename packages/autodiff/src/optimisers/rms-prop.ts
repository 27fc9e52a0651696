import type { Optimiser } from '../contract.js';

export interface RmsPropOptions {
  /** How much of the mean square stays. Default 0.99. */
  readonly smoothing?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Matrices and filters only. Default 0. */
  readonly weightDecay?: number;
}

/** Tieleman & Hinton 2012: gradients over the root of their mean square. */
export function rmsProp({ smoothing = 0.99, epsilon = 1e-8, momentum = 0, weightDecay = 0 }: RmsPropOptions = {}): Optimiser {
  return {
    name: `rmsprop ${smoothing} ${epsilon} momentum ${momentum} decay ${weightDecay}`,
    slots: momentum === 0 ? 1 : 2,
    update: ({ weight, gradient, slots, rate, decays }) => {
      const [square, velocity] = slots as [Float32Array, Float32Array | undefined];
      const decay = decays ? weightDecay : 0;
      for (let i = 0; i < weight.length; i++) {
        const g = gradient[i]! + decay * weight[i]!;
        const s = smoothing * square[i]! + (1 - smoothing) * g * g;
        square[i] = s;
        const scaled = g / (Math.sqrt(s) + epsilon);
        const v = velocity === undefined ? scaled : momentum * velocity[i]! + scaled;
        if (velocity !== undefined) velocity[i] = v;
        weight[i] = weight[i]! - rate * v;
      }
    },
  };
}
