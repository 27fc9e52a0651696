import { FretworkError } from '@fretwork/format';
import type { SearchSpace, SearchState } from '../contract.js';
import { RATES, STRUCTURES } from '../space/structures.js';

export const emptyState = (setup: string): SearchState => ({ version: 1, setup, evaluated: [], asked: 0, known: 0, tooSlow: 0, searcher: null, round: null });

/** All that decides the outcome of a search, but its budget. */
export function setupText({ space: { slots, targetMs, denseMs }, ...others }: { readonly space: SearchSpace } & Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ slots: slots.map(({ layers, rates }) => ({ layers, rates })), targetMs, denseMs, structures: STRUCTURES.map(({ name }) => name), rates: RATES, ...others });
}

/** A state as it was written, of this set-up. Throws `search.state`. */
export function checkState(state: SearchState, setup: string): SearchState {
  if (state.version !== 1 || typeof state.setup !== 'string' || !Array.isArray(state.evaluated)) throw new FretworkError('search.state', 'this is no state of a search', { hint: 'name the file that a search wrote, or leave it out to begin anew' });
  if (state.setup !== setup) {
    throw new FretworkError('search.state', 'the state belongs to another search', { actual: difference(state.setup, setup), hint: 'use the same model, data, target, searcher, seed and settings, or begin anew with another state file' });
  }
  return state;
}

/** The first key that differs, for people. */
function difference(a: string, b: string): string {
  const [one, other] = [JSON.parse(a), JSON.parse(b)] as [Record<string, unknown>, Record<string, unknown>];
  const key = Object.keys(other).find((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
  return key === undefined ? 'another set-up' : `another ${key}`;
}
