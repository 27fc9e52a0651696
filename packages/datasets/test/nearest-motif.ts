import { SEQUENCE_CLASSES } from '@fretwork/datasets';
import { BANDS, STEPS, motif } from '../src/sequences.js';

interface Template {
  readonly kind: number;
  readonly values: Float64Array;
  readonly size: number;
}

/** Every motif at every time and pace, and at half bands in pitch and span. */
function templates(): readonly Template[] {
  const all: Template[] = [];
  SEQUENCE_CLASSES.forEach((row, kind) => {
    for (let length = 10; length < 18; length++) {
      for (let start = 0; start + length <= STEPS; start++) {
        for (let span = 3; span <= 6; span += 0.5) {
          for (let base = 0; base + span <= BANDS - 1; base += 0.5) {
            const values = motif(row, { start, length, base, span });
            all.push({ kind, values, size: Math.sqrt(values.reduce((sum, x) => sum + x * x, 0)) });
          }
        }
      }
    }
  });
  return all;
}

const ALL = templates();

/** The class of the motif that fits a sequence `[25, 10]` best, louder or softer: the one with the largest correlation. */
export function nearestMotif(sequence: Float32Array): number {
  let best = -1;
  let found = -1;
  for (const { kind, values, size } of ALL) {
    let dot = 0;
    for (let i = 0; i < values.length; i++) dot += values[i]! * sequence[i]!;
    const fit = Math.abs(dot) / size;
    if (fit > best) {
      best = fit;
      found = kind;
    }
  }
  return found;
}
