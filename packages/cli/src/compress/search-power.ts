import { FretworkError } from '@fretwork/format';

/** One pruning and training, with all rates of the plan to a power. */
export interface Trial {
  readonly power: number;
  /** The largest of a layer. */
  readonly rate: number;
  /** Over all layers that were pruned. */
  readonly reached: number;
  /** Points that the validation samples lost. */
  readonly drop: number;
  readonly holds: boolean;
  readonly seconds: number;
}

export interface PowerSearch {
  /** The largest rate of the plan. */
  readonly rate: number;
  /** The rate was asked for: more is not tried. */
  readonly fixed: boolean;
  readonly maxDrop: number;
}

const [DOWN, UP] = [0.75, 1.5];
/** The first trial is no bolder than this. */
const GENTLE = 4;
/** Trials are trainings: few must do. */
const MOST_UP = 3;
/** Rates below this are not worth a kernel. */
const LEAST_RATE = 1.2;

/**
 * The highest power that holds, of those tried. It begins at rate 4, or at the plan's where that is less, and goes up while it holds, to
 * the plan's rate where that was asked for; or down until it does. Going up, a trial may begin with the model of the trial before: what
 * is cut in steps keeps more than what is cut at once. Throws `compress.budget` where no rate worth having holds.
 */
export async function searchPower(attempt: (power: number) => Promise<Trial>, { rate, fixed, maxDrop }: PowerSearch): Promise<Trial> {
  const first = Math.min(1, Math.log(GENTLE) / Math.log(rate));
  let best = await attempt(first);
  if (best.holds) {
    const highest = fixed ? 1 : first * UP ** MOST_UP;
    while (best.power < highest) {
      const next = await attempt(Math.min(highest, best.power * UP));
      if (!next.holds) break;
      best = next;
    }
    return best;
  }
  for (let power = first * DOWN; rate ** power >= LEAST_RATE; power *= DOWN) {
    const next = await attempt(power);
    if (next.holds) return next;
    best = next.drop < best.drop ? next : best;
  }
  throw new FretworkError('compress.budget', `no rate down to ${LEAST_RATE} loses less than ${maxDrop} points of the validation samples`, {
    expected: `at most ${maxDrop} points`, actual: `${best.drop.toFixed(2)} points at rate ${best.reached.toFixed(2)}`,
    hint: 'train for more epochs (--set epochs=N), give more data, take finer blocks, or allow a larger drop',
  });
}
