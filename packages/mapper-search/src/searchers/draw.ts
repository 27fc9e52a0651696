import type { Random } from '@fretwork/autodiff';
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

/** `actions` with up to three slots changed: a rate one class up or down, another structure at the nearest rate, or anything. */
export function mutate({ slots }: SearchSpace, actions: Actions, random: Random): Actions {
  const changed = [...actions];
  for (let left = pick(CHANGES, random); left > 0; left--) {
    const at = Math.floor(random.unit() * slots.length);
    changed[at] = changedAction(slots[at]!, changed[at]!, random);
  }
  return changed;
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
