import type { Scheme } from '@fretwork/format';
import { keptEnergy } from '../damage/kept-energy.js';
import type { Squares } from '../damage/sample.js';

/** A matrix of whole blocks for all usual blocks and kernels. */
const ROWS = 32;
const COLUMNS = 288;

/**
 * How much a structure costs whatever the layer: the share of energy that goes when normally distributed weights are pruned so. Finer
 * structures lose less. It tells kinds of structure apart that sizes of blocks alone do not: a block-punched 8x4 block of a 1x1 layer has 32 weights
 * that go together, a 8x16 one of BCR by columns has 8.
 */
export function structureLoss(scheme: Scheme, kernel: number): number {
  const name = `${kernel} ${JSON.stringify(scheme)}`;
  const found = known.get(name) ?? 1 - keptEnergy({ ...normal(), kernel: COLUMNS % kernel === 0 ? kernel : 1 }, scheme);
  known.set(name, found);
  return found;
}

// Values that follow from their key alone: nothing that one caller could do to another.
const known = new Map<string, number>();
let drawn: Squares | undefined;

function normal(): Squares {
  if (drawn !== undefined) return drawn;
  const values = new Float64Array(ROWS * COLUMNS);
  let state = 1;
  const next = (): number => {
    // Lehmer's generator: 31 bits are enough for a picture of a distribution.
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  for (let i = 0; i < values.length; i++) values[i] = -2 * Math.log(next()) * Math.cos(2 * Math.PI * next()) ** 2;
  drawn = { rows: ROWS, columns: COLUMNS, kernel: 1, values };
  return drawn;
}
