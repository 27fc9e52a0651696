import { product, type Call, type PlannedSchedule, type Support } from '@fretwork/compiler';
import type { Tuning } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import type { ProductSize } from '../product/tuning.js';
import { FIRST, partsForElements, type Split } from '../product/split.js';

/** What a row decides; the rest of a `NeonLayer` is the same for all. */
export interface Decision {
  readonly kernel: string;
  readonly reason: string;
  readonly schedules?: readonly PlannedSchedule[];
  readonly scratchBytes?: number;
  readonly tuning?: Tuning;
  /** How each of `schedules` is cut for threads. Left out: the first thread does them. */
  readonly splits?: readonly Split[];
  /** Parts that the layer is cut into. Left out: 1. */
  readonly parts?: number;
}

/** One way of doing some operators. */
export interface OperatorRow {
  readonly operators: readonly string[];
  /** Asked where every shape is known and every computed value is f32. Left out: always. */
  readonly supports?: (call: Call) => Support;
  /** The products that something is open about, as `decide` tunes them. Left out: none. */
  readonly products?: (call: Call) => readonly ProductSize[];
  readonly decide: (call: Call) => Decision;
  /** Writes what was decided: the decision is made anew from the plan where it is not in it. */
  readonly emit: (call: Call, decision: Decision, code: LayerCode) => void;
}

/** What all products of a layer are cut into. */
export const partsOfSplits = (splits: readonly Split[], threads: number): number => (splits.every(({ by }) => by === FIRST.by) ? 1 : threads);

/** `row`, cut into parts by its outputs: its code shares them out. */
export const sharedLoops = (row: OperatorRow): OperatorRow => ({
  ...row, decide: (call) => ({ ...row.decide(call), parts: partsForElements(product(call.outShape()), call.threads) }),
});

/** A row whose code is plain loops, with nothing to choose. */
export const loops = (operators: readonly string[], emit: OperatorRow['emit'], supports?: OperatorRow['supports']): OperatorRow => ({
  operators, ...(supports === undefined ? {} : { supports }), emit,
  decide: () => ({ kernel: 'loops', reason: 'no weights: plain loops with fixed bounds' }),
});
