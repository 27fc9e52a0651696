import type { Dataset } from './contract.js';
import { DatasetError } from './error.js';
import { random, type Random } from './random.js';
import { SEQUENCE_CLASSES, type SequenceClass } from './sequence-classes.js';
import { shuffled } from './shuffled.js';

export interface SequencesOptions {
  /** Any whole number. The same seed gives the same sequences: only operations that IEEE 754 fixes are used. */
  readonly seed: number;
  /** Number of sequences. The first sequences of a larger set are those of a smaller one. */
  readonly count: number;
}

/** Where and how large a motif is. */
export interface Motif {
  /** Steps before it begins. */
  readonly start: number;
  /** Steps it takes. */
  readonly length: number;
  /** Band of pitch 0. */
  readonly base: number;
  /** Bands from pitch 0 to pitch 1. */
  readonly span: number;
}

export const STEPS = 25;
export const BANDS = 10;
const NOISE = 0.3;

/**
 * Sequences drawn in code: a tone that moves through ten bands in one of eight ways, at a random time, pace and pitch,
 * louder or softer than its background, under noise. Inputs are f32 `[count, 25, 10]`: 25 steps of 10 features; every
 * eight sequences hold each class once. Classes differ in the order of things alone, so a linear classifier stays near
 * chance. Take training and test sequences from different seeds. Throws `sequences.option`.
 */
export function sequences({ seed, count }: SequencesOptions): Dataset {
  const values = STEPS * BANDS;
  if (!Number.isSafeInteger(count) || count < 0 || count * values > 2 ** 30) throw new DatasetError('sequences.option', { expected: 'a whole count, at most 4 GiB of values', actual: `${count}` });
  if (!Number.isSafeInteger(seed)) throw new DatasetError('sequences.option', { expected: 'a whole number as seed', actual: `${seed}` });
  const data = new Float32Array(count * values);
  const labels = new Int32Array(count);
  let order: readonly number[] = [];
  for (let i = 0; i < count; i++) {
    const within = i % SEQUENCE_CLASSES.length;
    // Even streams order the classes, odd ones draw.
    if (within === 0) order = shuffled(SEQUENCE_CLASSES.length, random(seed, 2 * i));
    labels[i] = order[within]!;
    draw(data.subarray(i * values, (i + 1) * values), SEQUENCE_CLASSES[order[within]!]!, random(seed, 2 * i + 1));
  }
  return { inputs: { dtype: 'f32', shape: [count, STEPS, BANDS], data }, labels, classes: SEQUENCE_CLASSES.map((row) => row.name) };
}

function draw(out: Float32Array, kind: SequenceClass, source: Random): void {
  const length = 10 + source.below(8);
  const start = source.below(STEPS - length + 1);
  const span = source.between(3, 6);
  const base = source.between(0, BANDS - 1 - span);
  const level = source.between(0.9, 1.6) * (source.below(2) === 0 ? 1 : -1);
  motif(kind, { start, length, base, span }).forEach((share, i) => {
    out[i] = level * share + NOISE * source.bell();
  });
}

/** The motif without noise, `[25, 10]` from 0 to 1: each step's tone spreads over the two bands beside its pitch. */
export function motif(kind: SequenceClass, { start, length, base, span }: Motif): Float64Array {
  const out = new Float64Array(STEPS * BANDS);
  for (let t = 0; t < length; t++) {
    const pitch = kind.course((t + 0.5) / length);
    if (pitch === undefined) continue;
    for (let band = 0; band < BANDS; band++) {
      out[(start + t) * BANDS + band] = Math.max(0, 1 - Math.abs(band - base - span * pitch));
    }
  }
  return out;
}
