import type { Random } from '@fretwork/autodiff';
import { isWithin } from '../reward.js';
import { DENSE_STRUCTURE } from '../space/structures.js';
import type { Action, Actions, SearchSpace, Slot } from '../contract.js';

export const pick = <T>(from: readonly T[], random: Random): T => from[Math.floor(random.unit() * from.length)]!;

const structuresOf = ({ rates }: Slot): readonly number[] => rates.flatMap((classes, structure) => (classes.length > 0 ? [structure] : []));

/** Any structure that fits, then any of its rates. */
export function drawAction(slot: Slot, random: Random): Action {
  const structure = pick(structuresOf(slot), random);
  return { structure, rate: pick(slot.rates[structure]!, random) };
}

export const drawActions = (space: SearchSpace, random: Random): Actions => space.slots.map((slot) => drawAction(slot, random));

/** How often one, two or three slots change at once: what one loses in time another must win. */
const CHANGES = [1, 1, 1, 2, 2, 3] as const;

/**
 * `actions` with up to three slots changed: a rate one class up or down, another structure at the nearest rate, or anything; then brought to the target, since a
 * prediction costs next to nothing and an evaluation of a plan that is too slow, or has time to spare, teaches little.
 */
export function mutate(space: SearchSpace, actions: Actions, random: Random): Actions {
  const { slots } = space;
  const changed = [...actions];
  for (let left = pick(CHANGES, random); left > 0; left--) {
    const at = Math.floor(random.unit() * slots.length);
    changed[at] = changedAction(slots[at]!, changed[at]!, random);
  }
  return brought(space, changed, random);
}

/** Predictions that bringing one plan to the target may take. */
const STEPS = 16;

/** Rates of slots drawn at random, one class up until the plan is within the target, then one class down while it stays within. */
function brought(space: SearchSpace, actions: Actions, random: Random): Actions {
  let now = actions;
  let left = STEPS;
  for (; left > 0 && !isWithin(space.msOf(now), space.targetMs); left--) {
    const faster = stepped(space, now, 1, random);
    if (faster === undefined) return now;
    now = faster;
  }
  for (; left > 0; left--) {
    const gentler = stepped(space, now, -1, random);
    if (gentler === undefined || !isWithin(space.msOf(gentler), space.targetMs)) return now;
    now = gentler;
  }
  return now;
}

/** One slot's rate, a class up or down; undefined where no slot has one. */
function stepped({ slots }: SearchSpace, actions: Actions, step: 1 | -1, random: Random): Actions | undefined {
  const next = actions.map(({ structure, rate }, i) => {
    const classes = slots[i]!.rates[structure]!;
    return classes[classes.indexOf(rate) + step];
  });
  const open = next.flatMap((rate, i) => (rate === undefined ? [] : [i]));
  if (open.length === 0) return undefined;
  const at = pick(open, random);
  return actions.map((action, i) => (i === at ? { ...action, rate: next[at]! } : action));
}

function changedAction(slot: Slot, { structure, rate }: Action, random: Random): Action {
  const way = random.unit();
  const classes = slot.rates[structure]!;
  const place = classes.indexOf(rate);
  const step = classes[place + (random.unit() < 0.5 ? -1 : 1)];
  if (way < 0.5 && structure !== DENSE_STRUCTURE && step !== undefined) return { structure, rate: step };
  if (way > 0.9) return drawAction(slot, random);
  const other = pick(structuresOf(slot).filter((one) => one !== structure), random);
  // A dense slot has no rate that another structure could keep.
  if (structure === DENSE_STRUCTURE) return { structure: other, rate: pick(slot.rates[other]!, random) };
  return { structure: other, rate: slot.rates[other]!.reduce((best, one) => (Math.abs(one - rate) < Math.abs(best - rate) ? one : best)) };
}
