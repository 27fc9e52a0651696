import { runtimeProbe } from '@fretwork/bench';
import { fitLatency, keyText, sameKey, type LatencyModel, type LatencyTable } from '@fretwork/latency';
import { mapByRules, type Difficulty, type Thresholds } from '@fretwork/mapper-rules';
import { COMPRESS_API, type CompressMapper } from './contract.js';

export interface RulesOptions {
  /** Default: measured on the training samples. */
  readonly difficulty?: Difficulty;
  readonly skipFirst?: boolean;
  readonly thresholds?: Partial<Thresholds>;
}

/** The mapping paper's rules on a latency table of the target, as `fretwork latency measure` writes it. */
export function rules(table: LatencyTable, { thresholds = {}, ...options }: RulesOptions = {}): CompressMapper {
  // A fit takes seconds, and a budget of time maps at many rates.
  let latency: LatencyModel | undefined;
  return {
    apiVersion: COMPRESS_API, name: 'rules', options: { table: keyText(table.key), entries: table.entries.length, thresholds, ...options },
    map: async (model, { rate, inputShapes, ignore, smallest, ...request }) => {
      if (latency === undefined) {
        const here = (await runtimeProbe({ threads: table.key.threads })).key;
        if (!sameKey(here, table.key)) request.onProgress(`note: the latency table is of ${keyText(table.key)}; this is ${keyText(here)}`);
      }
      const difficulty = options.difficulty ?? await request.difficulty();
      request.onProgress(`data: ${difficulty.kind} (${difficulty.reason})`);
      return mapByRules(model, latency ??= fitLatency(table), {
        target: { kind: 'rate', rate }, inputShapes, skip: ignore, thresholds: { smallest, ...thresholds }, ...options, difficulty,
      });
    },
  };
}
