import type { Optimiser } from '../contract.js';

export interface SgdOptions {
  /** Default 0. */
  readonly momentum?: number;
  /** Nesterov's form, as in Sutskever et al. 2013. Default false. */
  readonly nesterov?: boolean;
  /** Added to the gradient as decay · weight, matrices and filters only. Default 0. */
  readonly weightDecay?: number;
}

/** v ← momentum · v + g, w ← w - rate · v. */
export function sgd({ momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions = {}): Optimiser {
  return {
    name: `sgd momentum ${momentum}${nesterov ? ' nesterov' : ''} decay ${weightDecay}`,
    slots: momentum === 0 ? 0 : 1,
    update: ({ weight, gradient, slots, rate, decays }) => {
      const decay = decays ? weightDecay : 0;
      const velocity = slots[0];
      for (let i = 0; i < weight.length; i++) {
        const g = gradient[i]! + decay * weight[i]!;
        if (velocity === undefined) {
          weight[i] = weight[i]! - rate * g;
          continue;
        }
        const v = momentum * velocity[i]! + g;
        velocity[i] = v;
        weight[i] = weight[i]! - rate * (nesterov ? g + momentum * v : v);
      }
    },
  };
}
