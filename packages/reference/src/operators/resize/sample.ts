/** How much each original element counts in a resized one: mode, nearest_mode, antialias and exclude_outside of Resize. */

/** Elements of the original axis and their weights; `undefined`: outside the cropped part. */
export type Sample = readonly (readonly [at: number, weight: number])[] | undefined;

export const NEAREST: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** A curve that is 0 from `reach` on. */
export interface Filter {
  readonly reach: number;
  readonly weight: (distance: number) => number;
}

export const LINEAR: Filter = { reach: 1, weight: (d) => Math.max(0, 1 - Math.abs(d)) };

/** Keys' cubic convolution (1981) with coefficient `a`. */
export const cubic = (a: number): Filter => ({
  reach: 2,
  weight: (distance) => {
    const d = Math.abs(distance);
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
  },
});

export interface FilterOptions {
  readonly size: number;
  /** Below 1 the filter is stretched to 1 / stretch, so that it covers what one resized element stands for. */
  readonly stretch: number;
  /** Elements beyond the edge weigh nothing and the others sum up to 1; otherwise the edge element stands for them. */
  readonly excludeOutside: boolean;
}

/** The elements that `filter` around `x` meets. */
export function filtered(x: number, filter: Filter, { size, stretch, excludeOutside }: FilterOptions): Sample {
  const reach = filter.reach / stretch;
  const weights = new Map<number, number>();
  let total = 0;
  for (let i = Math.ceil(x - reach); i <= Math.floor(x + reach); i++) {
    const weight = filter.weight((i - x) * stretch);
    if (excludeOutside && (i < 0 || i >= size)) continue;
    const at = Math.max(0, Math.min(size - 1, i));
    weights.set(at, (weights.get(at) ?? 0) + weight);
    total += weight;
  }
  return [...weights].map(([at, weight]) => [at, weight / total] as const);
}
