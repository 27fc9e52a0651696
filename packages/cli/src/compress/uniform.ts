import type { PlanEntry, Scheme } from '@fretwork/format';
import { planPruning } from '@fretwork/pruner';
import { COMPRESS_API, type CompressMapper } from './contract.js';

/** One scheme for every layer that it fits; its rate is the one that compress asks for. */
export const uniform = (scheme: Scheme = { kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 16, rowShare: 0.5 }): CompressMapper => ({
  apiVersion: COMPRESS_API, name: 'uniform', options: { scheme },
  map: async (model, { target, rate, ignore, smallest }) => ({
    target: target.says, mapper: 'uniform',
    entries: planPruning(model, { scheme: scheme.kind === 'dense' ? scheme : { ...scheme, rate }, skip: ignore, smallest }).layers
      .map(({ layer, scheme: found, reason }): PlanEntry => ({ layer, scheme: found, reason: reason === '' ? 'the same scheme for all' : reason })),
  }),
});
