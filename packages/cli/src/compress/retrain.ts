import { FretworkError, type Model } from '@fretwork/format';
import type { PrunedModel, PruneRequest } from '@fretwork/pruner';
import type { MethodSettings, PruneMethod } from '../training/method-settings.js';
import { pruneByMethod } from '../training/prune-run.js';
import { COMPRESS_API, type CompressPruner, type PruneTools } from './contract.js';

/** What `retrain` takes: the method, and its settings by the names of `fretwork prune --set`, in camel case. */
export interface RetrainOptions extends MethodSettings {
  readonly method?: PruneMethod;
}

/** Calibrated on training samples, then trained with masks held and the dense model as the teacher. */
const USUAL: MethodSettings = { retrainEpochs: 10, distillation: 0.5 };

/** The pruner of `fretwork prune`. */
export function retrain({ method = 'calibrated', ...given }: RetrainOptions = {}): CompressPruner {
  const settings = { ...USUAL, ...given };
  return {
    apiVersion: COMPRESS_API, name: `retrain ${method}`, options: { method, ...settings },
    prune: (model: Model, request: PruneRequest, tools: PruneTools): Promise<PrunedModel & { readonly epochs: number }> => {
      if (method === 'reweighted') throw new FretworkError('compress.unsupported', 'reweighted regularisation finds its own rates', { hint: 'use fretwork prune --method reweighted, or another method here' });
      return pruneByMethod(model, request, {
        method, with: settings, settings: tools.settings, data: { train: tools.train, test: tools.validation, holdout: undefined }, engine: tools.engine,
        teacher: tools.teacher, terminal: { out: tools.onProgress, err: tools.onProgress }, signal: tools.signal, evaluateEvery: 1, onCheckpoint: tools.onCheckpoint,
        ...(tools.resume !== undefined && { resume: tools.resume }),
      });
    },
  };
}
