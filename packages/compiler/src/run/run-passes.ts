import { FretworkError, type Model } from '@fretwork/format';
import type { Pass, PassesResult, PassNote, RunOptions } from '../contract.js';
import { PASSES } from '../passes/table.js';
import { withInputShapes } from './input-shapes.js';

const ROUNDS = 64;

/**
 * Runs `passes` in order, again and again until a round changes nothing. Throws `passes.input-shape`, and
 * `passes.unsettled` where that takes more than `options.rounds` rounds.
 */
export function runPasses(model: Model, passes: readonly Pass[] = PASSES, options: RunOptions = {}): PassesResult {
  const { inputShapes, rounds: limit = ROUNDS, ...context } = options;
  const done: PassNote[] = [];
  let now = inputShapes === undefined ? model : withInputShapes(model, inputShapes);
  for (let round = 1; ; round++) {
    const before = now;
    const standing: PassNote[] = [];
    const changing: string[] = [];
    for (const pass of passes) {
      const result = pass.run(now, context);
      if (result.model !== now) changing.push(pass.name);
      now = result.model;
      for (const note of result.notes) (note.outcome === 'done' ? done : standing).push({ ...note, pass: pass.name, round });
    }
    if (now === before) return { model: now, notes: [...done, ...standing], rounds: round };
    if (round >= limit) {
      throw new FretworkError('passes.unsettled', `the passes still change the model after ${limit} rounds`, {
        actual: changing.join(', '), hint: 'raise rounds, or look for passes that undo each other',
      });
    }
  }
}
