/** One row per class of `sequences`: its name and how its tone moves. */
export interface SequenceClass {
  readonly name: string;
  /** Pitch from 0 to 1 at the share u of the motif that has gone by, u in [0, 1); nothing while it is silent. */
  readonly course: (u: number) => number | undefined;
}

export const SEQUENCE_CLASSES: readonly SequenceClass[] = [
  { name: 'rise', course: (u) => u },
  { name: 'fall', course: (u) => 1 - u },
  { name: 'peak', course: (u) => 1 - Math.abs(2 * u - 1) },
  { name: 'valley', course: (u) => Math.abs(2 * u - 1) },
  { name: 'step-up', course: (u) => (u < 0.5 ? 0 : 1) },
  { name: 'step-down', course: (u) => (u < 0.5 ? 1 : 0) },
  { name: 'trill', course: (u) => Math.floor(4 * u) % 2 },
  { name: 'call', course: (u) => (u < 0.4 ? 1 : u < 0.6 ? undefined : 1) },
];
