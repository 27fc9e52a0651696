import { FretworkError, type Model } from '@fretwork/format';
import type { StepRequest, StepResult } from '@fretwork/pruner';
import type { Batch, ModelTrainer, SampleSource, TrainerOptions, TrainingSession } from '../contract.js';
import { seeded } from '../random.js';
import { createTrainingSession } from './training-session.js';

/** A trainer of `model` on `train`, judged on `test`. Throws what `createTrainingSession` throws, and `train.option`. */
export function createTrainer(model: Model, options: TrainerOptions): ModelTrainer {
  const { train, test, batchSize, accumulate = 1, seed = 0 } = options;
  for (const [name, value] of Object.entries({ batchSize, accumulate })) {
    if (!Number.isSafeInteger(value) || value < 1) throw new FretworkError('train.option', `${name} is no count`, { expected: 'a whole number from 1', actual: `${value}` });
  }
  const perUpdate = batchSize * accumulate;
  const updates = Math.floor(train.count / perUpdate);
  if (updates === 0) throw new FretworkError('train.option', 'there are fewer samples than one update takes', { expected: `at least ${perUpdate}`, actual: `${train.count}`, hint: 'lower batchSize' });
  const session = createTrainingSession(model, { teacher: model, ...options });
  const next = updateBatches(session, train, { batchSize, accumulate, updates, seed });
  return {
    apiVersion: 1,
    parameters: session.parameters,
    read: async (names) => session.read(names),
    write: async (values) => session.write(values),
    setMasks: async (masks) => session.setMasks(masks),
    setPenalties: async (penalties) => session.setPenalties(penalties),
    step: (request) => steps(session, next, request, updates),
    evaluate: async ({ signal } = {}) => {
      const { loss, accuracy = 1 / (1 + loss) } = await session.evaluate(inOrder(test, batchSize, signal));
      return { loss, accuracy };
    },
    checkpoint: async () => session.checkpoint(),
    restore: async (state) => session.restore(state),
    dispose: () => session.dispose(),
    model: () => session.model(),
  };
}

async function steps(session: TrainingSession, next: () => Promise<readonly Batch[]>, request: StepRequest, perEpoch: number): Promise<StepResult> {
  const { unit, count, learningRate, distillation, signal } = request;
  if (!(distillation >= 0 && distillation <= 1)) throw new FretworkError('train.option', 'distillation is out of range', { expected: '0 to 1', actual: `${distillation}` });
  const batches = unit === 'epoch' ? count * perEpoch : count;
  let [loss, penalty] = [0, 0];
  for (let i = 0; i < batches; i++) {
    signal?.throwIfAborted();
    const result = await session.step(await next(), { learningRate, distillation });
    loss += result.loss / batches;
    penalty += result.penalty / batches;
  }
  return { batches, loss, penalty };
}

interface Order {
  readonly batchSize: number;
  readonly accumulate: number;
  /** Per epoch. */
  readonly updates: number;
  readonly seed: number;
}

/** The batches of the session's next update. Steps done are the place in the data: nothing else has to be saved. */
function updateBatches(session: TrainingSession, train: SampleSource, { batchSize, accumulate, updates, seed }: Order): () => Promise<readonly Batch[]> {
  let epoch = -1;
  let order: readonly number[] = [];
  return async () => {
    const now = Math.floor(session.steps / updates);
    if (now !== epoch) order = shuffled(train.count, seeded(mixed(seed, now)).unit);
    epoch = now;
    const start = (session.steps % updates) * batchSize * accumulate;
    const { unit } = seeded(mixed(seed, 0x40000000 + session.steps));
    const batches: Batch[] = [];
    for (let a = 0; a < accumulate; a++) {
      const from = start + a * batchSize;
      batches.push(await train.batch(order.slice(from, from + batchSize), unit));
    }
    return batches;
  };
}

/** One seed of two, below 2^53. */
const mixed = (seed: number, stream: number): number => (seed >>> 0) + (stream % 0x200000) * 2 ** 32 + Math.floor(stream / 0x200000);

function shuffled(count: number, unit: () => number): readonly number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(unit() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

async function* inOrder(source: SampleSource, batchSize: number, signal: AbortSignal | undefined): AsyncGenerator<Batch> {
  for (let from = 0; from < source.count; from += batchSize) {
    signal?.throwIfAborted();
    yield await source.batch(Array.from({ length: Math.min(batchSize, source.count - from) }, (_, i) => from + i));
  }
}
