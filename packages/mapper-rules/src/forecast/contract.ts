import type { Scheme } from '@fretwork/format';
import type { TableKey } from '@fretwork/latency';

/** A layer, pruned at a rate. */
export interface LayerAtRate {
  readonly rate: number;
  /** What the rules would choose; dense where it does not pay. */
  readonly scheme: Scheme;
  /** Predicted. */
  readonly ms: number;
}

/** What sparsity would do for a layer. */
export interface LayerForecast {
  readonly layer: string;
  readonly operator: string;
  /** Dense, predicted. */
  readonly denseMs: number;
  /** Of the time of the network. */
  readonly share: number;
  readonly at: readonly LayerAtRate[];
  /** Largest density at which it wins any time; left out where none does, or nobody knows. */
  readonly breakEven?: number;
  readonly faster: boolean;
  /** Why not, or from where on. */
  readonly reason: string;
}

/** What sparsity would do for a network on a device, before anything is pruned. */
export interface Forecast {
  readonly key: TableKey;
  /** Nothing pruned. */
  readonly denseMs: number;
  readonly layers: readonly LayerForecast[];
  /** Layers without weights and what every run costs. */
  readonly otherMs: number;
  /** The whole network, each layer that pays at this rate. */
  readonly at: readonly { readonly rate: number; readonly ms: number; readonly times: number }[];
  /** How many times faster it were if pruned layers took no time at all: no rate gets past it. Left out: nothing is in the way. */
  readonly ceiling?: number;
  /** `hardly`: less than 1.3 times faster at best; `no`: less than 1.1, which is within the error of predictions. */
  readonly answer: 'yes' | 'hardly' | 'no';
  readonly reason: string;
}
