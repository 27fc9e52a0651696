/**
 * The contract of `calibrate`: pruning for people without a training set-up.
 *
 * What it is. One-shot pruning that looks at inputs: for each layer the second moments H = X·Xᵀ of what flows into it on
 * a few hundred unlabelled inputs say how much its output changes when weights go. Weights that cost least go, and the
 * remaining ones are re-fitted so that the output changes least (the optimal brain surgeon, layer by layer). Then the
 * biases and batch norms are set so that means and variances are again those of the dense network.
 *
 * What it is not. No training: no labels, no loss, no gradients through the network. It runs no model itself: what
 * flows into layers comes from a `CaptureInputs` that the caller gives (an interpreter or a runtime can).
 *
 * Who owns which buffer. Traces are read before the next one is asked for and never kept. Models come back as new records.
 *
 * What is thrown. As `pruneModel`; `capture.empty` where no inputs came, `capture.shape` where a trace does not fit its
 * layer, `capture.value` where it holds numbers that are not finite.
 */
import type { DenseTensor, Model } from '@fretwork/format';
import type { PrunedModel, PruneRequest } from '../contract.js';

/** What one layer saw and gave, in the order of its inputs and outputs; weights and what was not recorded are undefined. */
export interface LayerTrace {
  readonly inputs: readonly (DenseTensor | undefined)[];
  readonly outputs: readonly (DenseTensor | undefined)[];
}

/**
 * Runs `model` over the same inputs in the same order each time it is called, and gives for each batch what flowed
 * through the layers named. Float tensors may be f32 or f64.
 */
export type CaptureInputs = (
  model: Model, layers: readonly string[],
) => AsyncIterable<ReadonlyMap<string, LayerTrace>> | Iterable<ReadonlyMap<string, LayerTrace>>;

export type CalibrateRequest = PruneRequest & {
  readonly captureInputs: CaptureInputs;
  /** Places of each input (positions of a convolution, steps of a sequence) that are looked at. Default 32. */
  readonly places?: number;
  /** Added to the diagonal of H, as a share of its mean. Default 0.01. */
  readonly damping?: number;
  /** Columns that are re-fitted at once; layers of up to twice as many are done in one piece. Default 128. */
  readonly blockColumns?: number;
  /** Steps in which the rate rises, with re-fitting in between. Default 4. */
  readonly steps?: number;
  /**
   * How tensors share the rate. `even`: each has that of its scheme. `error`: together they keep as many weights, each as many as
   * its output needs on the inputs seen; this takes one more pass over the inputs. Default `even`.
   */
  readonly shares?: 'even' | 'error';
  /** Bytes of second moments held at a time; layers beyond it wait for another pass over the inputs. Default 512 MiB. */
  readonly memory?: number;
  /** Whether biases and batch norms are set anew; this takes one pass over the inputs for each. Default `all`. */
  readonly recalibrate?: 'all' | 'none';
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly layer: string; readonly does: 'share' | 'refit' | 'recalibrate'; readonly done: number; readonly layers: number }) => void;
};

/** How a weight was chosen and what it costs. Errors are ‖(W - Ŵ)·X‖² / ‖W·X‖² over the inputs seen. */
export interface CalibratedWeight {
  readonly layer: string;
  readonly tensor: string;
  /** The score by which weights went (a row of `SCORES`); `magnitude` where nothing is known of its inputs. */
  readonly score: string;
  readonly reason: string;
  /** By magnitude, without re-fitting. */
  readonly plainError?: number;
  readonly error?: number;
}

export interface CalibratedModel extends PrunedModel {
  readonly weights: readonly CalibratedWeight[];
  /** Layers whose bias or norm was set anew. */
  readonly recalibrated: readonly string[];
}
