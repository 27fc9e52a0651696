import { FretworkError } from '@fretwork/format';
import type { Choice, TuningSpace } from './contract.js';
import type { Draws } from './random.js';

/** Spaces of up to this many choices are listed, so that none is missed. */
const MOST_LISTED = 2 ** 16;

/** Draws of choices from a space before it is taken as used up. */
const MOST_DRAWN = 2000;

/** A choice as places in the genes' values. */
export type Genome = readonly number[];

/** A space whose genes are known to make sense. */
export interface CheckedSpace {
  readonly space: TuningSpace;
  readonly sizes: readonly number[];
  readonly fallback: Genome;
  /** Every allowed choice, where there are few enough to list. */
  readonly all?: readonly Genome[];
}

export const choiceOf = ({ genes }: TuningSpace, genome: Genome): Choice => Object.fromEntries(genes.map(({ name, values }, g) => [name, values[genome[g]!]!]));

/** Whether `choice` is one of `space`, as one that a log holds may not be any more. */
export function fitsSpace(space: TuningSpace, choice: Choice): { readonly ok: true } | { readonly ok: false; readonly reason: string } {
  const odd = Object.keys(choice).find((name) => !space.genes.some((gene) => gene.name === name));
  if (odd !== undefined) return { ok: false, reason: `there is no ${odd} to choose` };
  const missing = space.genes.find(({ name, values }) => !values.includes(choice[name]!));
  if (missing !== undefined) return { ok: false, reason: `${missing.name} is ${choice[missing.name] ?? 'left open'}, not one of ${missing.values.join(', ')}` };
  return space.allows?.(choice) ?? { ok: true };
}

export const genomeOf = ({ genes }: TuningSpace, choice: Choice): Genome => genes.map(({ name, values }) => values.indexOf(choice[name]!));

/** Throws `tune.space`. */
export function checkSpace(space: TuningSpace): CheckedSpace {
  const names = space.genes.map(({ name }) => name);
  const wrong = names.length === 0 ? 'no genes'
    : new Set(names).size < names.length ? `two genes of one name among ${names.join(', ')}`
      : space.genes.filter(({ values }) => values.length === 0 || new Set(values).size < values.length).map(({ name, values }) => `${name} of [${values.join(', ')}]`)[0];
  if (wrong !== undefined) throw new FretworkError('tune.space', 'a tuning space has genes of one or more different values', { actual: wrong, hint: 'correct the space' });
  const fits = fitsSpace(space, space.fallback);
  if (!fits.ok) throw new FretworkError('tune.space', `the default is no choice of the space: ${fits.reason}`, { hint: 'the default is what a plan takes without tuning' });
  const sizes = space.genes.map(({ values }) => values.length);
  const count = sizes.reduce((a, b) => a * b, 1);
  return { space, sizes, fallback: genomeOf(space, space.fallback), ...(count > MOST_LISTED ? {} : { all: listed(space, sizes, count) }) };
}

function listed(space: TuningSpace, sizes: readonly number[], count: number): Genome[] {
  const all: Genome[] = [];
  for (let i = 0; i < count; i++) {
    let rest = i;
    const genome = sizes.map((size) => {
      const place = rest % size;
      rest = Math.floor(rest / size);
      return place;
    });
    if (allowed(space, genome)) all.push(genome);
  }
  return all;
}

export const allowed = (space: TuningSpace, genome: Genome): boolean => space.allows?.(choiceOf(space, genome)).ok ?? true;

/** An allowed choice that `known` does not have; undefined where none is left, or none is found. */
export function drawNew({ space, sizes, all }: CheckedSpace, draw: Draws, known: (genome: Genome) => boolean): Genome | undefined {
  if (all !== undefined) {
    const left = all.filter((genome) => !known(genome));
    return left.length === 0 ? undefined : left[draw.below(left.length)];
  }
  for (let i = 0; i < MOST_DRAWN; i++) {
    const genome = sizes.map((size) => draw.below(size));
    if (!known(genome) && allowed(space, genome)) return genome;
  }
  return undefined;
}

/** Either parent's value for each gene, then at least one changed: half the time to a neighbour. */
export function breed({ sizes }: CheckedSpace, draw: Draws, mother: Genome, father: Genome): Genome {
  const child = mother.map((value, g) => (draw.next() < 0.5 ? value : father[g]!));
  const sure = draw.below(sizes.length);
  return child.map((value, g) => {
    const size = sizes[g]!;
    if (size === 1 || (g !== sure && draw.next() >= 1 / sizes.length)) return value;
    if (draw.next() < 0.5) return Math.min(size - 1, Math.max(0, value + (draw.next() < 0.5 ? 1 : -1)));
    return draw.below(size);
  });
}

/** Allowed choices that differ from `genome` in one gene. */
export function neighbours({ space, sizes }: CheckedSpace, genome: Genome): Genome[] {
  return sizes.flatMap((size, g) => Array.from({ length: size }, (_, value) => value).filter((value) => value !== genome[g]!)
    .map((value) => genome.map((own, i) => (i === g ? value : own)))).filter((other) => allowed(space, other));
}
