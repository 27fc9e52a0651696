import { FretworkError } from '@fretwork/format';
import type { Cost, TuneOptions, TuneResult, TuningSpace } from './contract.js';
import { draws, type Draws } from './random.js';
import { allowed, breed, checkSpace, choiceOf, drawNew, fitsSpace, genomeOf, neighbours, type CheckedSpace, type Genome } from './space.js';

/** The best so far: parents without a contest, and those whose neighbours are tried. */
const ELITE = 8;
/** Children tried before a fresh choice is drawn in their place. */
const MOST_BRED = 20;
/** The share of trials after which neighbours of the best few are tried first. */
const POLISH_FROM = 0.4;

interface Rated {
  readonly genome: Genome;
  readonly cost: number;
}

/**
 * The cheapest choice found in `space` by a genetic search: parents by contest, a child takes each gene from either and
 * changes one or more; no choice is evaluated twice, and the later trials go to neighbours of the best first. Throws as the
 * contract says.
 */
export async function tune(space: TuningSpace, cost: Cost, options: TuneOptions): Promise<TuneResult> {
  const checked = checkSpace(space);
  const { trials = 200, population = 16, parallel = 1, begin = [] } = options;
  const wrong = Object.entries({ trials, population, parallel }).find(([, value]) => !Number.isSafeInteger(value) || value < 1);
  if (wrong !== undefined) throw new FretworkError('tune.options', `${wrong[0]} is a positive integer`, { actual: `${wrong[1]}`, hint: 'see TuneOptions' });
  const draw = draws(options.seed);
  const rated: Rated[] = [];
  const known = new Set<string>();
  const history: number[] = [];

  for (let generation = firstGeneration(checked, begin.filter((choice) => fitsSpace(space, choice).ok).map((choice) => genomeOf(space, choice)), population, draw); generation.length > 0;) {
    const batch = generation.slice(0, trials - rated.length);
    for (const genome of batch) known.add(genome.join());
    const costs = await evaluate(space, cost, batch, parallel, options.signal);
    rated.push(...batch.map((genome, i): Rated => ({ genome, cost: costs[i]! })));
    const best = bestOf(rated);
    history.push(best.cost);
    options.progress?.({ evaluated: rated.length, trials, bestCost: best.cost });
    generation = rated.length >= trials ? [] : nextGeneration(checked, rated, known, population, rated.length >= trials * POLISH_FROM, draw);
  }
  const best = bestOf(rated);
  return {
    choice: choiceOf(space, best.genome), cost: best.cost, fallbackCost: rated[0]!.cost, evaluated: rated.length, history,
    exhausted: checked.all !== undefined && rated.length === checked.all.length,
  };
}

/** The first of the cheapest: an equal one that came later wins nothing. */
const bestOf = (rated: readonly Rated[]): Rated => rated.reduce((best, next) => (next.cost < best.cost ? next : best));

function firstGeneration(checked: CheckedSpace, begin: readonly Genome[], population: number, draw: Draws): Genome[] {
  const generation: Genome[] = [];
  const known = new Set<string>();
  const add = (genome: Genome | undefined): void => {
    if (genome === undefined || known.has(genome.join())) return;
    known.add(genome.join());
    generation.push(genome);
  };
  add(checked.fallback);
  begin.forEach(add);
  while (generation.length < population) {
    const before = generation.length;
    add(drawNew(checked, draw, (genome) => known.has(genome.join())));
    if (generation.length === before) break;
  }
  return generation;
}

function nextGeneration(checked: CheckedSpace, rated: readonly Rated[], known: ReadonlySet<string>, population: number, polish: boolean, draw: Draws): Genome[] {
  const ranked = [...rated].sort((a, b) => a.cost - b.cost);
  const pool = ranked.slice(0, population);
  const next = new Map<string, Genome>();
  const isNew = (genome: Genome): boolean => !known.has(genome.join()) && !next.has(genome.join());
  const add = (genome: Genome): void => void next.set(genome.join(), genome);
  if (polish) {
    for (const { genome } of pool.slice(0, ELITE)) for (const near of neighbours(checked, genome)) if (next.size < population && isNew(near)) add(near);
  }
  while (next.size < population) {
    const child = bred(checked, pool, isNew, draw) ?? drawNew(checked, draw, (genome) => !isNew(genome));
    if (child === undefined) break;
    add(child);
  }
  return [...next.values()];
}

function bred(checked: CheckedSpace, pool: readonly Rated[], isNew: (genome: Genome) => boolean, draw: Draws): Genome | undefined {
  const parent = (): Genome => {
    if (draw.next() < 0.3) return pool[draw.below(Math.min(ELITE, pool.length))]!.genome;
    return pool[Math.min(draw.below(pool.length), draw.below(pool.length))]!.genome;
  };
  for (let i = 0; i < MOST_BRED; i++) {
    const child = breed(checked, draw, parent(), parent());
    if (isNew(child) && allowed(checked.space, child)) return child;
  }
  return undefined;
}

/** Costs of `batch`, in its order, up to `parallel` at once. */
async function evaluate(space: TuningSpace, cost: Cost, batch: readonly Genome[], parallel: number, signal: AbortSignal | undefined): Promise<number[]> {
  const costs: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < batch.length) {
      signal?.throwIfAborted();
      const at = next++;
      const choice = choiceOf(space, batch[at]!);
      const value = await cost(choice, signal);
      if (typeof value !== 'number' || Number.isNaN(value)) {
        throw new FretworkError('tune.cost', 'a cost is a number', { expected: 'a number, Infinity for what cannot be built', actual: `${value} for ${JSON.stringify(choice)}`, hint: 'correct the cost function' });
      }
      costs[at] = value;
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, batch.length) }, worker));
  signal?.throwIfAborted();
  return costs;
}
