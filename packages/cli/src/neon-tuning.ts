import { tuneModel, type Backend, type BackendPlan, type ModelContext, type TunedLayer, type TunedModel } from '@fretwork/compiler';
import { neonMeter, unitOfCost } from '@fretwork/bench';
import { readLog, writeLog } from './tuning-log-file.js';

export interface TuneRequest {
  readonly trials: number;
  readonly seed: number;
  /** One of `NEON_COSTS`. */
  readonly cost: string;
  /** Read where it is there, written with what was found. */
  readonly logPath?: string;
  readonly say: (text: string) => void;
}

/** Tunes every layer of `context` that `backend` leaves something open for, by what code costs under an emulator. */
export async function tuneNeon<Plan extends BackendPlan>(context: ModelContext, backend: Backend<Plan>, { trials, seed, cost, logPath, say }: TuneRequest): Promise<TunedModel> {
  const log = await readLog(logPath);
  const meter = await neonMeter(cost);
  try {
    const tuned = await tuneModel(context, { ...backend, measure: meter.measure }, {
      seed, trials, parallel: 2, unit: unitOfCost(cost)!, ...(log === undefined ? {} : { log }),
      progress: ({ layer, place, layers }) => say(`tuning ${layer} (${place + 1} of ${layers})\n`),
    });
    await writeLog(logPath, log, tuned.log);
    return tuned;
  } finally {
    await meter.dispose();
  }
}

/** One line per layer: how it came by its tuning, and what that brought. */
export const tunedRows = (layers: readonly TunedLayer[]): readonly (readonly string[])[] => layers.flatMap((tuned) => (tuned.how === 'skipped' ? [] : [[
  tuned.layer, tuned.how, String(tuned.entry.trials), `${(tuned.entry.fallbackCost / tuned.entry.cost).toFixed(3)}x`, tuned.entry.unit,
  Object.entries(tuned.entry.choice).map(([name, value]) => `${name} ${value}`).join(', '),
]]));
