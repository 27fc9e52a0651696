import { accuracyOf, type Evaluated, type SearchProgress } from '@fretwork/mapper-search';
import type { Terminal } from '../contract.js';
import { percent } from '../print-table.js';
import { clock } from '../training/progress.js';
import { milliseconds } from './plan-table.js';

const HEADS = ['plan', 'accuracy', 'ms', 'best', 'its ms', 'front', 'left'] as const;

const WIDTH = 10;

/** A table that grows by a row for every evaluation; * marks plans that were stopped early. */
export function liveTable(terminal: Terminal): (progress: SearchProgress) => void {
  let begun = false;
  const line = (cells: readonly string[]): void => terminal.err(`${cells.map((cell) => cell.padStart(WIDTH)).join('')}\n`);
  const both = (one: Evaluated | undefined): readonly [string, string] => (one === undefined ? ['–', '–'] : [percent(accuracyOf(one)), milliseconds(one.ms)]);
  return ({ evaluated, budget, last, best, front, etaMs }) => {
    if (!begun) line(HEADS);
    begun = true;
    const [accuracy, ms] = both(last);
    line([`${evaluated}/${budget}`, `${accuracy}${last.stopped ? '*' : ' '}`, ms, ...both(best), `${front.length}`, clock(etaMs)]);
  };
}
