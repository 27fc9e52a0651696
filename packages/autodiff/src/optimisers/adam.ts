import type { Optimiser } from '../contract.js';

export interface AdamOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Matrices and filters only. Default 0. */
  readonly weightDecay?: number;
}

const made = (name: string, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: AdamOptions, decoupled: boolean): Optimiser => ({
  name: `${name} ${beta1} ${beta2} ${epsilon} decay ${weightDecay}`,
  slots: 2,
  update: ({ weight, gradient, slots, rate, step, decays }) => {
    const [mean, square] = slots as [Float32Array, Float32Array];
    const decay = decays ? weightDecay : 0;
    // Both averages start at 0: their bias is taken out here.
    const pace = rate / (1 - beta1 ** step);
    const level = 1 / (1 - beta2 ** step);
    for (let i = 0; i < weight.length; i++) {
      const w = weight[i]!;
      const g = gradient[i]! + (decoupled ? 0 : decay * w);
      const m = beta1 * mean[i]! + (1 - beta1) * g;
      const v = beta2 * square[i]! + (1 - beta2) * g * g;
      mean[i] = m;
      square[i] = v;
      weight[i] = w - (decoupled ? rate * decay * w : 0) - pace * m / (Math.sqrt(v * level) + epsilon);
    }
  },
});

/** Kingma & Ba 2015; decay is part of the gradient. */
export const adam = (options: AdamOptions = {}): Optimiser => made('adam', options, false);

/** Loshchilov & Hutter 2019: decay goes to the weights, past the averages. */
export const adamW = (options: AdamOptions = {}): Optimiser => made('adamw', { weightDecay: 0.01, ...options }, true);
